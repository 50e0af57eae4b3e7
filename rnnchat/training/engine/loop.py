"""The training loop: a schedule that fits the budget, validation, early stop, checkpoints."""

from __future__ import annotations

import itertools
import math
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.lm.recurrent import NetworkShape
from rnnchat.training.data.batches import Batches, Pieces, TrainingData
from rnnchat.training.engine import checkpoint
from rnnchat.training.engine.network import Weights
from rnnchat.training.engine.step import Engine
from rnnchat.training.plan import Plan
from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.run import RunSettings

Event = dict[str, Any]

WARM_UP = 0.03  # of the budget
FINAL_RATE = 0.02  # of the highest learning rate
PATIENCE = 4  # validations in a row that must be worse before a training ends early
WORSE = 1.004  # so much more than the best counts as worse
VALIDATIONS = 18  # about so many in a budget
SCORED_STREAM = 512  # pieces of validation text that are scored in one go, where there are so many
RESERVE = 2.0  # seconds kept for publishing
ROLES = (1, 2, 3, 4)  # the pieces that no text encodes to are not counted


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
    validated: int = -1
    """The step before which validation was last made."""
    worse: int = 0
    """Validations in a row that were worse than the best."""
    loss: float = math.nan
    """The running mean of -ln p of a training piece."""
    curve: list[list[float]] = field(default_factory=list)
    """[seconds, training bits per piece, validation bits per byte] at each validation."""


@dataclass
class Decision:
    """What happens before the next step; where several machines train, the chief decides for all."""

    rate: float = 0.0
    over: bool = False
    stop: bool = False
    validate: bool = False
    save: bool = False


class Trainer:
    """Trains one network until its budget is spent, nothing more is gained, or it is told to stop."""

    def __init__(
        self,
        settings: RunSettings,
        shape: NetworkShape,
        plan: Plan,
        data: TrainingData,
        *,
        folder: Path,
        clock: Clock,
        weights: Weights | None = None,
        strategy: Any = None,
        chief: bool = True,
        afterwards: float = 0.0,
    ) -> None:
        self.settings = settings
        self.plan = plan
        self.data = data
        self.clock = clock
        self.progress = Progress()
        self.chief = chief
        self._folder = folder
        self._strategy = strategy
        anchors = weights if settings.is_personal else None
        self.engine = Engine(shape, plan, seed=settings.seed, anchors=anchors, strategy=strategy)
        if weights is None:
            weights = self.engine.network.weights_by_name()
            weights["output.bias"] = log_frequencies(data.training, shape.vocabulary)
        self.engine.start_from(weights)
        self.best_weights = weights
        self.batches = Batches(data, batch=plan.batch, length=plan.length, seed=settings.seed)
        self._afterwards = afterwards
        self._budget = settings.minutes * 60 - afterwards
        self._validation_cost = 0.0
        self._speed = 0.0
        self._steps = 0  # since the start of this process
        self._saved_step = -1
        self._resume()

    def run(self, emit: Callable[[Event], None], control: Callable[[], str]) -> str:
        """Train; return ``budget``, ``early`` or ``asked`` for what ended it, or ``stopped``.

        `emit` is given progress events. `control` is asked before each step, may block while the
        run is paused, and answers ``finish`` to end now, ``stop`` to leave the run resumable, or
        nothing. After ``stopped`` there is a checkpoint and no result.
        """
        state = self.progress
        if state.step == 0:
            # The untrained network, or the base: what is kept if nothing better comes.
            self._validate()
            self.save()
        self._began = self._last_saved = self.clock.seconds()
        self._last_progress = -math.inf
        self._next_validation = self._began + self._validation_interval(0.0)
        ended = ""
        while not ended:
            for chunk in self.batches.epoch(state.epoch, state.position):
                ended = self._before_a_step(control)
                if ended:
                    break
                self._step(chunk)
                self._tell(emit)
            else:
                state.epoch, state.position = state.epoch + 1, 0
        self.clock.tick()
        if ended == "stopped":
            if self._saved_step != state.step:
                self.save()
        else:
            if ended != "early":
                self._validate()
            emit(self._progress_event())
        return ended

    def save(self) -> None:
        """Write a checkpoint."""
        values = dict(vars(self.progress), seconds=self.clock.seconds())
        groups = itertools.chain(self.engine.groups(), [("best", self.best_weights.items())])
        if self.chief:
            checkpoint.save(self._folder, self.progress.step, groups, values)
            self._saved_step = self.progress.step
        else:
            next(groups)  # the states, which all replicas gather together

    def score(self, pieces: Pieces, size: int) -> float:
        """Return the bits that the averaged network needs for `pieces`, per byte of their text's `size`."""
        return self.engine.bits(*self._arranged(pieces), self.batches.length) / max(1, size)

    def _arranged(self, pieces: Pieces) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        """Return `pieces` as texts that are read at once: inputs, targets and which of them count."""
        batch, length = self.plan.batch, self.batches.length
        # Streams of a fair length: each begins without a past, which costs bits.
        per_stream = max(math.ceil(len(pieces) / batch), min(len(pieces), SCORED_STREAM))
        rows = math.ceil(per_stream / length) * length
        targets = np.zeros(batch * rows, np.int32)
        targets[: len(pieces)] = pieces
        counted = (np.arange(batch * rows) < len(pieces)) & ~np.isin(targets, ROLES)
        inputs = np.concatenate([[1], targets[:-1]]).astype(np.int32).reshape(batch, rows)
        outputs = targets.reshape(batch, rows)
        weights = counted.astype(np.float32).reshape(batch, rows)
        used = max(1, math.ceil(len(pieces) / rows))  # texts beyond these are empty
        cut = slice(0, batch if used > batch // 2 else max(used, 1))
        return inputs[cut], outputs[cut], weights[cut]

    def _resume(self) -> None:
        saved = checkpoint.load_latest(self._folder)
        if saved is None:
            return
        self.clock = Clock(before=saved.values.pop("seconds"))
        self.progress = Progress(**saved.values)
        self.engine.restore(saved.groups)
        self.best_weights = saved.groups["best"]

    def _before_a_step(self, control: Callable[[], str]) -> str:
        """Do what is due; return what ended the training, or nothing."""
        order = control() if self.chief else ""
        self.clock.tick()
        now = self.clock.seconds()
        # What goes on with texts like its own begins at its best, and is worse until the rate falls again.
        early = self.settings.is_personal and self.progress.worse >= PATIENCE
        mine = Decision(
            rate=self.plan.learning_rate * schedule(self.progress.share),
            over=order == "finish" or early or self._is_over(),
            stop=order == "stop",
            validate=self._validation_is_due(now),
            save=now - self._last_saved > self.settings.checkpoint_seconds,
        )
        decision = self._agreed(mine)
        self._rate = decision.rate
        if decision.stop:
            return "stopped"
        if decision.over:
            return "early" if early else "asked" if order == "finish" else "budget"
        if decision.validate:
            self._validate()
            now = self.clock.seconds()
            self._next_validation = now + self._validation_interval(now - self._began)
        if decision.save:
            self.save()
            self._last_saved = self.clock.seconds()
        return ""

    def _agreed(self, mine: Decision) -> Decision:
        """Return the chief's decision."""
        if self._strategy is None or self._strategy.num_replicas_in_sync == 1:
            return mine
        values = [float(value) * self.chief for value in vars(mine).values()]
        local = len(self._strategy.extended.worker_devices)
        rate, *flags = self._sum_of_all(tf.constant(values) / local).numpy()
        return Decision(float(rate), *(flag > 0.5 for flag in flags))

    @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
    def _sum_of_all(self, values: Any) -> Any:
        each = self._strategy.run(tf.identity, args=(values,))
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None)

    def _is_over(self) -> bool:
        if self.settings.steps:
            return self.progress.step >= self.settings.steps
        return self.progress.share >= 1 or self.clock.seconds() >= self._budget - self._reserve()

    def _reserve(self) -> float:
        return RESERVE + 1.5 * self._validation_cost

    def _validation_is_due(self, now: float) -> bool:
        """Tell whether to validate: by the clock, or by steps where the clock does not count."""
        if self.settings.steps:
            every = max(1, self.settings.steps // VALIDATIONS)
            return self.progress.step % every == 0 and self.progress.step != self.progress.validated
        return now >= self._next_validation

    def _validation_interval(self, done: float) -> float:
        """Return the seconds to the next validation: often at first, when much changes."""
        return max(min(self._budget / VALIDATIONS, 1 + done / 4), 8 * self._validation_cost)

    def _step(self, chunk: NDArray[np.int32]) -> None:
        """Learn from one chunk and move along the schedule."""
        state = self.progress
        if state.position == 0:
            self.engine.forget()
        started = time.monotonic()
        loss = self.engine.learn(chunk, state.step, self._rate)
        spent = time.monotonic() - started
        count = chunk[:, 1:].size
        self._steps += 1
        state.step += 1
        state.position += 1
        state.tokens += count
        state.loss = loss if math.isnan(state.loss) else 0.95 * state.loss + 0.05 * loss
        if self._steps == 1:
            # It compiled: that says nothing of how fast the others will be.
            self._speed, spent = count / spent, 0.0
        else:
            rate = count / spent
            self._speed = 0.95 * self._speed + 0.05 * rate if self._steps > 3 else rate
        if self.settings.steps:
            state.share = state.step / self.settings.steps
        else:
            left = self._budget - self._reserve() - self.clock.seconds() + spent
            state.share += (1 - state.share) * min(1.0, spent / max(left, spent, 1e-9))

    def _validate(self) -> None:
        """Measure bits per byte on the validation text, and keep the weights where they are the best."""
        if not self._validation_cost:  # a first chunk, not timed: it compiles
            length = self.batches.length
            inputs, outputs, weights = self._arranged(self.data.validation)
            self.engine.bits(inputs[:, :length], outputs[:, :length], weights[:, :length], length)
        started = time.monotonic()
        score = self.score(self.data.validation, self.data.validation_bytes)
        self._validation_cost = time.monotonic() - started
        state = self.progress
        state.validated = state.step
        if score < state.best:
            state.best, state.worse = score, 0
            self.best_weights = self.engine.averaged.weights_by_name()
        else:
            state.worse = state.worse + 1 if score > state.best * WORSE and state.share > 0.1 else 0
        loss = 0.0 if math.isnan(state.loss) else state.loss / math.log(2)
        state.curve.append([round(self.clock.seconds(), 1), round(loss, 4), round(score, 4)])

    def _tell(self, emit: Callable[[Event], None]) -> None:
        now = self.clock.seconds()
        if now - self._last_progress > 0.5:
            emit(self._progress_event())
            self._last_progress = now

    def _progress_event(self) -> Event:
        state = self.progress
        seconds = self.clock.seconds()
        per_piece = self.data.training_bytes / max(1, len(self.data.training))
        return {
            "event": "progress",
            "seconds": round(seconds, 1),
            "remaining": round(max(0.0, self._budget - seconds) + self._afterwards, 1),
            "share": round(state.share, 4),
            "step": state.step,
            "epoch": round(state.epoch + state.position / self.batches.steps, 2),
            "loss": None if math.isnan(state.loss) else round(state.loss / math.log(2), 4),
            "bits_per_byte": round(state.curve[-1][2], 4) if state.curve else None,
            "tokens_per_second": round(self._speed, 1),
            "bytes_per_second": round(self._speed * per_piece, 1),
            "memory_mb": peak_memory_mb(),
        }


def log_frequencies(pieces: Pieces, vocabulary: int) -> NDArray[np.float32]:
    """Return the log-probabilities (vocabulary,) of pieces without context, none of them zero.

    As the output's first bias they spare the network the phase in which it would find them, where
    the loss shoots up.
    """
    counts = np.full(vocabulary, 0.5)
    for start in range(0, len(pieces), 2**22):
        counts += np.bincount(pieces[start : start + 2**22], minlength=vocabulary)
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
