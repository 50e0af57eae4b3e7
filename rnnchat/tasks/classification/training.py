"""Training a classifier on labelled texts, and measuring it on texts that are kept back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import NotesError
from rnnchat.tasks.classification.calibration import (
    confidences,
    fit_shares,
    fit_threshold,
    softmax_rows,
    sum_of_scores,
)
from rnnchat.tasks.classification.class_means import fit_class_means
from rnnchat.tasks.classification.classifier import TextClassifier
from rnnchat.tasks.classification.encoder import MAXIMUM_PIECES, StateEncoder
from rnnchat.tasks.classification.folds import copy_groups, stratified_folds
from rnnchat.tasks.classification.linear import LinearScores, fit_linear, weighted_sum
from rnnchat.tasks.classification.metrics import ClassificationMetrics, measure
from rnnchat.tasks.classification.naive_bayes import fit_naive_bayes
from rnnchat.tasks.classification.space import FeatureSpace, TextFeatures, text_features
from rnnchat.tasks.sparse import Floats

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
_LEFT_OUT_PARTS = 2
"""The labels of this many parts are left out to find out how texts without a label look."""
STATE_SHARES = (0.0, 0.5)
"""The shares of a network's mean states that are tried, see `FeatureSpace.share`."""
ENCODED_CHARACTERS = 800_000
"""A network reads the examples only if they have at most this many characters together: about a minute."""
_CHARACTERS_READ = 4 * MAXIMUM_PIECES
"""A network reads about this many characters of a text."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Matches the place between two words of a label such as "lostCard"."""
_NOT_WORDS = re.compile(r"[\W_]+")
"""Matches what separates the words of a label."""
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
    probabilities: Floats
    """How likely the likeliest label of each example was that was kept back, (texts,)."""
    is_right: NDArray[np.bool_]
    """Whether that label was right, (texts,)."""


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


def train_classifier(
    examples: LabelledTexts, encoder: StateEncoder | None = None, progress: Progress | None = None
) -> TrainedClassifier:
    """Train a classifier on `examples`; raise NotesError where there are too few.

    The mean states of the `encoder` take part where that makes texts that are kept back more likely to get
    their labels. The label's name is one more example of each label.
    """
    require_enough(examples)
    encoder = encoder if encoder is not None and _is_quick_to_encode(examples.texts) else None
    known = Examples.of(examples, encoder)
    folds = stratified_folds(examples.targets, copy_groups(known.texts.counts), FOLDS)
    used = range(FOLDS) if len(folds) <= ALL_FOLDS_UP_TO else range(1)
    shares = (0.0,) if encoder is None else STATE_SHARES
    steps = _Steps(len(shares) * len(used) + len(used[:_LEFT_OUT_PARTS]) + 1, progress)
    held_out = [_kept_back(known, folds, used, share, steps) for share in shares]
    best = min(held_out, key=lambda one: one.loss)
    unknown = [np.zeros(0, np.float32)]
    for fold in used[:_LEFT_OUT_PARTS]:
        scores = _scores_of_unknown(known, folds, fold, best.state_share, steps)
        if scores:
            unknown.append(confidences(sum_of_scores(scores, best.shares)))
    is_right = np.take_along_axis(best.targets, best.scores.argmax(1)[:, None], 1)[:, 0]
    threshold = fit_threshold(confidences(best.scores), is_right, np.concatenate(unknown))
    names = np.eye(len(examples.labels)) > 0
    space, parts = _fit(known.texts, known.targets, known.names, names, best.state_share)
    steps.made()
    classifier = TextClassifier(
        examples.labels,
        space,
        weighted_sum(parts, best.shares),
        threshold,
        encoder if best.state_share else None,
    )
    likeliest = softmax_rows(best.scores).max(1)
    return TrainedClassifier(classifier, measure(best.scores, best.targets), likeliest, is_right)


@dataclass(frozen=True)
class Examples:
    """The features of labelled texts, and of the names of their labels."""

    texts: TextFeatures
    targets: NDArray[np.bool_]
    """Which texts have which labels (texts, labels)."""
    names: TextFeatures
    """The features of the labels' names, in their order."""

    @classmethod
    def of(cls, examples: LabelledTexts, encoder: StateEncoder | None) -> Examples:
        """Return the features of `examples`, with mean states where there is an encoder."""
        names = [words_of_label(label) for label in examples.labels]
        return cls(text_features(examples.texts, encoder), examples.targets, text_features(names, encoder))


def words_of_label(label: str) -> str:
    """Return the name of a label as words: "lost_cardPin" is "lost card Pin"."""
    return " ".join(_NOT_WORDS.sub(" ", _CAMEL.sub(" ", label)).split())


@dataclass(frozen=True)
class _KeptBack:
    """What texts got while they were kept back."""

    state_share: float
    """The share of the mean states in the features, one of STATE_SHARES."""
    shares: NDArray[np.float64]
    """The shares of the scores of each of the parts that `_fit` returns."""
    loss: float
    """The mean of -ln p(label)."""
    scores: Floats
    """The sum of the parts' scores times their shares (texts, labels)."""
    targets: NDArray[np.bool_]


class _Steps:
    """Counts the classifiers that have been fitted."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def made(self) -> None:
        """Count one more classifier."""
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


def _is_quick_to_encode(texts: Sequence[str]) -> bool:
    """Return whether a network can read texts in reasonable time, and was made for their script."""
    characters = sum(min(len(text), _CHARACTERS_READ) for text in texts)
    plain = sum(sum(map(str.isascii, text[:_CHARACTERS_READ])) for text in texts)
    return 0 < characters <= ENCODED_CHARACTERS and plain > characters / 2


def _fit(
    texts: TextFeatures,
    targets: NDArray[np.bool_],
    names: TextFeatures,
    name_targets: NDArray[np.bool_],
    state_share: float,
) -> tuple[FeatureSpace, list[LinearScores]]:
    """Return the space, and the parts of a classifier, fitted to texts and to names of labels."""
    learned = texts.and_these(names)
    space = FeatureSpace.of(learned, targets.shape[1], state_share)
    rows = space.rows(learned)
    all_targets = np.concatenate((targets, name_targets))
    return space, [
        fit_linear(rows, all_targets),
        fit_naive_bayes(rows, all_targets, space.vocabulary.width),
        fit_class_means(rows, all_targets),
    ]


def _kept_back(
    known: Examples, folds: NDArray[np.integer], used: Sequence[int], state_share: float, steps: _Steps
) -> _KeptBack:
    """Return what texts of the `used` folds get from classifiers that are fitted to the other folds."""
    found: list[list[Floats]] = []
    targets = []
    names = np.eye(known.targets.shape[1]) > 0
    for fold in used:
        is_kept_back = folds == fold
        steps.made()
        if not is_kept_back.any():
            continue
        texts = known.texts.take(~is_kept_back)
        space, parts = _fit(texts, known.targets[~is_kept_back], known.names, names, state_share)
        rows = space.rows(known.texts.take(is_kept_back))
        found.append([part.scores(rows) for part in parts])
        targets.append(known.targets[is_kept_back])
    scores = [np.concatenate(part) for part in zip(*found, strict=True)]
    all_targets = np.concatenate(targets)
    shares = fit_shares(scores, all_targets)
    total = sum_of_scores(scores, shares)
    own = (softmax_rows(total) * all_targets).sum(1)
    loss = float(-np.log(np.maximum(own, 1e-9)).mean())
    return _KeptBack(state_share, shares, loss, total, all_targets)


def _scores_of_unknown(
    known: Examples, folds: NDArray[np.integer], fold: int, state_share: float, steps: _Steps
) -> list[Floats]:
    """Return the scores that texts of one part of the labels have if all their labels are left out.

    Empty where there are too few labels.
    """
    steps.made()
    labels = known.targets.shape[1]
    is_left_out = np.arange(labels) % FOLDS == fold
    targets = known.targets[:, ~is_left_out]
    is_unknown = np.asarray(~targets.any(1))
    is_learned = np.asarray(~known.targets[:, is_left_out].any(1) & (folds != fold))
    if labels < _LABELS_FOR_THRESHOLD or not is_unknown.any() or not is_learned.any():
        return []
    names = np.eye(targets.shape[1]) > 0
    texts = known.texts.take(is_learned)
    space, parts = _fit(texts, targets[is_learned], known.names.take(~is_left_out), names, state_share)
    rows = space.rows(known.texts.take(is_unknown))
    return [part.scores(rows) for part in parts]
