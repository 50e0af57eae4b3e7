"""The notes that tasks are compared on: as passages, with their folders, and without their titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath

from rnnchat.errors import NotesError
from rnnchat.tasks.asking.notes import NotePassages, read_passages
from rnnchat.text.notes.decode import UnreadableError
from rnnchat.text.notes.walk import Skipped, walk

_HEADINGS = " > "
"""Stands between the headings above a passage."""


@dataclass(frozen=True)
class FolderNote:
    """A note, and the folder that it is in."""

    note: NotePassages
    folder: str
    """The folder, below the one that was named; empty where the note is in none."""

    @property
    def text(self) -> str:
        """The title and the passages of the note."""
        return "\n\n".join([self.note.file.title, *(passage.text for passage in self.note.passages)])


def read_folder_notes(paths: Sequence[Path]) -> list[FolderNote]:
    """Return the notes under `paths`; raise NotesError where there are none."""
    found = []
    for item in walk(paths):
        if isinstance(item, Skipped):
            continue
        try:
            note = read_passages(item.path)
        except UnreadableError:
            continue
        folder = str(PurePosixPath(item.name).parent)
        if note.passages:
            found.append(FolderNote(note, "" if folder == "." else folder))
    if not found:
        raise NotesError("There are no notes here.", "Choose a folder with .md, .txt, .org or .rst files.")
    return found


def without_title(note: NotePassages) -> NotePassages | None:
    """Return a note without its title, in its headings as well; None where no title stands apart from it.

    Where a note has no heading, its first line serves as its title, and is part of the body.
    """
    title = note.file.title
    if not title or not note.passages or note.passages[0].text.lstrip("#>*- \t").startswith(title[:40]):
        return None
    passages = []
    for passage in note.passages:
        heading = passage.heading
        if heading.startswith(title):
            heading = heading[len(title) :].removeprefix(_HEADINGS)
        passages.append(replace(passage, heading=heading))
    return NotePassages(replace(note.file, title=""), tuple(passages))


def chosen_by_hash(names: Sequence[str], most: int) -> list[int]:
    """Return the places of at most `most` of the `names`, always the same ones, in order."""
    order = sorted(
        range(len(names)), key=lambda place: sha256(names[place].encode("utf-8", "replace")).digest()
    )
    return sorted(order[:most])
