"""Related notes: how many of the five nearest notes are in the same folder?

Folders are not among what the methods see. A note's subject can differ from its folder's, so that even a
perfect method would not reach 100 per cent.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import NotesError
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.related import likeness, term_counts
from rnnchat.training.task_comparison.baselines.tfidf import tfidf_rows
from rnnchat.training.task_comparison.notes import FolderNote, chosen_by_hash, read_folder_notes
from rnnchat.training.task_comparison.results import (
    OURS,
    Finding,
    MethodResult,
    ReportActivity,
    remarks_on_size,
)

RELATED = "related"
"""The name of the task."""
NEAREST = 5
"""So many of the nearest notes are looked at."""
MOST_MEASURED = 500
"""The nearest notes of at most this many notes are found."""

Likeness = Callable[[int], NDArray[np.float32]]
"""Takes the number of a note; returns how alike each note is to it."""


def compare_related(paths: Sequence[Path], report: ReportActivity) -> Iterator[Finding]:
    """Yield how many of the nearest notes are in the same folder; raise NotesError where no folder is large
    enough."""
    report("Reading your notes.")
    notes = read_folder_notes(paths)
    folders = [note.folder for note in notes]
    sizes = Counter(folder for folder in folders if folder)
    large = [number for number, folder in enumerate(folders) if sizes[folder] > NEAREST]
    if not large or len(notes) == sizes[folders[large[0]]]:
        raise NotesError(
            f"There must be a folder with more than {NEAREST} notes, so that all of the nearest ones can be"
            " in it, and notes outside it.",
            "Name a folder whose notes are in subfolders.",
        )
    names = [notes[number].note.file.path for number in large]
    chosen = [large[place] for place in chosen_by_hash(names, MOST_MEASURED)]
    expected = np.mean([(sizes[folders[number]] - 1) / (len(notes) - 1) for number in chosen])
    yield MethodResult(RELATED, "chance", {"same_folder": float(expected)}, 0.0, len(chosen))
    methods = {"TF-IDF": _tfidf_likeness, OURS: _own_likeness}
    for name, build in methods.items():
        report(f"Finding related notes by {name}.")
        started = time.perf_counter()
        alike = build(notes)
        shares = [_share_in_folder(alike(number), number, folders) for number in chosen]
        seconds = time.perf_counter() - started
        yield MethodResult(RELATED, name, {"same_folder": float(np.mean(shares))}, seconds, len(chosen))
    yield from remarks_on_size(RELATED, len(chosen))


def _tfidf_likeness(notes: Sequence[FolderNote]) -> Likeness:
    """Return the cosine of TF-IDF vectors of words."""
    rows = tfidf_rows([note.text for note in notes])
    turned = rows.transposed()

    def alike(number: int) -> NDArray[np.float32]:
        columns, values = rows.row(number)
        found = turned.take(columns)
        weights = found.values * np.repeat(values, np.diff(found.starts))
        return np.bincount(found.columns, weights, minlength=len(rows)).astype(np.float32)

    return alike


def _own_likeness(notes: Sequence[FolderNote]) -> Likeness:
    """Return how alike notes are to `rnnchat related`."""
    index = build_index([note.note for note in notes])
    return lambda number: likeness(index, term_counts(index, notes[number].note))


def _share_in_folder(scores: NDArray[np.float32], number: int, folders: Sequence[str]) -> float:
    """Return the share of the nearest notes that are in the folder of a note, without the note itself."""
    scores = scores.astype(np.float32)
    scores[number] = -np.inf
    nearest = np.argsort(-scores, kind="stable")[:NEAREST]
    return float(np.mean([folders[other] == folders[number] for other in nearest]))
