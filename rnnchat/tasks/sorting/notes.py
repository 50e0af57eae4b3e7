"""The notes to sort, and those that are sorted already: their texts, folders and tags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rnnchat.tasks.sorting.tags import tags_of, without_tags
from rnnchat.text.notes.clean import clean
from rnnchat.text.notes.decode import UnreadableError, decode, read_file
from rnnchat.text.notes.walk import MAXIMUM_BYTES, Skipped, walk

MAXIMUM_CHARACTERS = 100_000
"""A note is sorted by at most this many characters at its beginning."""


@dataclass(frozen=True)
class SortableNote:
    """A note as it is sorted: where it is, its clean text, and the tags it has."""

    path: Path
    name: str
    """Its path below the folder that was named, with / between folders."""
    text: str
    """Its text without markup, front matter and tags."""
    tags: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder it is in, below the one that was named; empty where it is in none."""
        parent = str(PurePosixPath(self.name).parent)
        return "" if parent == "." else parent


def read_sortable(paths: Iterable[Path]) -> tuple[list[SortableNote], list[Skipped]]:
    """Return the notes under `paths`, and what is skipped; links inside are not followed.

    Raises NotesError for a path that does not exist.
    """
    notes: list[SortableNote] = []
    skipped: list[Skipped] = []
    for item in walk(paths):
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        try:
            whole = decode(read_file(item.path, MAXIMUM_BYTES))[:MAXIMUM_CHARACTERS]
        except UnreadableError as reason:
            skipped.append(Skipped(item.path, str(reason)))
            continue
        text = without_tags(clean(whole))
        if text.strip():
            notes.append(SortableNote(item.path, item.name, text, tags_of(whole)))
        else:
            skipped.append(Skipped(item.path, "nothing left after cleaning"))
    return notes, skipped
