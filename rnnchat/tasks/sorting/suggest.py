"""Learning the folders or tags of notes, and suggesting them for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnchat.errors import NotesError
from rnnchat.tasks.classification.calibration import least_probability
from rnnchat.tasks.classification.classifier import Prediction
from rnnchat.tasks.classification.features import count_features
from rnnchat.tasks.classification.metrics import ClassificationMetrics
from rnnchat.tasks.classification.training import (
    FEWEST_LABELS,
    LabelledTexts,
    Progress,
    TrainedClassifier,
    train_classifier,
)
from rnnchat.tasks.sorting.notes import SortableNote
from rnnchat.tasks.sparse import SparseRows

FOLDERS, TAGS = "folders", "tags"
"""What notes can be sorted by."""
ALTERNATIVES = 3
"""This many folders are suggested for a note."""
NEAREST = 3
"""This many of the nearest notes are named."""
WORDS = 5
"""This many words are named that speak for a folder."""

PRECISION = 0.85
"""Of the notes that are moved, at least this share should be right."""
LEAST = 0.6
"""The folder of a note that is moved has at least this probability."""

WORDS_CONSIDERED = 24
"""The words that are given as reasons are chosen from so many."""
SHORTEST_WORD = 3
"""A word of Latin letters with fewer letters is no reason on its own."""


@dataclass(frozen=True)
class LabelSuggestion:
    """Where a note may belong, and why."""

    note: SortableNote
    prediction: Prediction
    because: tuple[str, ...]
    """Words of the note that speak most for the likeliest label."""
    nearest: tuple[SortableNote, ...]
    """The sorted notes that are most like it."""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {
            "path": str(self.note.path),
            **self.prediction.as_dict(),
            "because": list(self.because),
            "nearest": [str(note.path) for note in self.nearest],
        }


class Sorter:
    """What was learned from sorted notes; it suggests labels for others."""

    def __init__(
        self, trained: TrainedClassifier, notes: Sequence[SortableNote], by: str, left_out: Sequence[str]
    ) -> None:
        self.metrics: ClassificationMetrics = trained.metrics
        """How well the sorted notes themselves were labelled while they were kept back."""
        self.move_threshold = least_probability(
            trained.probabilities, trained.is_right, len(trained.classifier.labels), PRECISION, LEAST
        )
        """A note is moved if its folder has at least this probability."""
        is_moved = trained.probabilities >= self.move_threshold
        self.move_precision = float(trained.is_right[is_moved].mean()) if is_moved.any() else None
        """The share of sorted notes with such a probability that got the right folder; None if none has."""
        self.by = by
        """FOLDERS or TAGS."""
        self.left_out = tuple(left_out)
        """The labels that were not learned, as they have only one note."""
        self.labels = trained.classifier.labels
        """The labels that were learned."""
        self._classifier = trained.classifier
        self._notes = tuple(notes)
        self._rows: SparseRows | None = None

    def suggest(self, notes: Sequence[SortableNote]) -> list[LabelSuggestion]:
        """Return where each of `notes` may belong."""
        if not notes:
            return []
        predictions = self._classifier.predict([note.text for note in notes], ALTERNATIVES)
        return [
            LabelSuggestion(note, prediction, self._because(note, prediction), nearest)
            for note, prediction, nearest in zip(notes, predictions, self._nearest(notes), strict=True)
        ]

    def _because(self, note: SortableNote, prediction: Prediction) -> tuple[str, ...]:
        """Return the words that speak most for the likeliest label, without numbers and short words."""
        found = self._classifier.words_for(note.text, prediction.labels[0].name, WORDS_CONSIDERED)
        return tuple(filter(_says_something, found))[:WORDS]

    def _nearest(self, notes: Sequence[SortableNote]) -> list[tuple[SortableNote, ...]]:
        """Return the sorted notes with the highest cosine of their features, except the note itself."""
        vocabulary = self._classifier.space.vocabulary
        if self._rows is None:
            self._rows = vocabulary.rows([count_features(note.text) for note in self._notes])
        wanted = vocabulary.rows([count_features(note.text) for note in notes])
        found = []
        for note, row in zip(notes, wanted.products_with(self._rows), strict=True):
            order = np.argsort(-row, kind="stable")[: NEAREST + 1]
            near = [self._notes[place] for place in order if row[place] > 0]
            found.append(tuple(other for other in near if other.path != note.path)[:NEAREST])
        return found


def learn_sorting(
    notes: Sequence[SortableNote], by: str | None = None, progress: Progress | None = None
) -> Sorter:
    """Learn the folders or tags of `notes`; without `by`, the folders where there are at least two.

    Raises NotesError where there are fewer than two with at least two notes each.
    """
    if by is None:
        by = FOLDERS if len(_examples(notes, FOLDERS)[0].labels) >= FEWEST_LABELS else TAGS
    examples, left_out, sorted_notes = _examples(notes, by)
    if len(examples.labels) < FEWEST_LABELS:
        found = f" Only {examples.labels[0]!r} has." if examples.labels else ""
        raise NotesError(
            f"There are too few {by} to learn from: at least two must have two notes each.{found}",
            "Name a folder whose notes are in subfolders, or have tags, with --like.",
        )
    return Sorter(train_classifier(examples, progress=progress), sorted_notes, by, left_out)


def _examples(
    notes: Sequence[SortableNote], by: str
) -> tuple[LabelledTexts, tuple[str, ...], list[SortableNote]]:
    """Return the labelled texts, the labels with only one note, and the notes that have a label."""
    own = [((note.folder,) if note.folder else ()) if by == FOLDERS else note.tags for note in notes]
    labelled = [(note, labels) for note, labels in zip(notes, own, strict=True) if labels]
    texts = LabelledTexts.of([note.text for note, _ in labelled], [labels for _, labels in labelled])
    kept, left_out = texts.without_rare_labels()
    return kept, left_out, [note for note, _ in labelled]


def _says_something(words: str) -> bool:
    """Whether one of `words` can be a reason: it has letters, and is no short word of Latin letters."""
    return any(
        any(map(str.isalpha, word)) and (len(word) >= SHORTEST_WORD or not word.isascii())
        for word in words.split()
    )
