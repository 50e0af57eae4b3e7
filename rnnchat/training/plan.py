"""What a training does with its budget: the network's size, the learning rate, and how much is dropped.

All follows from the size of the corpus and from how often the budget allows to read it on this machine. The
constants were measured on two collections of notes of 1.6 and 2.1 MB and on plays of 1 MB.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

from rnnchat.errors import TrainingError
from rnnchat.lm.shape import GATES, NetworkShape
from rnnchat.training.runs.migrations import PLAN_MIGRATIONS, migrate, with_schema
from rnnchat.training.runs.settings import RunSettings

MB = 2**20
"""The bytes of a megabyte, as memory is counted."""
BATCH = 32
"""One step learns from this many texts, unless the corpus is small or the settings say otherwise."""
SHORTEST_STREAM = 256
"""A corpus is not cut into streams of fewer pieces than this."""
STEP_OVERHEAD = 0.012
"""A step of 64 pieces a text spends this many seconds on other things than products, whatever the size."""
PRODUCTS_FACTOR = 1.1
"""The products of a step take this many times as long as the measured speed of the hardware suggests."""
START_SECONDS = 10.0
"""Importing TensorFlow, building the graphs and saving the model take about this many seconds of a budget."""
SIZES = ((768, 256, 3.5e6), (512, 256, 2e6), (384, 256, 8e5), (256, 192, 3e5), (128, 128, 0))
"""Units, embedding, and the pieces that the budget must be able to train on for this size to be worth it.

On 1.6 MB of notes 384 units need 1.92 bits per byte after a minute, and 768 need 2.00; after four minutes it
is the other way round.
"""
BASE_RATE_FACTORS = {"embedding": 0.0}
"""Weights of a base are trained at the learning rate times these factors; those with 0 stay as they are.

What pieces mean stays, and what is made of them changes (discriminative fine-tuning, Howard and Ruder 2018,
https://arxiv.org/abs/1801.06146). So the network shares its embedding with its base, generates with half the
memory traffic, and learns from a third more pieces in the same minutes: on notes of 1.6 MB, 1.672 bits per
byte of validation text, against 1.695 with a factor of 0.3 and half the rate.
"""
SCRATCH_RATE = 4e-3
"""The highest learning rate for a network that starts from random weights."""
BASED_RATE = 1.2e-3
"""The highest learning rate for a network that starts from a base, on at least FULL_RATE_BYTES of notes.

A base that has read much has more to lose: 2.5e-3 was best for the base before, which had read little.
"""
FULL_RATE_BYTES = 400_000
"""With fewer bytes of notes the learning rate from a base is lower.

By 300 kB, 2e-3 takes 1.520 bits per byte of validation text, and 1e-3 and 5e-4 both take 1.534.
"""
LEAST_RATE_SHARE = 0.1
"""The smallest notes, which are soon overfitted, are trained on at this share of BASED_RATE."""
BASED_DROPOUT = 0.05
"""This share of values is dropped in a network that starts from a base, which was itself trained without.

By 1.5 MB of notes, read four times, 0.2 takes 1.442 bits per byte of validation text, 0.1 takes 1.431, and
0.05 with BASED_WEIGHT_DECAY takes 1.429. By 0.4 MB, 0.3 takes 1.369, 0.1 takes 1.351, and none 1.350.
"""
BASED_WEIGHT_DECAY = 1.0
"""How strongly AdamW pulls the weights of a network towards those of the base that it starts from.

By 0.4 MB of notes, a decay of 2 and a rate of 8e-4 take 1.347, and do not get worse when read more often.
"""
TOKENS_PER_WEIGHT = 20
"""A base that learned from fewer tokens for each of its weights is trained further like a new network.

It has more to learn than to lose. On 1.3 MB of Chinese notes and in five minutes, `base-zh`, with 6 tokens
for each weight, takes 1.631 bits per byte of validation text so; at 2.5e-3, with a frozen embedding and
without a pull towards the base, it takes 1.709. The number is about where a network of any size has read
enough for the computing time spent (Hoffmann et al. 2022, https://arxiv.org/abs/2203.15556).
"""
SCRATCH_WEIGHT_DECAY = 0.05
"""How strongly AdamW pulls weights towards zero in a network that starts from random weights."""
STEADY_UNITS = 384
"""A simple RNN of at most this many units learns at the rate of the others."""
BYTES_PER_WEIGHT = 150
"""A training takes this many bytes of memory at its peak for each weight, beyond what TensorFlow takes."""
TENSORFLOW_BYTES = 640 * MB
"""TensorFlow itself takes about this many bytes of memory."""
WORTHWHILE_TIME = 0.8
"""Products in bfloat16 are used if they take less than this share of the time in float32."""


@dataclass(frozen=True)
class HardwareSpeed:
    """The floating-point operations a second of this machine in the products of a recurrent step."""

    float32: float
    """Operations a second where the factors are float32."""
    bfloat16: float
    """Operations a second where the factors are bfloat16."""

    @property
    def prefers_bfloat16(self) -> bool:
        """Whether products in bfloat16 are enough faster to be worth it."""
        return self.float32 < WORTHWHILE_TIME * self.bfloat16

    def operations(self, *, use_bfloat16: bool) -> float:
        """Return the operations a second, in bfloat16 or in float32."""
        return self.bfloat16 if use_bfloat16 else self.float32


@dataclass(frozen=True)
class Dropout:
    """The shares of values that are dropped in training, so that a small corpus is not overfitted."""

    hidden: float = 0.0
    """Of a layer's outputs; the mask is the same at all steps of a chunk (variational dropout).

    Gal and Ghahramani 2016, https://arxiv.org/abs/1512.05287.
    """
    inputs: float = 0.0
    """Of the embeddings, likewise."""
    recurrent_weights: float = 0.0
    """Of the weights of the recurrent kernels (weight drop, Merity et al. 2018, arXiv:1708.02182)."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All choices of a training; they are kept with the run and shown with the model."""

    embedding: int
    """The size of the pieces' embeddings."""
    units: int
    """The size of a recurrent layer's state."""
    layers: int
    """How many recurrent layers there are."""
    batch: int
    """How many texts one step learns from."""
    length: int
    """How many pieces of each text one step learns from, and gradients flow back through."""
    learning_rate: float
    """The highest learning rate of the schedule."""
    weight_decay: float
    """How strongly AdamW pulls weights towards zero, or towards the base's weights."""
    dropout: Dropout = field(default_factory=Dropout)
    """The shares of values that are dropped."""
    ema_steps: float
    """How many steps the exponential moving average of the weights covers."""
    rate_factors: dict[str, float] = field(default_factory=dict)
    """Factors of the learning rate for single weights, by name; those with 0 are not trained."""
    use_bfloat16: bool = False
    """Whether products are made in bfloat16."""
    epochs: float = 0.0
    """About how often the corpus will be read."""

    def to_json(self) -> str:
        """Return the choices as they are written to disk."""
        return json.dumps(with_schema(asdict(self), PLAN_MIGRATIONS), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read choices of this or an earlier version.

        Raises ValueError, KeyError or TypeError where they are none, and NewerSchemaError where a newer
        version wrote them.
        """
        values = migrate(json.loads(text), PLAN_MIGRATIONS)
        return cls(**{**values, "dropout": Dropout(**values["dropout"])})

    def as_record(self) -> dict[str, Any]:
        """Return the choices under the names that events and cards have had since version 0.1."""
        return {
            "embedding": self.embedding,
            "units": self.units,
            "layers": self.layers,
            "batch": self.batch,
            "length": self.length,
            "learning_rate": self.learning_rate,
            "weight_decay": self.weight_decay,
            "dropping": {
                "values": self.dropout.hidden,
                "inputs": self.dropout.inputs,
                "weights": self.dropout.recurrent_weights,
            },
            "horizon": self.ema_steps,
            "rates": dict(self.rate_factors),
            "half": self.use_bfloat16,
            "epochs": self.epochs,
        }


@dataclass(frozen=True)
class CorpusSize:
    """The size of a corpus, as far as a plan depends on it."""

    pieces: int
    """How many pieces an epoch trains on."""
    bytes: int
    """The UTF-8 bytes of the training texts."""
    vocabulary: int
    """How many pieces the tokenizer has."""


def make_plan(
    settings: RunSettings,
    corpus: CorpusSize,
    speed: HardwareSpeed,
    *,
    base: NetworkShape | None = None,
    base_tokens: int | None = None,
    free_bytes: int | None = None,
    replicas: int = 1,
) -> Plan:
    """Return the choices for a training; what the settings state stays as it is.

    `base` is the shape of the network that is trained further, `base_tokens` how many tokens that learned
    from, `free_bytes` the free memory, and `replicas` the number of processors that share a batch. The two
    numbers are None where they are not known. Raises TrainingError where the memory does not suffice.
    """
    batch = max(1, min(settings.batch or BATCH, corpus.pieces // SHORTEST_STREAM))
    batch = max(replicas, batch // replicas * replicas)
    length = max(2, min(settings.length, corpus.pieces // batch))
    use_bfloat16 = settings.use_bfloat16 and speed.prefers_bfloat16
    trainable_pieces = partial(
        estimate_trainable_pieces,
        settings,
        batch=batch,
        length=length,
        operations=speed.operations(use_bfloat16=use_bfloat16),
        replicas=replicas,
    )
    shape = base or choose_network_shape(settings, corpus.vocabulary, trainable_pieces, free_bytes)
    _check_memory(shape, free_bytes)
    epochs = trainable_pieces(shape) / max(1, corpus.pieces)
    keeps_base = base is not None and has_learned_enough(base, base_tokens)
    return Plan(
        embedding=shape.embedding,
        units=shape.units,
        layers=shape.layers,
        batch=batch,
        length=length,
        learning_rate=settings.learning_rate
        or choose_learning_rate(
            shape, corpus.bytes, starts_from_base=base is not None, keeps_base=keeps_base
        ),
        weight_decay=choose_weight_decay(settings, keeps_base),
        dropout=choose_dropout(settings, epochs, shape.cell, keeps_base),
        ema_steps=settings.ema_steps,
        rate_factors=dict(BASE_RATE_FACTORS) if keeps_base and settings.is_personal else {},
        use_bfloat16=use_bfloat16,
        epochs=round(epochs, 1),
    )


def estimate_trainable_pieces(
    settings: RunSettings,
    shape: NetworkShape,
    *,
    batch: int,
    length: int,
    operations: float,
    replicas: int,
) -> float:
    """Return about how many pieces the budget allows a network of `shape` to be trained on.

    `operations` are the floating-point operations a second of each of the `replicas`.
    """
    if settings.steps is not None:
        return settings.steps * batch * length
    seconds = max(1.0, settings.minutes * 60 - START_SECONDS)
    return pieces_per_second(shape, batch, length, operations) * seconds * replicas


def choose_network_shape(
    settings: RunSettings,
    vocabulary: int,
    trainable_pieces: Callable[[NetworkShape], float],
    free_bytes: int | None,
) -> NetworkShape:
    """Return the largest of SIZES that fits into `free_bytes` of memory and that the budget can train.

    `trainable_pieces` returns about how many pieces a network of a shape can be trained on. Sizes that the
    settings state are taken as they are. Where nothing fits, the smallest is returned.
    """
    shapes = [
        NetworkShape(
            vocabulary,
            settings.embedding or embedding,
            settings.units or units,
            settings.layers,
            settings.cell,
        )
        for units, embedding, _ in SIZES
    ]
    for shape, (_, _, worth) in zip(shapes, SIZES, strict=True):
        enough = settings.units is not None or trainable_pieces(shape) >= worth
        if enough and (free_bytes is None or memory_needed(shape) <= free_bytes):
            return shape
    return shapes[-1]


def has_learned_enough(base: NetworkShape, tokens: int | None) -> bool:
    """Whether a base that learned from `tokens` is changed with care; one of unknown training is."""
    return tokens is None or tokens >= TOKENS_PER_WEIGHT * base.parameters


def choose_learning_rate(
    shape: NetworkShape, size: int, *, starts_from_base: bool, keeps_base: bool
) -> float:
    """Return the highest learning rate for `size` bytes of training text.

    A base that has read much (`keeps_base`) is changed with care, and any base the more so by little text. A
    simple RNN has no gates that bound what a step does to its state, and the more units it has the sooner it
    diverges: 1,280 units at 4e-3 ended at a perplexity of 651 on the Penn Treebank.
    """
    rate = BASED_RATE if keeps_base else SCRATCH_RATE
    if starts_from_base:
        rate *= min(1.0, max(LEAST_RATE_SHARE, (size / FULL_RATE_BYTES) ** 0.75))
    return rate * min(1.0, STEADY_UNITS / shape.units) if shape.cell == "rnn" else rate


def choose_weight_decay(settings: RunSettings, keeps_base: bool) -> float:
    """Return how strongly AdamW pulls weights, unless the settings state it."""
    if settings.weight_decay is not None:
        return settings.weight_decay
    return BASED_WEIGHT_DECAY if keeps_base else SCRATCH_WEIGHT_DECAY


def choose_dropout(settings: RunSettings, epochs: float, cell: str, keeps_base: bool) -> Dropout:
    """Return what to drop; shares that the settings state are taken as they are.

    A simple RNN keeps its recurrent weights: scaling up those that remain makes its state chaotic, where
    gates would hold it. On the Penn Treebank its perplexity was still 727 after 150 steps with 12 % dropped;
    with none it fell to 302 in 300.
    """
    chosen = Dropout(hidden=BASED_DROPOUT) if keeps_base else dropout_for(epochs)
    if cell == "rnn":
        chosen = replace(chosen, recurrent_weights=0.0)
    hidden = chosen.hidden if settings.dropout is None else settings.dropout
    weights = chosen.recurrent_weights if settings.weight_drop is None else settings.weight_drop
    return Dropout(hidden=hidden, inputs=round(hidden / 2, 3), recurrent_weights=weights)


def dropout_for(epochs: float) -> Dropout:
    """Return what to drop when a corpus is read about `epochs` times: the more often, the more."""
    doublings = math.log2(1 + epochs)
    hidden, weights = min(0.5, 0.12 * doublings), min(0.5, 0.09 * doublings)
    return Dropout(hidden=round(hidden, 2), inputs=round(hidden / 2, 2), recurrent_weights=round(weights, 2))


def pieces_per_second(shape: NetworkShape, batch: int, length: int, operations: float) -> float:
    """Return about how many pieces a second are trained on, at `operations` a second (floating-point)."""
    gates = GATES[shape.cell] * shape.units
    products = (shape.embedding + shape.units) * gates * shape.layers
    products += shape.embedding * (shape.units + shape.vocabulary)
    pieces = batch * length
    # A product is a multiplication and an addition, and the backward pass takes two products for each.
    return pieces / (PRODUCTS_FACTOR * 6 * products * pieces / operations + STEP_OVERHEAD * length / 64)


def memory_needed(shape: NetworkShape) -> int:
    """Return about how many bytes a training takes at its peak, TensorFlow included."""
    return TENSORFLOW_BYTES + BYTES_PER_WEIGHT * shape.parameters


def _check_memory(shape: NetworkShape, free_bytes: int | None) -> None:
    needed = memory_needed(shape)
    if free_bytes is not None and free_bytes < needed:
        raise TrainingError(
            f"This training needs about {needed // MB:,} MB of memory;"
            f" only {free_bytes // MB:,} MB are free.",
            "Close other programs, or train a smaller network with `--set units=128`.",
        )
