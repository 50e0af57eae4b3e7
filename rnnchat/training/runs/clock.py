"""The working time of a run, which its budget is compared with."""

from __future__ import annotations

import time

LONGEST_GAP = 120.0
"""A gap of more seconds between two ticks was a sleep of the machine, as no step takes so long."""


class Clock:
    """The seconds that a run has worked; pauses and the time between two processes do not count.

    `before` are the seconds that the run had worked in earlier processes.
    """

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._started = time.monotonic()
        self._paused_at: float | None = None
        self._ticked: float | None = None

    def seconds(self) -> float:
        """Return the seconds worked so far, those of earlier processes included."""
        return self._before + (self._paused_at or time.monotonic()) - self._started

    def tick(self) -> None:
        """Note that work goes on; a gap longer than LONGEST_GAP does not count."""
        now = time.monotonic()
        if self._ticked is not None and now - self._ticked > LONGEST_GAP and self._paused_at is None:
            self._started += now - self._ticked
        self._ticked = now

    def pause(self) -> None:
        """Stop counting until `resume`."""
        self._paused_at = self._paused_at or time.monotonic()

    def resume(self) -> None:
        """Count again after `pause`."""
        if self._paused_at is not None:
            self._started += time.monotonic() - self._paused_at
            self._paused_at = None
            self._ticked = None
