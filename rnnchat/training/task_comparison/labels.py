"""Classifying texts and sorting notes into folders, each text kept back from what labels it.

Texts are split into folds, so that copies and near copies of a text are in the same one. Each method labels
the texts of a fold after it has learned the others, so that nothing is fitted to what it is measured with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import NotesError
from rnnchat.tasks.classification.encoder import StateEncoder
from rnnchat.tasks.classification.examples import read_examples
from rnnchat.tasks.classification.features import count_features
from rnnchat.tasks.classification.folds import copy_groups, stratified_folds
from rnnchat.tasks.classification.metrics import ClassificationMetrics, measure
from rnnchat.tasks.classification.training import (
    FEWEST_LABELS,
    FOLDS,
    LabelledTexts,
    require_enough,
    train_classifier,
)
from rnnchat.tasks.sorting.notes import read_sortable
from rnnchat.tasks.sparse import Floats
from rnnchat.training.task_comparison.baselines.naive_bayes import largest_label_scores, naive_bayes_scores
from rnnchat.training.task_comparison.results import (
    OURS,
    Finding,
    MethodResult,
    Remark,
    ReportActivity,
    remarks_on_size,
)

CLASSIFY, SORT = "classify", "sort"
"""The names of the two tasks."""
ENOUGH_MEASURED = 500
"""No further fold is measured once this many texts are."""

ScoreLabels = Callable[[LabelledTexts, Sequence[str]], Floats]
"""Takes texts to learn from, and others; returns a score of each label for each of these."""


def compare_classification(
    path: Path, columns: tuple[str | None, str | None], encoder: StateEncoder, report: ReportActivity
) -> Iterator[Finding]:
    """Yield how well the labelled texts at `path` are classified; `columns` are those of texts and labels.

    Raises NotesError where there are too few.
    """
    report("Reading the examples.")
    texts, labels = read_examples(path, *columns)
    examples, left_out = LabelledTexts.of(texts, [[label] for label in labels]).without_rare_labels()
    require_enough(examples)
    yield from _remarks_on_rare(CLASSIFY, left_out, "label")
    remembering = _RememberingEncoder(encoder.network, encoder.tokenizer)
    for name, metrics, seconds in _measure_methods(examples, "majority class", remembering, report):
        scores = {"accuracy": metrics.accuracy, "macro_f1": metrics.macro_f1}
        yield MethodResult(CLASSIFY, name, scores, seconds, metrics.texts)
    yield from remarks_on_size(CLASSIFY, metrics.texts)


def compare_sorting(paths: Sequence[Path], report: ReportActivity) -> Iterator[Finding]:
    """Yield how well the notes under `paths` are sorted into the folders that they are in.

    Raises NotesError where there are too few folders.
    """
    report("Reading your notes.")
    notes = [note for note in read_sortable(paths)[0] if note.folder]
    every = LabelledTexts.of([note.text for note in notes], [[note.folder] for note in notes])
    examples, left_out = every.without_rare_labels()
    if len(examples.labels) < FEWEST_LABELS:
        only = f" Only {examples.labels[0]!r} has." if examples.labels else ""
        raise NotesError(
            f"There are too few folders to compare: at least two must have two notes each.{only}",
            "Name a folder whose notes are in subfolders.",
        )
    yield from _remarks_on_rare(SORT, left_out, "folder")
    for name, metrics, seconds in _measure_methods(examples, "largest folder", None, report):
        scores = {"top1": metrics.accuracy, "top3": metrics.accuracy_top3}
        yield MethodResult(SORT, name, scores, seconds, metrics.texts)
    yield from remarks_on_size(SORT, metrics.texts)


def _measure_methods(
    examples: LabelledTexts, largest: str, encoder: StateEncoder | None, report: ReportActivity
) -> Iterator[tuple[str, ClassificationMetrics, float]]:
    """Yield the name of each method, how well it labels texts kept back, and the seconds that took.

    `largest` is the name of the method that always gives the most frequent label.
    """

    def score_by_rnnchat(known: LabelledTexts, texts: Sequence[str]) -> Floats:
        classifier = train_classifier(known, encoder).classifier
        return classifier.scores(classifier.features(texts))

    folds = stratified_folds(
        examples.targets, copy_groups([count_features(text) for text in examples.texts]), FOLDS
    )
    sizes = np.bincount(folds, minlength=FOLDS)
    if sizes.max() == len(folds):
        raise NotesError(
            "The examples are all copies of the same text.", "Add examples that differ from each other."
        )
    used = int(np.searchsorted(np.cumsum(sizes), min(ENOUGH_MEASURED, len(folds)))) + 1
    methods: dict[str, ScoreLabels] = {
        largest: largest_label_scores,
        "naive Bayes": naive_bayes_scores,
        OURS: score_by_rnnchat,
    }
    for name, score in methods.items():
        started = time.perf_counter()
        scores, targets = [], []
        for fold in range(used):
            kept_back = folds == fold
            if not kept_back.any():
                continue
            report(f"Measuring {name}: part {fold + 1} of {used}.")
            known, held_out = _take(examples, ~kept_back), _take(examples, kept_back)
            scores.append(score(known, held_out.texts))
            targets.append(held_out.targets)
        metrics = measure(np.concatenate(scores), np.concatenate(targets))
        yield name, metrics, time.perf_counter() - started


def _take(examples: LabelledTexts, rows: NDArray[np.bool_]) -> LabelledTexts:
    texts = tuple(text for text, is_taken in zip(examples.texts, rows, strict=True) if is_taken)
    return LabelledTexts(texts, examples.labels, examples.targets[rows])


def _remarks_on_rare(task: str, left_out: Sequence[str], what: str) -> Iterator[Remark]:
    """Yield a remark where labels have only one example, which cannot be learned and kept back at once."""
    if left_out:
        several = f"{len(left_out):,} {what}s" if len(left_out) > 1 else f"one {what}"
        yield Remark(task, f"Left out: {several} with only one example.")


@dataclass(frozen=True)
class _RememberingEncoder(StateEncoder):
    """Reads each text only once, as folds have most of their texts in common."""

    read: dict[str, Floats] = field(default_factory=dict)
    """The mean state of each text that was read."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the mean of the top layer's states over each text (texts, units)."""
        new = [text for text in dict.fromkeys(texts) if text not in self.read]
        self.read.update(zip(new, super().encode(new), strict=True))
        return np.array([self.read[text] for text in texts])
