"""The time that a run has worked."""

from __future__ import annotations

import time


class Clock:
    """The seconds a run has worked: pauses and the time between two processes do not count."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._started = time.monotonic()
        self._paused_at: float | None = None

    def seconds(self) -> float:
        """Return the seconds worked so far."""
        return self._before + (self._paused_at or time.monotonic()) - self._started

    def pause(self) -> None:
        """Stop counting."""
        self._paused_at = self._paused_at or time.monotonic()

    def go_on(self) -> None:
        """Count again."""
        if self._paused_at is not None:
            self._started += time.monotonic() - self._paused_at
            self._paused_at = None
