"""The training loop: steps until the budget is spent, with validation, early stopping and checkpoints."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Any

import tensorflow as tf

from rnnchat.lm.shape import NetworkShape
from rnnchat.training.data.batches import Batches, Pieces, TrainingChunk, TrainingData, log_frequencies
from rnnchat.training.data.rounds import LAST_PART
from rnnchat.training.engine import checkpoint
from rnnchat.training.engine.hardware import peak_memory_mb
from rnnchat.training.engine.network import Weights
from rnnchat.training.engine.schedule import learning_rate_factor
from rnnchat.training.engine.state import StepDecision, TrainerState
from rnnchat.training.engine.trainable import TrainableNetwork
from rnnchat.training.engine.validation import ScoredStreams
from rnnchat.training.plan import Plan
from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.events import ENDED_BY_BUDGET, ENDED_BY_REQUEST, ENDED_EARLY, Emit, Event
from rnnchat.training.runs.settings import RunSettings

PATIENCE = 4
"""A training ends early after this many validations in a row that are worse than the best."""
WORSE = 1.004
"""A validation is worse if it needs more than this many times the bits of the best."""
NEVER_WORSE_SHARE = 0.1
"""Validations in this first share of the schedule do not count as worse."""
VALIDATIONS = 18
"""About this many validations are done in a budget."""
LEAST_TRAINING = 8
"""The time between two validations is at least this many times as long as one takes."""
PUBLISHING_RESERVE = 2.0
"""This many seconds of the budget are kept for what follows the last validation."""
MOST_BITS = 100.0
"""A network that has diverged, so that its loss may be no number, gets this many bits per byte."""
PROGRESS_SECONDS = 0.5
"""Two progress reports are at least this many seconds apart."""
SMOOTHING = 0.05
"""The moving averages of loss and speed take up this share of each new value."""
WARM_UP_STEPS = 3
"""The speed of the first steps of a process is not averaged."""
ENDED_BY_STOP = "stopped"
"""What `Trainer.run` returns where the training was stopped and can be resumed."""


class Trainer:
    """Trains one network until its budget is spent, validation stops improving, or it is asked to stop.

    It resumes from the newest checkpoint in `folder`. `weights` are those of a base to start from; without
    them the network starts at random. `strategy` is TensorFlow's where several processors train together, of
    which the `is_chief` decides for all. Of the budget `reserved_seconds` are left for what follows.
    """

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
        is_chief: bool = True,
        reserved_seconds: float = 0.0,
    ) -> None:
        self.settings = settings
        self.plan = plan
        self.data = data
        self.clock = clock
        self.state = TrainerState()
        self._is_chief = is_chief
        self._folder = folder
        self._strategy = strategy
        anchors = weights if settings.is_personal else None
        self.trainable = TrainableNetwork(shape, plan, seed=settings.seed, anchors=anchors, strategy=strategy)
        if weights is None:
            weights = self.trainable.network.weights_by_name()
            weights["output.bias"] = log_frequencies(data.training, shape.vocabulary)
        self.trainable.start_from(weights)
        self.best_weights = weights
        self.batches = Batches(data, batch=plan.batch, length=plan.length, seed=settings.seed)
        self._streams = ScoredStreams.of(data.validation, batch=plan.batch, length=self.batches.length)
        self._reserved_seconds = reserved_seconds
        self._budget = settings.minutes * 60 - reserved_seconds
        self._rate = 0.0
        self._validation_seconds = 0.0
        self._tokens_per_second = 0.0
        self._steps_of_process = 0
        self._saved_step = -1
        self._began = self._last_saved = self._next_validation = 0.0
        self._last_progress = -math.inf
        self._resume()

    def run(self, emit: Emit, next_order: Callable[[], str]) -> str:
        """Train; return why it ended: ENDED_BY_BUDGET, ENDED_EARLY, ENDED_BY_REQUEST or ENDED_BY_STOP.

        `emit` is given ``progress`` events. `next_order` is called before each step. It may block while the
        run is paused, and returns ``finish`` to end now, ``stop`` to stop and be resumed later, or nothing.
        After ENDED_BY_STOP there is a checkpoint; after the others `best_weights` are the result.
        """
        state = self.state
        if state.step == 0:
            # The untrained network, or the base, is kept if training finds nothing better.
            self._validate()
            self.save()
        self._began = self._last_saved = self.clock.seconds()
        self._next_validation = self._began + self._validation_interval(0.0)
        ended = ""
        while not ended:
            epoch = state.epoch
            for chunk in self.batches.epoch(epoch, state.position, is_last_part=state.is_last_part):
                ended = self._before_step(next_order)
                if ended or state.epoch != epoch:
                    break
                self._step(chunk)
                self._report(emit)
            else:
                state.epoch, state.position = epoch + 1, 0
        self.clock.tick()
        if ended == ENDED_BY_STOP:
            if self._saved_step != state.step:
                self.save()
        else:
            if ended != ENDED_EARLY:
                self._validate()
            emit(self._progress_event())
        return ended

    def save(self) -> None:
        """Write a checkpoint."""
        values = dict(vars(self.state), seconds=self.clock.seconds())
        groups = itertools.chain(self.trainable.groups(), [("best", self.best_weights.items())])
        if self._is_chief:
            checkpoint.save(self._folder, self.state.step, groups, values)
            self._saved_step = self.state.step
        else:
            next(groups)  # all replicas together gather the states

    def score(self, pieces: Pieces, size: int) -> float:
        """Return the bits that the averaged network needs for `pieces`, per byte of their text's `size`."""
        streams = ScoredStreams.of(pieces, batch=self.plan.batch, length=self.batches.length)
        return self._bits(streams) / max(1, size)

    def _bits(self, streams: ScoredStreams) -> float:
        return self.trainable.bits(streams.inputs, streams.targets, streams.counted, self.batches.length)

    def _resume(self) -> None:
        saved = checkpoint.load_latest(self._folder)
        if saved is None:
            return
        self.clock = Clock(before=saved.values.pop("seconds"))
        self.state = TrainerState(**saved.values)
        self.trainable.restore(saved.groups)
        self.best_weights = saved.groups["best"]

    def _before_step(self, next_order: Callable[[], str]) -> str:
        """Validate and save where that is due; return why the training ended, or nothing."""
        order = next_order() if self._is_chief else ""
        self.clock.tick()
        now = self.clock.seconds()
        # The shipped model resumes at its best, and is worse until the learning rate falls again.
        early = self.settings.is_personal and self.state.worse_validations >= PATIENCE
        mine = StepDecision(
            rate=self.plan.learning_rate * learning_rate_factor(self.state.schedule_share),
            ends=order == "finish" or early or self._budget_is_spent(),
            stops=order == "stop",
            validates=self._validation_is_due(now),
            saves=now - self._last_saved > self.settings.checkpoint_seconds,
            begins_last_part=self._last_part_is_due(),
        )
        decision = self._agree(mine)
        self._rate = decision.rate
        if decision.stops:
            return ENDED_BY_STOP
        if decision.ends:
            return ENDED_EARLY if early else ENDED_BY_REQUEST if order == "finish" else ENDED_BY_BUDGET
        if decision.validates:
            self._validate()
            now = self.clock.seconds()
            self._next_validation = now + self._validation_interval(now - self._began)
        if decision.begins_last_part:
            self.state.is_last_part = True
            self.state.epoch, self.state.position = self.state.epoch + 1, 0
        if decision.saves:
            self.save()
            self._last_saved = self.clock.seconds()
        return ""

    def _agree(self, mine: StepDecision) -> StepDecision:
        """Return the chief's decision."""
        if self._strategy is None or self._strategy.num_replicas_in_sync == 1:
            return mine
        values = [float(value) * self._is_chief for value in astuple(mine)]
        local = len(self._strategy.extended.worker_devices)
        rate, *flags = self._sum_of_all(tf.constant(values) / local).numpy()
        return StepDecision(float(rate), *(flag > 0.5 for flag in flags))

    @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
    def _sum_of_all(self, values: Any) -> Any:
        each = self._strategy.run(tf.identity, args=(values,))
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None)

    def _budget_is_spent(self) -> bool:
        if self.settings.steps is not None:
            return self.state.step >= self.settings.steps
        return self.state.schedule_share >= 1 or self.clock.seconds() >= self._budget - self._time_to_end()

    def _time_to_end(self) -> float:
        return PUBLISHING_RESERVE + 1.5 * self._validation_seconds

    def _last_part_is_due(self) -> bool:
        has_begun = self.state.is_last_part or not self.batches.has_last_part
        return not has_begun and self.state.schedule_share >= 1 - LAST_PART

    def _validation_is_due(self, now: float) -> bool:
        """Return whether to validate: by the clock, or by steps where those are the budget."""
        if self.settings.steps is not None:
            every = max(1, self.settings.steps // VALIDATIONS)
            return self.state.step % every == 0 and self.state.step != self.state.validated_step
        return now >= self._next_validation

    def _validation_interval(self, trained: float) -> float:
        """Return the seconds to the next validation: few at first, when much changes."""
        return max(
            min(self._budget / VALIDATIONS, 1 + trained / 4), LEAST_TRAINING * self._validation_seconds
        )

    def _step(self, chunk: TrainingChunk) -> None:
        """Learn from one chunk and move along the schedule."""
        state = self.state
        if state.position == 0:
            self.trainable.reset_states()
        started = time.monotonic()
        loss = self.trainable.learn(chunk, state.step, self._rate)
        spent = time.monotonic() - started
        count = chunk.targets.size
        self._steps_of_process += 1
        state.step += 1
        state.position += 1
        state.tokens += count
        state.loss = loss if math.isnan(state.loss) else (1 - SMOOTHING) * state.loss + SMOOTHING * loss
        if self._steps_of_process == 1:
            # The first step compiles, which says nothing of how fast the others will be.
            self._tokens_per_second, spent = count / spent, 0.0
        else:
            rate = count / spent
            self._tokens_per_second = (
                (1 - SMOOTHING) * self._tokens_per_second + SMOOTHING * rate
                if self._steps_of_process > WARM_UP_STEPS
                else rate
            )
        if self.settings.steps is not None:
            state.schedule_share = state.step / self.settings.steps
        else:
            left = self._budget - self._time_to_end() - self.clock.seconds() + spent
            state.schedule_share += (1 - state.schedule_share) * min(1.0, spent / max(left, spent, 1e-9))

    def _validate(self) -> None:
        """Measure bits per byte on the validation text, and keep the weights where they are the best."""
        if not self._validation_seconds:  # the first chunk compiles, which is not timed
            self._bits(self._streams.beginning(self.batches.length))
        started = time.monotonic()
        score = self._bits(self._streams) / max(1, self.data.validation_bytes)
        score = min(score, MOST_BITS) if math.isfinite(score) else MOST_BITS
        self._validation_seconds = time.monotonic() - started
        state = self.state
        state.validated_step = state.step
        if score < state.best:
            state.best, state.worse_validations = score, 0
            self.best_weights = self.trainable.averaged.weights_by_name()
        else:
            is_worse = score > state.best * WORSE and state.schedule_share > NEVER_WORSE_SHARE
            state.worse_validations = state.worse_validations + 1 if is_worse else 0
        loss = state.loss / math.log(2) if math.isfinite(state.loss) else 0.0
        state.curve.append([round(self.clock.seconds(), 1), round(loss, 4), round(score, 4)])

    def _report(self, emit: Emit) -> None:
        now = self.clock.seconds()
        if now - self._last_progress > PROGRESS_SECONDS:
            emit(self._progress_event())
            self._last_progress = now

    def _progress_event(self) -> Event:
        state = self.state
        seconds = self.clock.seconds()
        per_piece = self.data.training_bytes / max(1, len(self.data.training))
        return {
            "event": "progress",
            "seconds": round(seconds, 1),
            "remaining": round(max(0.0, self._budget - seconds) + self._reserved_seconds, 1),
            "share": round(state.schedule_share, 4),
            "step": state.step,
            "epoch": round(state.epoch + state.position / self.batches.steps, 2),
            "loss": round(state.loss / math.log(2), 4) if math.isfinite(state.loss) else None,
            "bits_per_byte": round(state.curve[-1][2], 4) if state.curve else None,
            "tokens_per_second": round(self._tokens_per_second, 1),
            "bytes_per_second": round(self._tokens_per_second * per_piece, 1),
            "memory_mb": peak_memory_mb(),
        }
