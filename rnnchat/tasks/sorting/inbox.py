"""Which notes are to be sorted, and which ones show where notes belong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import NotesError
from rnnchat.tasks.sorting.moving import Move, Moved, plan_moves
from rnnchat.tasks.sorting.notes import SortableNote, read_sortable
from rnnchat.tasks.sorting.suggest import LabelSuggestion
from rnnchat.text.notes.walk import IGNORED_FOLDERS, Skipped


@dataclass(frozen=True)
class NotesToSort:
    """The notes of an inbox, and the notes that are in folders or have tags already."""

    inbox: tuple[SortableNote, ...]
    sorted_notes: tuple[SortableNote, ...]
    skipped: tuple[Skipped, ...]
    """What is skipped in the inbox, and why."""
    root: Path
    """The folder of the sorted notes."""
    linked_folders: tuple[str, ...] = ()
    """The folders of the sorted notes that were not read as they are links, by their paths below `root`."""

    def moves(
        self, suggestions: Iterable[LabelSuggestion], threshold: float
    ) -> tuple[list[Move], list[Moved]]:
        """Return the moves of the notes whose folder is sure enough, and those that cannot be made."""
        sure = [
            (one.note.path, self.root / one.prediction.labels[0].name)
            for one in suggestions
            if not one.prediction.is_unsure and one.prediction.labels[0].probability >= threshold
        ]
        return plan_moves(sure)


def read_notes_to_sort(inbox: Path, like: Path) -> NotesToSort:
    """Read the notes of `inbox` and those of `like`; a note of one is none of the other.

    Where both are the same folder, the notes that are in none of its subfolders are to be sorted. Raises
    NotesError where there is nothing to learn from; that there is nothing to sort is no error.
    """
    waiting, skipped = read_sortable([inbox])
    known, unread = read_sortable([like])
    inbox, like = inbox.resolve(), like.resolve()
    if inbox == like:
        waiting = [note for note in waiting if not note.folder]
        known = [note for note in known if note.folder]
    elif inbox.is_relative_to(like):
        known = _outside(known, inbox)
    elif like.is_relative_to(inbox):
        waiting = _outside(waiting, like)
    if not known:
        raise NotesError(
            f"There are no notes in {like} to learn from.",
            "Name a folder with --like whose notes are in subfolders, or have tags.",
        )
    return NotesToSort(tuple(waiting), tuple(known), tuple(skipped), like, _linked(unread, like, inbox))


def _linked(unread: Iterable[Skipped], like: Path, inbox: Path) -> tuple[str, ...]:
    """Return which folders of `like` are unread only because they are links; `inbox` is none of them."""
    found = []
    for path in (item.path for item in unread):
        # Unlike those of pathlib, these raise nothing where the target cannot be looked at.
        if not os.path.islink(path) or not os.path.isdir(path) or path.resolve() == inbox:  # noqa: PTH112, PTH114
            continue
        is_in_inbox = inbox != like and path.is_relative_to(inbox)
        if not is_in_inbox and not path.name.startswith(".") and path.name not in IGNORED_FOLDERS:
            found.append(path.relative_to(like).as_posix())
    return tuple(found)


def _outside(notes: Sequence[SortableNote], folder: Path) -> list[SortableNote]:
    return [note for note in notes if not note.path.is_relative_to(folder)]
