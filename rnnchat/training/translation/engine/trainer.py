"""The training loop of a translator's network: steps until the budget is spent, validation, checkpoints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from rnnchat.errors import TrainingError
from rnnchat.tasks.translation.pair_tokenizer import PairTokenizer
from rnnchat.tasks.translation.target_pieces import TargetPieces
from rnnchat.training.engine import checkpoint
from rnnchat.training.engine.hardware import measure_speed
from rnnchat.training.engine.network import as_numpy
from rnnchat.training.engine.optimizer import Optimizer
from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.events import Event
from rnnchat.training.translation.alignment import align
from rnnchat.training.translation.batches import PairBatch, PairBatches, PiecePair
from rnnchat.training.translation.engine.network import TranslationGraph, guided_attention_loss
from rnnchat.training.translation.plan import TranslationPlan

LAST_FACTOR = 0.02
"""The learning rate ends at this share of the highest one."""
VALIDATIONS = 15
"""About this many validations are done in a budget."""
PATIENCE = 4
"""A training ends after this many validations in a row without a better one."""
SECONDS_BETWEEN_CHECKPOINTS = 45.0
"""A checkpoint is written about this often."""
SECONDS_BETWEEN_REPORTS = 0.5
"""Progress is reported at most this often, but always after a validation."""
LEAST_DOUBLED = 3
"""A piece may follow itself in translations if it does so in at least this many pairs."""
SMOOTHING = 0.02
"""The moving average of the loss takes up this share of each new value."""

Tensor = Any
Weights = dict[str, Any]


@dataclass
class TranslationProgress:
    """How far a training is; all of it goes into a checkpoint."""

    step: int = 0
    """The steps done."""
    epoch: int = 0
    """The epochs completed."""
    position: int = 0
    """The steps done in this epoch."""
    seconds: float = 0.0
    """The seconds worked."""
    tokens: int = 0
    """The target pieces that were trained on."""
    loss: float = math.nan
    """The moving average of -ln p of a target piece in training."""
    validation_loss: float = math.nan
    """-ln p of a target piece of the validation pairs, when last measured."""
    best: float = math.inf
    """The least of those so far."""
    worse_validations: int = 0
    """The validations in a row that were not better than the best."""


class TranslationTrainer:
    """Trains one network on pairs of `texts`, and keeps the weights that are best for the pairs `held_out`.

    It resumes from the newest checkpoint in `folder`. The `budget` is in seconds.
    """

    def __init__(
        self,
        plan: TranslationPlan,
        tokenizer: PairTokenizer,
        texts: Sequence[tuple[str, str]],
        held_out: Sequence[tuple[str, str]],
        *,
        budget: float,
        folder: Path,
    ) -> None:
        self._clock = Clock()
        self.plan = plan
        self.progress = TranslationProgress()
        self._budget = budget
        self._folder = folder
        encoded = _encode(tokenizer, texts)
        self.target_pieces = TargetPieces.used_in((target for _, target in encoded), tokenizer.size)
        pairs = self._with_places(encoded)
        self._pairs = pairs
        self._batches = PairBatches(pairs, plan.tokens)
        self._validation = self._batches.fitting(self._with_places(_encode(tokenizer, held_out)))
        shape = plan.shape(tokenizer.size, len(self.target_pieces.pieces))
        self._alignment = align(
            [source for source, _ in pairs],
            [target for _, target in pairs],
            shape.source_vocabulary,
            shape.target_vocabulary,
        )
        self._make_graphs(plan)
        self.best_weights = _values(self._averaged.weights)
        self._last_report = -math.inf
        self._resume()

    def run(self, report: Callable[[Event], None], should_stop: Callable[[], bool]) -> bool:
        """Train; return whether the training is complete: not where it was asked to stop.

        Raises TrainingError where the network diverges.
        """
        progress = self.progress
        next_validation = self._share() + 1 / VALIDATIONS
        last_saved = progress.seconds
        while True:
            batches = self._batches.epoch(self.plan.seed, progress.epoch)
            for bucket, numbers in batches[progress.position :]:
                share = self._share()
                if share >= 1 or share >= next_validation:
                    next_validation = share + 1 / VALIDATIONS
                    has_ended = self._validate(should_stop) or share >= 1
                    self._report(report, is_due=True)
                    if has_ended and not should_stop():
                        return True
                if should_stop():
                    self._save()
                    return False
                if progress.seconds - last_saved >= SECONDS_BETWEEN_CHECKPOINTS:
                    self._save()
                    last_saved = progress.seconds
                self._step(self._batches.batch(bucket, numbers))
                self._report(report)
            progress.epoch += 1
            progress.position = 0

    def doubled_pieces(self) -> list[int]:
        """Return the places of the pieces that stand twice in a row in several translations."""
        counts: Counter[int] = Counter()
        for _, target in self._pairs:
            counts.update({one for one, other in pairwise(target) if one == other})
        return sorted(place for place, count in counts.items() if count >= LEAST_DOUBLED)

    def _make_graphs(self, plan: TranslationPlan) -> None:
        shape = plan.shape(self._alignment.source_vocabulary, self._alignment.target_vocabulary)
        options: dict[str, Any] = {"seed": plan.seed, "use_bfloat16": measure_speed().prefers_bfloat16}
        self._graph = TranslationGraph(shape, dropout=plan.dropout, **options)
        self._graph.begin_with_embeddings(*self._alignment.embeddings(plan.embedding))
        self._averaged = TranslationGraph(shape, dropout=0.0, **options)
        self._averaged.assign(_values(self._graph.weights))
        self._optimizer = Optimizer(
            self._graph.weights, self._averaged.weights, decay=0.0, ema_steps=plan.ema_steps
        )
        # A graph is built for each size of batches, but the update is the same for all of them.
        self._loss_and_gradients = tf.function(self._find_loss_and_gradients, autograph=False)
        self._update = tf.function(self._optimizer.apply, autograph=False)
        self._measure = tf.function(self._find_validation_loss, autograph=False)

    def _share(self) -> float:
        """Return how much of the budget is spent, from 0 to 1 and more."""
        self._clock.tick()
        self.progress.seconds = self._clock.seconds()
        steps = 0.0 if self.plan.most_steps is None else self.progress.step / self.plan.most_steps
        return max(self.progress.seconds / self._budget, steps)

    def _step(self, batch: PairBatch) -> None:
        progress, plan = self.progress, self.plan
        share = min(1.0, self._share())
        warm_up = min(1.0, (progress.step + 1) / plan.warm_up_steps)
        rate = plan.learning_rate * warm_up * max(LAST_FACTOR, 1 - share)
        guide = plan.guide * max(0.0, 1 - share / plan.guided_share)
        loss, gradients = self._loss_and_gradients(
            *_tensors(batch), tf.constant(batch.alignment(self._alignment)), tf.constant(guide, tf.float32)
        )
        self._update(gradients, tf.constant(rate, tf.float32), tf.constant(progress.step, tf.int64))
        value = float(loss)
        if not math.isfinite(value):
            raise TrainingError(
                "The training has diverged: the network's errors are no numbers any more.",
                "Train again with another --seed.",
            )
        is_first = math.isnan(progress.loss)
        progress.loss = value if is_first else progress.loss + SMOOTHING * (value - progress.loss)
        progress.step += 1
        progress.position += 1
        progress.tokens += int(batch.counted.sum())

    def _find_loss_and_gradients(
        self,
        sources: Tensor,
        lengths: Tensor,
        inputs: Tensor,
        targets: Tensor,
        counted: Tensor,
        wanted: Tensor,
        guide: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        """Return the loss of a batch, and the gradient of each weight of that and of the guided attention."""
        variables = [getattr(variable, "value", variable) for variable in self._graph.weights.values()]
        with tf.GradientTape() as tape:
            loss, attention = self._graph.loss(sources, lengths, inputs, targets, counted, is_training=True)
            total = loss + guide * guided_attention_loss(attention, wanted, counted)
        return loss, [tf.convert_to_tensor(gradient) for gradient in tape.gradient(total, variables)]

    def _find_validation_loss(
        self, sources: Tensor, lengths: Tensor, inputs: Tensor, targets: Tensor, counted: Tensor
    ) -> Tensor:
        loss, _ = self._averaged.loss(sources, lengths, inputs, targets, counted, is_training=False)
        return loss

    def _validate(self, should_stop: Callable[[], bool]) -> bool:
        """Measure the averaged weights unless asked to stop; return whether training should end early."""
        progress = self.progress
        losses: list[float] = []
        pieces: list[float] = []
        for batch in self._validation:
            if should_stop():
                return False  # the measurement is done again after a resumption
            losses.append(float(self._measure(*_tensors(batch))))
            pieces.append(float(batch.counted.sum()))
        if not pieces:
            self.best_weights = _values(self._averaged.weights)
            return False
        progress.validation_loss = float(np.average(losses, weights=pieces))
        if progress.validation_loss < progress.best:
            progress.best, progress.worse_validations = progress.validation_loss, 0
            self.best_weights = _values(self._averaged.weights)
            return False
        progress.worse_validations += 1
        return progress.worse_validations >= PATIENCE

    def _report(self, report: Callable[[Event], None], *, is_due: bool = False) -> None:
        progress = self.progress
        if not is_due and progress.seconds - self._last_report < SECONDS_BETWEEN_REPORTS:
            return
        self._last_report = progress.seconds
        report(
            {
                "event": "progress",
                "seconds": round(progress.seconds, 1),
                "remaining": round(max(0.0, self._budget - progress.seconds), 1),
                "step": progress.step,
                "epoch": round(progress.tokens / self._batches.tokens, 2),
                "loss": _rounded(progress.loss),
                "validation_loss": _rounded(progress.validation_loss),
                "tokens_per_second": round(progress.tokens / max(progress.seconds, 1e-9), 1),
            }
        )

    def _with_places(self, encoded: Sequence[PiecePair]) -> list[PiecePair]:
        return [(source, self.target_pieces.places(target)) for source, target in encoded]

    def _save(self) -> None:
        groups = {
            "network": _values(self._graph.weights),
            "averaged": _values(self._averaged.weights),
            "best": self.best_weights,
            **{group: _values(moments) for group, moments in self._optimizer.moments.items()},
        }
        checkpoint.save(
            self._folder,
            self.progress.step,
            ((group, iter(arrays.items())) for group, arrays in groups.items()),
            {name: value for name, value in asdict(self.progress).items() if not math.isnan(value)},
        )

    def _resume(self) -> None:
        saved = checkpoint.load_latest(self._folder)
        if saved is None:
            return
        self._graph.assign(saved.groups["network"])
        self._averaged.assign(saved.groups["averaged"])
        self.best_weights = saved.groups["best"]
        for group, moments in self._optimizer.moments.items():
            for name, variable in moments.items():
                variable.assign(saved.groups[group][name])
        self.progress = TranslationProgress(**saved.values)
        self._clock = Clock(self.progress.seconds)


def _encode(tokenizer: PairTokenizer, texts: Sequence[tuple[str, str]]) -> list[PiecePair]:
    sources = tokenizer.encode_all([source for source, _ in texts])
    targets = tokenizer.encode_all([target for _, target in texts])
    return list(zip(sources, targets, strict=True))


def _tensors(batch: PairBatch) -> list[Tensor]:
    arrays = (batch.sources, batch.source_lengths, batch.inputs, batch.targets, batch.counted)
    return [tf.constant(array) for array in arrays]


def _values(variables: Mapping[str, Any]) -> Weights:
    """Return copies of the values of `variables`."""
    return {name: as_numpy(variable) for name, variable in variables.items()}


def _rounded(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
