"""Waiting for a sign, and limits of time that hold on a busy machine, too."""

from __future__ import annotations

import os
import time
from collections.abc import Callable


def patience(seconds: float) -> float:
    """Return `seconds`, and more of them where more programs want to run than there are processors."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * max(1.0, waiting)


def wait_for(is_there: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait until `is_there` returns something true; fail with `what` was waited for after `seconds`."""
    end = time.monotonic() + patience(seconds)
    while not is_there():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)
