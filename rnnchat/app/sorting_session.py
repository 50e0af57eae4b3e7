"""What the Sort screen does besides drawing: it learns in a process of its own, and moves and undoes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.app.command_process import CommandProcess
from rnnchat.tasks.sorting.moving import (
    Move,
    Moved,
    apply_moves,
    new_undo_file,
    plan_moves,
    undo_moves,
    write_undo_file,
)

BY_FOLDERS = "folders"
"""What notes are sorted by where they can be moved, as the command calls it."""


class SortingProcess(CommandProcess):
    """Runs ``rnnchat sort`` on an inbox, with the folders of the notes in `like`."""

    def __init__(self, inbox: Path, like: Path) -> None:
        words = ["sort", "--json", "--follow", "--like", str(like), "--", str(inbox)]
        super().__init__(words, "The sorting ended unexpectedly.")


@dataclass(frozen=True)
class SortingRow:
    """A note of the inbox, and where it may belong."""

    path: Path
    labels: tuple[tuple[str, float], ...]
    """The likeliest folders or tags with their probabilities, the likeliest first."""
    is_unsure: bool
    because: tuple[str, ...]
    """Words of the note that speak for the likeliest one."""
    nearest: tuple[Path, ...]
    """The notes that are most like it."""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> SortingRow:
        """Return the row that the command printed."""
        return cls(
            Path(event["path"]),
            tuple((label["name"], float(label["probability"])) for label in event["labels"]),
            bool(event["unsure"]),
            tuple(event["because"]),
            tuple(map(Path, event["nearest"])),
        )


class SortingSession:
    """The moves that were made on the Sort screen; each can be undone, also by ``rnnchat sort --undo``."""

    def __init__(self, root: Path, state: Path) -> None:
        self._root = root
        """The folder whose subfolders notes are moved into."""
        self._undo_file = new_undo_file(state)
        self._moves: list[Move] = []

    def move(self, note: Path, folder: str) -> Moved:
        """Move a note into a folder and return what became of it.

        Raises StorageError where the file that undoes it cannot be written; nothing is moved then.
        """
        planned, refused = plan_moves([(note, self._root / folder)])
        if refused:
            return refused[0]
        write_undo_file(self._undo_file, [*self._moves, *planned])
        (result,) = apply_moves(planned)
        if not result.problem:
            self._moves += planned
        return result

    def undo(self) -> Moved | None:
        """Put the note back that was moved last; return None where none was."""
        if not self._moves:
            return None
        move = self._moves.pop()
        found: Sequence[Moved] = undo_moves([move])
        return found[0] if found else Moved(Move(move.target, move.source))
