"""A record of what nobody foresaw, without anything that was written or read."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from rnnchat.errors import RnnchatError, from_os_error
from rnnchat.storage.paths import Paths, make_private

LARGEST = 256 * 1024
MOST_FRAMES = 60
"""Of a deeper stack, as of a recursion without end, the two ends are kept."""


def log_unexpected_error(error: BaseException) -> str:
    """Write where `error` happened to the log and return a hint that says so; never raises.

    Only file names, line numbers and the kind of error are kept: no values, no messages.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    if len(places) > MOST_FRAMES:
        places[MOST_FRAMES // 2 : -MOST_FRAMES // 2] = ["  …"]
    path = _append([f"{_now()} {type(error).__name__}", *places])
    if path is None:
        return "Nothing was lost that had been saved. Please report what you did."
    return f"Nothing was lost that had been saved. Where it happened stands in {path}."


def log_warning(kind: str, filename: str, line: int) -> None:
    """Write to the log where Python warned of something: neither its message nor any value."""
    _append([f"{_now()} {kind}", f"  {filename}:{line}"])


def explain(error: BaseException) -> RnnchatError:
    """Return what to tell a person of `error`, and note it in the log unless it was foreseen."""
    if isinstance(error, RnnchatError):
        return error
    hint = log_unexpected_error(error)
    if isinstance(error, OSError):
        return from_os_error(error, "working with files")
    if isinstance(error, MemoryError):
        return RnnchatError("There is not enough memory.", "Close other programs, and try again.")
    return RnnchatError(f"Something unforeseen happened ({type(error).__name__}).", hint)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _append(lines: Iterable[str]) -> Path | None:
    """Add lines to the log and return its path; None where that is not possible."""
    try:
        path = Paths.from_environment().log
        make_private(path.parent)
        before = path.read_bytes()[-LARGEST:] if path.exists() else b""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(before + ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
        path.chmod(0o600)
    except Exception:  # it is called where something has gone wrong already, and must not add to that
        return None
    return path
