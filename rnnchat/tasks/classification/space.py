"""The features of texts as rows of numbers: TF-IDF values and, where they help, a network's mean states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.classification.encoder import Projection, StateEncoder
from rnnchat.tasks.classification.features import Counts, Vocabulary, count_features
from rnnchat.tasks.sparse import Floats, SparseRows, dense_rows, stack_columns

MAXIMUM_FEATURES = 300_000
"""There are at most this many TF-IDF features: beyond that, those of fewer and fewer texts are left out."""
MAXIMUM_WEIGHTS = 48_000_000
"""A classifier has at most this many weights, features times labels (192 MB while it is trained)."""


@dataclass(frozen=True)
class TextFeatures:
    """What is known of texts before a classifier is fitted: counted features, and mean states."""

    counts: tuple[Counts, ...]
    states: Floats | None = None
    """The mean states (texts, units); None where no network reads the texts."""

    def take(self, rows: NDArray[np.bool_]) -> TextFeatures:
        """Return the features of the texts that `rows` (texts,) is true for."""
        kept = tuple(text for text, is_kept in zip(self.counts, rows, strict=True) if is_kept)
        return TextFeatures(kept, None if self.states is None else self.states[rows])

    def and_these(self, others: TextFeatures) -> TextFeatures:
        """Return these texts and, after them, `others`."""
        states = None
        if self.states is not None and others.states is not None:
            states = np.concatenate((self.states, others.states))
        return TextFeatures((*self.counts, *others.counts), states)


def text_features(texts: Sequence[str], encoder: StateEncoder | None) -> TextFeatures:
    """Return the features of texts, with mean states where there is an encoder."""
    counts = tuple(count_features(text) for text in texts)
    return TextFeatures(counts, None if encoder is None else encoder.encode(texts))


@dataclass(frozen=True)
class FeatureSpace:
    """From the features of a text to a row; it is fitted to the examples that a classifier learns from."""

    vocabulary: Vocabulary
    projection: Projection | None = None
    """Projects mean states; None where they are not used."""
    share: float = 0.0
    """The square of the length of the projected states in a row, where the TF-IDF values have 2."""

    @classmethod
    def of(cls, features: TextFeatures, labels: int, share: float) -> FeatureSpace:
        """Return the space fitted to the `features` of examples of so many `labels`."""
        vocabulary = _vocabulary(features.counts, labels)
        if features.states is None or not share:
            return cls(vocabulary)
        return cls(vocabulary, Projection.of(features.states), share)

    @property
    def width(self) -> int:
        """The number of columns of a row."""
        states = 0 if self.projection is None else self.projection.directions.shape[1]
        return self.vocabulary.width + states

    def rows(self, features: TextFeatures) -> SparseRows:
        """Return a row for each text, (texts, width)."""
        rows = self.vocabulary.rows(features.counts)
        if self.projection is None or features.states is None:
            return rows
        scale = np.float32(np.sqrt(self.share))
        return stack_columns([rows, dense_rows(self.projection.project(features.states) * scale)])


def _vocabulary(counts: Sequence[Counts], labels: int) -> Vocabulary:
    """Return the features of texts, without the rarest ones where there would be too many."""
    least = 1
    while True:
        vocabulary = Vocabulary.of(counts, least)
        if vocabulary.width <= MAXIMUM_FEATURES and vocabulary.width * labels <= MAXIMUM_WEIGHTS:
            return vocabulary
        least += 1
