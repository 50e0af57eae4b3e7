"""A record of what nobody foresaw, without anything that was written or read."""

from __future__ import annotations

import traceback
from datetime import datetime, timezone

from rnnchat.errors import RnnchatError
from rnnchat.library.paths import Paths, make_private

LARGEST = 256 * 1024


def note_unforeseen(error: BaseException) -> str:
    """Write where `error` happened to the log and return a hint that says so.

    Only file names, line numbers and the kind of error are kept: no values, no messages.
    """
    try:
        path = Paths.from_environment().log
        make_private(path.parent)
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f"{datetime.now(timezone.utc).isoformat(timespec='seconds')} {type(error).__name__}"]
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        before = path.read_text(encoding="utf-8", errors="replace")[-LARGEST:] if path.exists() else ""
        path.write_text(before + "\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)
    except (OSError, RnnchatError):
        return "Nothing was lost that had been saved. Please report what you did."
    return f"Nothing was lost that had been saved. Where it happened stands in {path}."
