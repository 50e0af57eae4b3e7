"""Errors with a message for the person and a hint that says what to do."""

from __future__ import annotations

import errno
import os


class RnnchatError(Exception):
    """An error with a message for the person and a hint that says what to do.

    Every expected error is one of these; any other exception is a bug.
    """

    exit_code = 1
    """The exit code of the command line."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotesError(RnnchatError):
    """The notes cannot be read or learned from."""


class ModelError(RnnchatError):
    """A saved model is missing, damaged or cannot be used in this way."""


class TrainingError(RnnchatError):
    """A training cannot start, continue or be found."""


class StoppedError(TrainingError):
    """The person has stopped a training, which can be resumed."""

    exit_code = 130


class StorageError(RnnchatError):
    """Something could not be read from the disk or written to it."""


class PathError(StorageError):
    """What was typed or set cannot be a path."""


def from_os_error(error: OSError, doing: str) -> StorageError:
    """Return an error of the operating system as a message; `doing` says what failed, as "reading x"."""
    named = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else error.filename
    where = f" ({named})" if named else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            f"The disk is full: {doing} was not possible{where}.",
            "Free some space and try again. What was saved before is unchanged.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(
            f"No permission: {doing} was not possible{where}.",
            "Check who owns the folder, or set RNNCHAT_HOME to one you can write to.",
        )
    if error.errno == errno.ENAMETOOLONG:
        return StorageError(
            f"The name is too long: {doing} was not possible.",
            "Choose a shorter name, or a folder that is nested less deeply.",
        )
    if error.errno == errno.ELOOP:
        return StorageError(
            f"A link leads to itself: {doing} was not possible{where}.", "Name the file or folder itself."
        )
    return StorageError(
        f"{doing[:1].upper()}{doing[1:]} failed: {error.strerror or error}{where}.",
        "Try again; `rnnchat where` shows the folders in use.",
    )
