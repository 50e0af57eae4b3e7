"""Batches, optimiser, a schedule that fits the budget, validation, early stop."""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.lm.recurrent import NetworkShape
from rnnchat.training import checkpoint
from rnnchat.training.clock import Clock
from rnnchat.training.network import Network, Weights, as_numpy
from rnnchat.training.run import SCRATCH, RunSettings

Pieces = NDArray[np.integer[Any]]
Event = dict[str, Any]

WARM_UP = 0.03  # of the budget
FINAL_RATE = 0.02  # of the highest learning rate
CLIP = 1.0  # the largest norm of all gradients together
PATIENCE = 4  # validations in a row that must be worse before a training ends early
WORSE = 1.004  # so much more than the best counts as worse
VALIDATIONS = 18  # about so many in a budget
SCORED_STREAM = 512  # pieces of validation text that are scored in one go, where there are so many
RESERVE = 2.0  # seconds kept for publishing


@dataclass(frozen=True)
class TrainingData:
    """The pieces to learn from and to measure with."""

    training: Pieces
    """All texts one after another, each from its start piece to its end piece."""
    offsets: NDArray[np.int64]
    """Where each text begins in ``training``, and at last where the last one ends."""
    validation: Pieces
    validation_bytes: int
    training_bytes: int


@dataclass
class Progress:
    """Where a training stands; all of it goes into a checkpoint."""

    step: int = 0
    share: float = 0.0
    """How much of the schedule is done, from 0 to 1."""
    epoch: int = 0
    position: int = 0
    """The steps done in this epoch."""
    tokens: int = 0
    best: float = math.inf
    """The fewest bits per byte on validation text so far."""
    worse: int = 0
    """Validations in a row that were worse than the best."""
    curve: list[list[float]] = field(default_factory=list)
    """[seconds, training bits per piece, validation bits per byte] at each validation."""


class Batches:
    """The training pieces as `batch` parallel streams, cut into chunks of `length`.

    Every epoch has the texts in another order, derived from the seed and its number.
    """

    def __init__(self, data: TrainingData, settings: RunSettings) -> None:
        self._data = data
        self._settings = settings
        per_stream = (len(data.training) - 1) // settings.batch
        self.length = max(2, min(settings.length, per_stream))
        self.steps = max(1, per_stream // self.length)

    def epoch(self, number: int, skip: int) -> Iterator[NDArray[np.int32]]:
        """Yield (batch, length + 1) chunks of epoch `number`, but for the first `skip`."""
        batch, length = self._settings.batch, self.length
        random = np.random.default_rng((self._settings.seed, number))
        offsets = self._data.offsets
        order = random.permutation(len(offsets) - 1)
        stream = np.concatenate([self._data.training[offsets[i] : offsets[i + 1]] for i in order])
        need = batch * self.steps * length + 1
        stream = np.resize(np.roll(stream, -int(random.integers(len(stream)))), max(need, batch + 1))
        for step in range(skip, self.steps):
            starts = np.arange(batch) * self.steps * length + step * length
            yield stream[starts[:, None] + np.arange(length + 1)].astype(np.int32)


class Trainer:
    """Trains one network until its budget is spent, nothing more is gained, or it is told to stop."""

    def __init__(
        self,
        settings: RunSettings,
        shape: NetworkShape,
        data: TrainingData,
        *,
        folder: Path,
        clock: Clock,
        dropout: float,
        half: bool,
        weights: Weights | None = None,
    ) -> None:
        self.settings = settings
        self.data = data
        self.clock = clock
        self.progress = Progress()
        self._folder = folder
        self.network = Network(shape, batch=settings.batch, dropout=dropout, seed=settings.seed, half=half)
        if weights is None:
            self.network.output_bias.assign(log_frequencies(data.training, shape.vocabulary))
        else:
            self.network.load_weights_by_name(weights)
        self.best_weights = self.network.weights_by_name()
        self.batches = Batches(data, settings)
        base = SCRATCH if weights is None else settings.base
        self._rate = settings.highest_rate(base, data.training_bytes)
        self._optimizer = keras.optimizers.AdamW(
            self._rate,
            weight_decay=settings.weight_decay,
            beta_2=0.99,
            global_clipnorm=CLIP,
        )
        self._optimizer.exclude_from_weight_decay(var_names=["bias", "embedding"])
        self._optimizer.build(self.network.trainable_variables)
        self._train_step = tf.function(self._make_train_step())
        self._score_step = tf.function(self._make_score_step())
        self._validation_cost = 0.0
        self._speed = 0.0
        self._loss = math.nan
        self._resume()

    def run(self, emit: Callable[[Event], None], control: Callable[[], str]) -> str:
        """Train; return ``budget``, ``early`` or ``asked`` for what ended it, or ``stopped``.

        `emit` is given progress events. `control` is asked before each step, may block while the
        run is paused, and answers ``finish`` to end now, ``stop`` to leave the run resumable, or
        nothing. After ``stopped`` there is a checkpoint and no result.
        """
        budget = self.settings.minutes * 60
        state = self.progress
        last_progress = 0.0
        last_saved = self.clock.seconds()
        if state.step == 0:
            # The untrained network, or the base: what is kept if nothing better comes.
            self._validate()
            self.save()
        started = self.clock.seconds()
        next_validation = started + self._validation_interval(budget, 0.0)
        while not self._is_over(budget):
            for chunk in self.batches.epoch(state.epoch, state.position):
                order = control()
                if order == "stop":
                    self.save()
                    return "stopped"
                if order == "finish" or self._is_over(budget):
                    break
                self._step(chunk, budget)
                now = self.clock.seconds()
                if now >= next_validation:
                    self._validate()
                    now = self.clock.seconds()
                    next_validation = now + self._validation_interval(budget, now - started)
                    if state.worse >= PATIENCE:
                        return "early"
                if now - last_saved > self.settings.checkpoint_seconds:
                    self.save()
                    last_saved = now
                if now - last_progress > 0.5:
                    emit(self._progress_event(budget))
                    last_progress = now
            else:
                state.epoch, state.position = state.epoch + 1, 0
                continue
            break
        asked = not self._is_over(budget)
        self._validate()
        emit(self._progress_event(budget))
        return "asked" if asked else "budget"

    def save(self) -> None:
        """Write a checkpoint."""
        arrays: dict[str, NDArray[Any]] = {f"best/{k}": v for k, v in self.best_weights.items()}
        arrays |= {f"now/{k}": v for k, v in self.network.weights_by_name().items()}
        arrays |= {f"optimizer/{i}": as_numpy(v) for i, v in enumerate(self._optimizer.variables)}
        arrays |= {f"state/{i}": as_numpy(v) for i, v in enumerate(self.network.states)}
        values = dict(vars(self.progress), seconds=self.clock.seconds())
        checkpoint.save(self._folder, self.progress.step, checkpoint.Checkpoint(arrays, values))

    def _resume(self) -> None:
        saved = checkpoint.load_latest(self._folder)
        if saved is None:
            return
        values = dict(saved.values)
        self.clock = Clock(before=values.pop("seconds"))
        self.progress = Progress(**values)
        self.network.load_weights_by_name(_under("now/", saved.arrays))
        self.best_weights = {k: np.array(v) for k, v in _under("best/", saved.arrays).items()}
        for index, variable in enumerate(self._optimizer.variables):
            variable.assign(saved.arrays[f"optimizer/{index}"])
        for index, variable in enumerate(self.network.states):
            variable.assign(saved.arrays[f"state/{index}"])

    def _is_over(self, budget: float) -> bool:
        if self.settings.steps:
            return self.progress.step >= self.settings.steps
        return self.progress.share >= 1 or self.clock.seconds() >= budget - self._reserve()

    def _reserve(self) -> float:
        return RESERVE + 1.5 * self._validation_cost

    def _validation_interval(self, budget: float, done: float) -> float:
        """Return the seconds to the next validation: often at first, when much changes."""
        return max(min(budget / VALIDATIONS, 1 + done / 4), 8 * self._validation_cost)

    def _step(self, chunk: NDArray[np.int32], budget: float) -> None:
        """Learn from one chunk and move along the schedule."""
        state = self.progress
        if state.position == 0:
            self.network.forget()
        started = time.monotonic()
        self._optimizer.learning_rate.assign(self._rate * schedule(state.share))
        loss = float(self._train_step(chunk[:, :-1], chunk[:, 1:], np.int32(state.step)))
        state.step += 1
        state.position += 1
        state.tokens += chunk[:, 1:].size
        self._loss = loss if math.isnan(self._loss) else 0.95 * self._loss + 0.05 * loss
        spent = time.monotonic() - started
        rate = chunk[:, 1:].size / spent
        self._speed = rate if not self._speed or state.step < 4 else 0.95 * self._speed + 0.05 * rate
        if self.settings.steps:
            state.share = state.step / self.settings.steps
        else:
            left = budget - self._reserve() - self.clock.seconds() + spent
            state.share += (1 - state.share) * min(1.0, spent / max(left, spent))

    def _validate(self) -> None:
        """Measure bits per byte on the validation text, and keep the weights where they are the best."""
        started = time.monotonic()
        score = self.score(self.data.validation, self.data.validation_bytes)
        self._validation_cost = time.monotonic() - started
        state = self.progress
        if score < state.best:
            state.best, state.worse = score, 0
            self.best_weights = self.network.weights_by_name()
        else:
            state.worse = state.worse + 1 if score > state.best * WORSE and state.share > 0.1 else 0
        loss = 0.0 if math.isnan(self._loss) else self._loss / math.log(2)
        state.curve.append([round(self.clock.seconds(), 1), round(loss, 4), round(score, 4)])

    def score(self, pieces: Pieces, size: int) -> float:
        """Return the bits that the network needs for `pieces`, per byte of their text's `size`."""
        before = [as_numpy(state) for state in self.network.states]
        self.network.forget()
        batch, length = self.settings.batch, self.batches.length
        # Streams of a fair length: each begins without a past, which costs bits.
        per_stream = max(math.ceil(len(pieces) / batch), min(len(pieces), SCORED_STREAM))
        rows = math.ceil(per_stream / length) * length
        targets = np.zeros(batch * rows, np.int32)
        targets[: len(pieces)] = pieces
        counted = (np.arange(batch * rows) < len(pieces)) & ~np.isin(targets, (1, 2, 3, 4))
        inputs = np.concatenate([[1], targets[:-1]]).astype(np.int32).reshape(batch, rows)
        outputs = targets.reshape(batch, rows)
        weights = counted.astype(np.float32).reshape(batch, rows)
        total = 0.0
        for start in range(0, rows, length):
            cut = slice(start, start + length)
            total += float(self._score_step(inputs[:, cut], outputs[:, cut], weights[:, cut]))
        for variable, value in zip(self.network.states, before, strict=True):
            variable.assign(value)
        return total / math.log(2) / max(1, size)

    def _make_train_step(self) -> Callable[..., Any]:
        def train_step(inputs: Any, targets: Any, step: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(_cross_entropy(targets, self.network(inputs, step=step)))
            variables = self.network.trainable_variables
            self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return loss

        return train_step

    def _make_score_step(self) -> Callable[..., Any]:
        def score_step(inputs: Any, targets: Any, weights: Any) -> Any:
            return tf.reduce_sum(_cross_entropy(targets, self.network(inputs)) * weights)

        return score_step

    def _progress_event(self, budget: float) -> Event:
        state = self.progress
        seconds = self.clock.seconds()
        return {
            "event": "progress",
            "seconds": round(seconds, 1),
            "remaining": round(max(0.0, budget - seconds), 1),
            "share": round(state.share, 4),
            "step": state.step,
            "epoch": round(state.epoch + state.position / self.batches.steps, 2),
            "loss": None if math.isnan(self._loss) else round(self._loss / math.log(2), 4),
            "bits_per_byte": round(state.curve[-1][2], 4) if state.curve else None,
            "tokens_per_second": round(self._speed, 1),
            "memory_mb": peak_memory_mb(),
        }


def log_frequencies(pieces: Pieces, vocabulary: int) -> NDArray[np.float32]:
    """Return the log-probabilities (vocabulary,) of pieces without context, none of them zero.

    As the output's first bias they spare the network the phase in which it would find them, where
    the loss shoots up.
    """
    counts = np.bincount(pieces, minlength=vocabulary) + 0.5
    logs: NDArray[np.float32] = np.log(counts / counts.sum()).astype(np.float32)
    return logs


def schedule(share: float) -> float:
    """Return the learning rate's factor when `share` of the budget is spent: warm-up, then a cosine."""
    if share < WARM_UP:
        return max(share / WARM_UP, 0.02)
    fallen = (share - WARM_UP) / (1 - WARM_UP)
    return FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * min(1.0, fallen)))


def peak_memory_mb() -> int:
    """Return the most memory this process has held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak // (2**20 if sys.platform == "darwin" else 2**10))


def bfloat16_wins(units: int, batch: int) -> bool:
    """Measure whether this processor multiplies faster in bfloat16, at a recurrent step's sizes."""
    a = tf.random.normal((batch, units))
    b = tf.random.normal((units, 3 * units))

    def seconds(x: Any, y: Any) -> float:
        times = []
        for _ in range(12):
            started = time.perf_counter()
            tf.matmul(x, y).numpy()
            times.append(time.perf_counter() - started)
        return sorted(times)[len(times) // 3]

    half = (tf.cast(a, tf.bfloat16), tf.cast(b, tf.bfloat16))
    return seconds(*half) < 0.8 * seconds(a, b)


def _cross_entropy(targets: Any, logits: Any) -> Any:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)


def _under(prefix: str, arrays: dict[str, NDArray[Any]]) -> Weights:
    return {k[len(prefix) :]: v for k, v in arrays.items() if k.startswith(prefix)}
