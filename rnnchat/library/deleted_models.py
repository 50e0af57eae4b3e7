"""The bin: models that were deleted and can still be restored.

A deleted model is a folder in the bin. The folder's name is the *deletion*, which identifies it:
the time of the deletion in nanoseconds since 1970, a hyphen, and the model's name.
"""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path

from rnnchat.errors import ModelError, RnnchatError
from rnnchat.storage.atomic import move, path_exists, remove, write_bytes
from rnnchat.storage.paths import make_private

KEPT_DAYS = 30
"""A deleted model can be restored for this many days."""

_DELETION = re.compile(r"[0-9]{1,20}-.")
"""Matches the folder name of a deleted model: a number, then the model's name."""
_WAS_IN_USE = ".in-use"
"""This file in a deleted model's folder records that the model was in use when it was deleted."""


class DeletedModels:
    """The folder of deleted models."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deletions(self) -> list[str]:
        """Return the deletions that can be undone, the latest first."""
        if not self._folder.is_dir():
            return []
        found = [path.name for path in self._folder.iterdir() if _DELETION.match(path.name)]
        return sorted(found, key=lambda deletion: (-_deleted_at(deletion), deletion))

    def add(self, folder: Path, name: str, *, in_use: bool) -> str:
        """Move the folder of the model called `name` here and return the deletion.

        Whether the model was `in_use` is recorded with it. Models deleted over KEPT_DAYS ago are removed.
        """
        make_private(self._folder)
        oldest = time.time_ns() - KEPT_DAYS * 86_400 * 10**9
        for deletion in self.deletions():
            if _deleted_at(deletion) < oldest:
                self.remove_forever(deletion)
        deletion = f"{time.time_ns()}-{name}"
        _record_use(folder, in_use=in_use)
        move(folder, self._folder / deletion)
        return deletion

    def was_in_use(self, deletion: str) -> bool:
        """Return whether the model was the one in use when it was deleted."""
        folder = self._existing(deletion)
        return not folder.is_symlink() and (folder / _WAS_IN_USE).is_file()

    def restore(self, deletion: str, target: Path) -> None:
        """Move a deleted model to `target`; raise ModelError where it is no longer in the bin."""
        move(self._existing(deletion), target)
        _record_use(target, in_use=False)

    def remove_forever(self, deletion: str) -> None:
        """Remove a deleted model so that it cannot be restored."""
        remove(self._folder / Path(deletion).name, self._folder)

    def _existing(self, deletion: str) -> Path:
        folder = self._folder / Path(deletion).name
        if not _DELETION.match(folder.name) or not path_exists(folder):
            raise ModelError(
                "That model is no longer in the bin.", f"Deleted models are kept for {KEPT_DAYS} days."
            )
        return folder


def name_of_deletion(deletion: str) -> str:
    """Return the name of the model that was deleted."""
    return deletion.split("-", 1)[1]


def _deleted_at(deletion: str) -> int:
    """Return the time of a deletion, in nanoseconds since 1970."""
    return int(deletion.split("-", 1)[0])


def _record_use(folder: Path, *, in_use: bool) -> None:
    """Record in a model's folder whether it is in use; that this can fail on a full disk does no harm."""
    if folder.is_symlink() or not folder.is_dir():
        return
    with contextlib.suppress(OSError, RnnchatError):
        if in_use:
            write_bytes(folder / _WAS_IN_USE, b"")
        else:
            (folder / _WAS_IN_USE).unlink(missing_ok=True)
