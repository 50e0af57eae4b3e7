"""What a training does with its budget: sizes, rates and how much is dropped.

Chosen from the corpus's size and from how often the budget allows to read it on this processor. The
constants are measured, on two collections of notes of 1.6 and 2.1 MB and on plays of 1 MB.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rnnchat.errors import TrainingError
from rnnchat.lm.recurrent import GATES, NetworkShape
from rnnchat.training.runs.run import RunSettings

MB = 2**20
SHORTEST_STREAM = 256
"""A corpus is not cut into streams of fewer pieces than this."""
STEP_OVERHEAD = 0.012
"""Seconds of a step that are spent on other things than products, about the same for all sizes."""
PRODUCTS = 1.1
"""How much longer a step's products take than the processor's best speed would have it."""
START_SECONDS = 10.0
"""What importing TensorFlow, building the graphs and publishing take of a budget."""
SIZES = ((768, 256, 3.5e6), (512, 256, 2e6), (384, 256, 8e5), (256, 192, 3e5), (128, 128, 0))
"""Units, embedding, and the pieces that must be learned in the budget for the size to be worth it.

On 1.6 MB of notes 384 units need 1.92 bits per byte after a minute, and 768 need 2.00; after four it is
the other way round.
"""
LAYER_RATES = {"embedding": 0.0}
"""Factors of the learning rate for a network that knows something: what pieces mean stays, what is made of
them changes (Howard and Ruder 2018). So it shares the embedding with its base, speaks with half the memory
traffic, and learns from a third more pieces in the same minutes: on notes of 1.6 MB, 1.672 bits per byte of
the text kept back, against 1.695 with a factor of 0.3 and half the rate."""
BASED_RATE = 2.5e-3
"""The highest learning rate for a network that knows something, by notes of ENOUGH bytes or more."""
ENOUGH = 400_000
"""With fewer the rate falls. By 300 kB, 2e-3 takes 1.520 bits per byte held out, 1e-3 and 5e-4 both 1.534."""
LEAST_RATE = 0.1
"""The part of it for the smallest notes, which are soon known by heart."""
STEADY_UNITS = 384
"""A simple RNN of at most so many units learns at the rate of the others."""
MEMORY_PER_WEIGHT = 150
"""Bytes that a training takes at its peak, beyond TensorFlow, for each weight."""
FASTER = 0.8
"""Products in bfloat16 must take less than this share of the time to be worth it."""


@dataclass(frozen=True)
class Processor:
    """Floating-point operations a second in the products of a recurrent step."""

    float32: float
    bfloat16: float

    @property
    def half(self) -> bool:
        """Whether bfloat16 wins."""
        return self.float32 < FASTER * self.bfloat16

    def rate(self, half: bool) -> float:
        """Return the operations a second, in bfloat16 where `half` is set."""
        return self.bfloat16 if half else self.float32


@dataclass(frozen=True)
class Dropout:
    """How much is dropped while learning, so that a small corpus is not learned by heart."""

    values: float = 0.0
    """The share of a layer's values, the same at all steps of a chunk (Gal and Ghahramani 2016)."""
    inputs: float = 0.0
    """The share of the embedding's values, likewise."""
    weights: float = 0.0
    """The share of the recurrent kernels' weights (Merity et al. 2018)."""


@dataclass(frozen=True)
class Plan:
    """All choices of a training; they are kept with the run and shown with the model."""

    embedding: int = 256
    units: int = 768
    layers: int = 1
    batch: int = 32
    length: int = 64
    learning_rate: float = 4e-3
    weight_decay: float = 0.05
    dropping: Dropout = field(default_factory=Dropout)
    horizon: float = 100.0
    """Over about how many steps the weights are averaged."""
    rates: dict[str, float] = field(default_factory=dict)
    """Factors of the learning rate for single weights; those with 0 are not learned."""
    half: bool = False
    """Whether products are made in bfloat16."""
    epochs: float = 0.0
    """About how often the corpus will be read."""

    def as_dict(self) -> dict[str, Any]:
        """Return the choices as they are written to disk."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Plan:
        """Read choices."""
        return cls(**{**values, "dropping": Dropout(**values["dropping"])})


@dataclass(frozen=True)
class Corpus:
    """What a plan needs to know of the texts."""

    pieces: int
    bytes: int
    vocabulary: int


def make_plan(
    settings: RunSettings,
    corpus: Corpus,
    processor: Processor,
    *,
    base: NetworkShape | None = None,
    memory: int | None = None,
    replicas: int = 1,
) -> Plan:
    """Return the choices for a training; what the settings state stays as it is.

    `base` is the shape of the network that is trained further, `memory` the free bytes. Raises
    TrainingError where they do not suffice.
    """
    batch = max(1, min(settings.batch or 32, corpus.pieces // SHORTEST_STREAM))
    batch = max(replicas, batch // replicas * replicas)
    length = max(2, min(settings.length, corpus.pieces // batch))
    half = settings.half and processor.half
    rate = processor.rate(half)

    def learned(shape: NetworkShape) -> float:
        """Return about how many pieces the budget allows to learn."""
        if settings.steps:
            return settings.steps * batch * length
        seconds = max(1.0, settings.minutes * 60 - START_SECONDS)
        return tokens_per_second(shape, batch, length, rate) * seconds * replicas

    shape = base or _shape(settings, corpus, memory, learned)
    _check_memory(shape, memory)
    epochs = learned(shape) / max(1, corpus.pieces)
    return Plan(
        embedding=shape.embedding,
        units=shape.units,
        layers=shape.layers,
        batch=batch,
        length=length,
        learning_rate=settings.learning_rate or _highest_rate(base is None, corpus.bytes, shape),
        weight_decay=settings.weight_decay,
        dropping=_dropping(settings, epochs, shape.cell, base is None),
        horizon=settings.horizon,
        rates={} if base is None or not settings.is_personal else dict(LAYER_RATES),
        half=half,
        epochs=round(epochs, 1),
    )


def tokens_per_second(shape: NetworkShape, batch: int, length: int, rate: float) -> float:
    """Return about how many pieces a second are learned at `rate` operations a second."""
    gates = GATES[shape.cell] * shape.units
    products = (shape.embedding + shape.units) * gates * shape.layers
    products += shape.embedding * (shape.units + shape.vocabulary)
    pieces = batch * length
    return pieces / (PRODUCTS * 6 * products * pieces / rate + STEP_OVERHEAD * length / 64)


def dropping_for(epochs: float) -> Dropout:
    """Return what to drop when a corpus is read about so many times: the more often, the more."""
    times = math.log2(1 + epochs)
    values, weights = min(0.5, 0.12 * times), min(0.5, 0.09 * times)
    return Dropout(values=round(values, 2), inputs=round(values / 2, 2), weights=round(weights, 2))


def _dropping(settings: RunSettings, epochs: float, cell: str, scratch: bool) -> Dropout:
    """Return what to drop, where the settings do not say.

    A simple RNN keeps its recurrent weights: what the rest are scaled up by makes its state chaotic, where
    gates would hold it. On the Penn Treebank its perplexity was still 727 after 150 steps with 12 % dropped;
    with none it fell to 302 in 300.
    """
    chosen = dropping_for(epochs) if scratch else Dropout(values=0.2)
    if cell == "rnn":
        chosen = replace(chosen, weights=0.0)
    values = settings.dropout if settings.dropout >= 0 else chosen.values
    weights = settings.weight_drop if settings.weight_drop >= 0 else chosen.weights
    return Dropout(values=values, inputs=round(values / 2, 3), weights=weights)


def _highest_rate(scratch: bool, size: int, shape: NetworkShape) -> float:
    """Return the learning rate; what knows something is changed with care, the more so by little text.

    A simple RNN has no gates that bound what a step does to its state, and the more units it has the
    sooner it diverges: 1,280 units at 4e-3 ended at a perplexity of 651 on the Penn Treebank.
    """
    rate = 4e-3 if scratch else BASED_RATE * min(1.0, max(LEAST_RATE, (size / ENOUGH) ** 0.75))
    return rate * min(1.0, STEADY_UNITS / shape.units) if shape.cell == "rnn" else rate


def _shape(
    settings: RunSettings, corpus: Corpus, memory: int | None, learned: Callable[[NetworkShape], float]
) -> NetworkShape:
    """Return the largest network that the memory allows and that the budget can teach."""
    for units, embedding, worth in SIZES:
        shape = NetworkShape(
            corpus.vocabulary,
            settings.embedding or embedding,
            settings.units or units,
            settings.layers,
            settings.cell,
        )
        enough = bool(settings.units) or learned(shape) >= worth
        if enough and (memory is None or memory_needed(shape) <= memory):
            return shape
    return shape


def memory_needed(shape: NetworkShape) -> int:
    """Return about how many bytes a training takes at its peak, TensorFlow included."""
    return 640 * MB + MEMORY_PER_WEIGHT * shape.parameters


def _check_memory(shape: NetworkShape, memory: int | None) -> None:
    needed = memory_needed(shape)
    if memory is not None and memory < needed:
        raise TrainingError(
            f"This training needs about {needed // MB:,} MB of memory, and {memory // MB:,} MB are free.",
            "Close other programs, or train a smaller network: `--set units=128`.",
        )
