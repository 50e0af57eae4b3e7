"""The log of unexpected errors, which holds nothing that a person wrote or read."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from rnnchat.errors import RnnchatError, from_os_error
from rnnchat.storage.paths import Paths, make_private

MAXIMUM_BYTES = 256 * 1024
"""The log keeps about this many of its latest bytes."""
MAXIMUM_FRAMES = 60
"""At most this many frames of a stack are logged: of a deeper stack, those at its two ends."""


def log_unexpected_error(error: BaseException) -> str:
    """Log where `error` happened and return a hint for the person that names the log; never raise.

    Only file names, line numbers and the type of the error are logged: no values and no messages.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    if len(places) > MAXIMUM_FRAMES:
        places[MAXIMUM_FRAMES // 2 : -MAXIMUM_FRAMES // 2] = ["  …"]
    path = _append([f"{_now()} {type(error).__name__}", *places])
    if path is None:
        return "Nothing that was saved is lost. Please report what you did."
    return f"Nothing that was saved is lost. The place of the error is logged in {path}."


def log_warning(kind: str, filename: str, line: int) -> None:
    """Log where Python issued a warning, without its message."""
    _append([f"{_now()} {kind}", f"  {filename}:{line}"])


def explain(error: BaseException) -> RnnchatError:
    """Return `error` as a message for the person; log it unless it is a RnnchatError."""
    if isinstance(error, RnnchatError):
        return error
    hint = log_unexpected_error(error)
    if isinstance(error, OSError):
        return from_os_error(error, "working with files")
    if isinstance(error, MemoryError):
        return RnnchatError("There is not enough memory.", "Close other programs, and try again.")
    return RnnchatError(f"Unexpected error ({type(error).__name__}).", hint)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _append(lines: Iterable[str]) -> Path | None:
    """Add lines to the log and return its path; None where that is not possible."""
    try:
        path = Paths.from_environment().log
        make_private(path.parent)
        before = path.read_bytes()[-MAXIMUM_BYTES:] if path.exists() else b""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(before + ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
        path.chmod(0o600)
    except Exception:  # Another error is being handled; this one must not hide it.
        return None
    return path
