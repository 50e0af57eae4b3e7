"""Training a classifier on labelled texts, and measuring it on texts that are kept back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import NotesError
from rnnchat.tasks.classification.calibration import fit_shares, fit_threshold, softmax_rows
from rnnchat.tasks.classification.classifier import TextClassifier
from rnnchat.tasks.classification.features import Counts, Vocabulary, count_features
from rnnchat.tasks.classification.folds import copy_groups, stratified_folds
from rnnchat.tasks.classification.linear import fit_linear
from rnnchat.tasks.classification.metrics import ClassificationMetrics, measure
from rnnchat.tasks.classification.sparse import Floats

FOLDS = 5
"""Examples are split into this many parts, each of which is kept back once."""
FEWEST_LABELS = 2
"""There is nothing to tell apart with fewer labels."""
FEWEST_EXAMPLES = 2
"""A label has at least this many examples: one to learn from while the other is kept back."""
MAXIMUM_LABELS = 1_000
"""A classifier has at most this many labels."""
ALL_FOLDS_UP_TO = 4_000
"""With more examples than this, only one of the parts is kept back, as that is enough to measure."""
_MAXIMUM_FEATURES = 300_000
"""A classifier has at most this many features: beyond that, those of fewer and fewer texts are left out."""
_MAXIMUM_WEIGHTS = 48_000_000
"""A classifier has at most this many weights, features times labels (192 MB while it is trained)."""
_LABELS_FOR_THRESHOLD = 4
"""With fewer labels, none is left out to find out how texts without a label look."""

Progress = Callable[[int, int], None]
"""Takes how many of how many classifiers have been fitted."""


@dataclass(frozen=True)
class LabelledTexts:
    """Texts with their labels; a text may have several."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    """The labels' names, each once."""
    targets: NDArray[np.bool_]
    """Which texts have which labels, (texts, labels)."""

    @classmethod
    def of(cls, texts: Sequence[str], labels: Sequence[Sequence[str]]) -> LabelledTexts:
        """Return texts, each of which has the labels at the same place."""
        names = sorted({label for own in labels for label in own})
        places = {name: place for place, name in enumerate(names)}
        targets = np.zeros((len(texts), len(names)), bool)
        for row, own in enumerate(labels):
            targets[row, [places[label] for label in own]] = True
        return cls(tuple(texts), tuple(names), targets)

    def without_rare_labels(self, least: int = FEWEST_EXAMPLES) -> tuple[LabelledTexts, tuple[str, ...]]:
        """Return the texts that have a label with at least `least` examples, and the other labels."""
        is_kept = self.targets.sum(0) >= least
        rows = np.flatnonzero(self.targets[:, is_kept].any(1))
        names = np.array(self.labels, object)
        kept = LabelledTexts(
            tuple(self.texts[row] for row in rows),
            tuple(names[is_kept]),
            self.targets[np.ix_(rows, np.flatnonzero(is_kept))],
        )
        return kept, tuple(names[~is_kept])


@dataclass(frozen=True)
class TrainedClassifier:
    """A classifier, and how well one like it labelled the examples that were kept back from it."""

    classifier: TextClassifier
    metrics: ClassificationMetrics
    kept_back: Floats
    """The probabilities that each example had while it was kept back (examples, labels).

    NaN for an example that never was.
    """


def require_enough(examples: LabelledTexts) -> None:
    """Raise NotesError where a classifier cannot be trained on the examples."""
    if len(examples.labels) < FEWEST_LABELS:
        only = f"Only {examples.labels[0]!r} has at least two." if examples.labels else "There are none."
        raise NotesError(
            f"There must be at least two labels, with at least two examples each. {only}",
            "Add examples of another label; ten of each already work well.",
        )
    if len(examples.labels) > MAXIMUM_LABELS:
        raise NotesError(
            f"There are {len(examples.labels):,} labels, but a classifier has at most {MAXIMUM_LABELS:,}.",
            "Check that the label is not in the column of the texts, or leave out rare labels.",
        )


def train_classifier(examples: LabelledTexts, progress: Progress | None = None) -> TrainedClassifier:
    """Train a classifier on `examples`; raise NotesError where there are too few."""
    require_enough(examples)
    counts = [count_features(text) for text in examples.texts]
    folds = stratified_folds(examples.targets, copy_groups(counts), FOLDS)
    used = range(FOLDS) if len(counts) <= ALL_FOLDS_UP_TO else range(1)
    done, total = 0, 2 * len(used) + 1

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    scores = np.full(examples.targets.shape, np.nan, np.float32)
    strangers: list[Floats] = []
    for fold in used:
        is_kept_back = folds == fold
        scores[is_kept_back] = _scores_of_others(counts, examples.targets, is_kept_back)
        step()
        strangers.append(_scores_of_strangers(counts, examples.targets, folds, fold))
        step()
    seen = ~np.isnan(scores[:, 0])
    (scale,) = fit_shares([scores[seen]], examples.targets[seen])
    known = softmax_rows(scale * scores[seen])
    unknown = [softmax_rows(scale * one).max(1) for one in strangers if one.size]
    is_right = np.take_along_axis(examples.targets[seen], known.argmax(1)[:, None], 1)[:, 0]
    threshold = fit_threshold(known.max(1), is_right, np.concatenate([*unknown, np.zeros(0)]))
    vocabulary = make_vocabulary(counts, len(examples.labels))
    linear = fit_linear(vocabulary.rows(counts), examples.targets)
    step()
    classifier = TextClassifier(examples.labels, vocabulary, linear, float(scale), threshold)
    probabilities = np.full(scores.shape, np.nan, np.float32)
    probabilities[seen] = known
    return TrainedClassifier(classifier, measure(known, examples.targets[seen]), probabilities)


def make_vocabulary(counts: Sequence[Counts], labels: int) -> Vocabulary:
    """Return the features of texts, without the rarest ones where there would be too many."""
    least = 1
    while True:
        vocabulary = Vocabulary.of(counts, least)
        if vocabulary.width <= _MAXIMUM_FEATURES and vocabulary.width * labels <= _MAXIMUM_WEIGHTS:
            return vocabulary
        least += 1


def _scores_of_others(
    counts: Sequence[Counts], targets: NDArray[np.bool_], is_kept_back: NDArray[np.bool_]
) -> Floats:
    """Return the scores of the texts that are kept back, by a classifier that is fitted to the others."""
    learned = [text for text, kept in zip(counts, is_kept_back, strict=True) if not kept]
    others = [text for text, kept in zip(counts, is_kept_back, strict=True) if kept]
    vocabulary = make_vocabulary(learned, targets.shape[1])
    linear = fit_linear(vocabulary.rows(learned), targets[~is_kept_back])
    return linear.scores(vocabulary.rows(others))


def _scores_of_strangers(
    counts: Sequence[Counts], targets: NDArray[np.bool_], folds: NDArray[np.integer], fold: int
) -> Floats:
    """Return the scores that texts of one part of the labels have if all their labels are left out.

    The texts are of one fold, which is kept back, too. Empty where there are too few labels.
    """
    labels = targets.shape[1]
    left_out = np.arange(labels) % FOLDS == fold
    if labels < _LABELS_FOR_THRESHOLD or not left_out.any():
        return np.zeros((0, 0), np.float32)
    is_stranger = targets[:, left_out].any(1) & ~targets[:, ~left_out].any(1)
    is_learned = targets[:, ~left_out].any(1) & ~targets[:, left_out].any(1) & (folds != fold)
    learned = [text for text, used in zip(counts, is_learned, strict=True) if used]
    strangers = [text for text, used in zip(counts, is_stranger, strict=True) if used]
    if not learned or not strangers:
        return np.zeros((0, 0), np.float32)
    vocabulary = make_vocabulary(learned, labels)
    linear = fit_linear(vocabulary.rows(learned), targets[np.ix_(is_learned, ~left_out)])
    return linear.scores(vocabulary.rows(strangers))
