"""A record of what nobody foresaw, without anything that was written or read."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from rnnchat.errors import RnnchatError
from rnnchat.library.paths import Paths, make_private

LARGEST = 256 * 1024


def note_unforeseen(error: BaseException) -> str:
    """Write where `error` happened to the log and return a hint that says so.

    Only file names, line numbers and the kind of error are kept: no values, no messages.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    path = _append([f"{_now()} {type(error).__name__}", *places])
    if path is None:
        return "Nothing was lost that had been saved. Please report what you did."
    return f"Nothing was lost that had been saved. Where it happened stands in {path}."


def note_warning(kind: str, filename: str, line: int) -> None:
    """Write to the log where Python warned of something: neither its message nor any value."""
    _append([f"{_now()} {kind}", f"  {filename}:{line}"])


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _append(lines: Iterable[str]) -> Path | None:
    """Add lines to the log and return its path; None where that is not possible."""
    try:
        path = Paths.from_environment().log
        make_private(path.parent)
        before = path.read_text(encoding="utf-8", errors="replace")[-LARGEST:] if path.exists() else ""
        path.write_text(before + "\n".join(lines) + "\n", encoding="utf-8", errors="replace")
        path.chmod(0o600)
    except (OSError, RnnchatError, RuntimeError, ValueError):
        return None
    return path
