"""What can go wrong, said so that a person knows what to do next."""

from __future__ import annotations

import errno
import os


class RnnchatError(Exception):
    """A failure with a message for the person and a hint at what helps.

    Every error that reaches a screen or a terminal is one of these; anything else is a bug.
    """

    exit_code = 1
    """What the command line leaves with."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotesError(RnnchatError):
    """The notes named cannot be learned from."""


class ModelError(RnnchatError):
    """A saved model is missing, damaged or cannot be used so."""


class TrainingError(RnnchatError):
    """A training cannot start, go on or be found."""


class StoppedError(TrainingError):
    """The person has stopped a training, which can be resumed."""

    exit_code = 130


class StorageError(RnnchatError):
    """The disk did not take or give what was asked."""


class PathError(StorageError):
    """What was typed or set is the path of nothing that can be."""


def from_os_error(error: OSError, doing: str) -> StorageError:
    """Say what an operating-system error means for somebody who was `doing` something."""
    named = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else error.filename
    where = f" ({named})" if named else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            f"The disk is full: {doing} was not possible{where}.",
            "Free some space and try again. What was saved before is untouched.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(
            f"No permission: {doing} was not possible{where}.",
            "Check who owns the folder, or set RNNCHAT_HOME to one you can write to.",
        )
    if error.errno == errno.ENAMETOOLONG:
        return StorageError(
            f"The name is too long: {doing} was not possible.",
            "Choose a shorter name, or a folder less deep.",
        )
    if error.errno == errno.ELOOP:
        return StorageError(
            f"Links lead in a circle: {doing} was not possible{where}.", "Name the file or folder itself."
        )
    return StorageError(
        f"{doing[:1].upper()}{doing[1:]} failed: {error.strerror or error}{where}.",
        "Try again; `rnnchat where` shows the folders in use.",
    )
