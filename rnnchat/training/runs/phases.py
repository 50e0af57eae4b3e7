"""The phases of a training: which one it is in, how much of it all is done, and how long the rest takes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.control import Control
from rnnchat.training.runs.events import (
    LEARNING,
    MEASURING,
    MIXING,
    PREPARING,
    READING,
    SAVING,
    STARTING,
    Event,
    EventWriter,
)

LONGEST_INTERVAL = 1.0
"""Two reports of a phase are at most this many seconds apart, to show that work goes on."""
SHORTEST_INTERVAL = 0.3
"""Two reports are at least this many seconds apart, unless a phase begins."""
RESTART_SECONDS = 8.0
"""A resumed training takes about this many seconds until it learns again."""
SAVING_SECONDS = 3.0
"""Writing a model takes about this many seconds."""
_SHARES_WITHOUT_BUDGET = {
    READING: (0.0, 0.15),
    PREPARING: (0.15, 0.4),
    MIXING: (0.4, 0.8),
    MEASURING: (0.8, 0.95),
    SAVING: (0.95, 1.0),
}
"""The shares of all work where each phase of a training without a budget begins and ends."""

ReportProgress = Callable[[str, int, "int | None"], None]
"""Is given the phase that work is in, how much of the phase is done and of how much, or None if unknown."""


def no_progress(phase: str, done: int, of: int | None) -> None:
    """Report nothing."""


class Phases:
    """Emits a ``phase`` event when a phase begins, when it moves on, and every second besides.

    `minutes` is the budget, None for a training without one; `before` are the seconds that a resumed run had
    worked in earlier processes.
    """

    def __init__(
        self, events: EventWriter, control: Control, minutes: float | None, before: float = 0.0
    ) -> None:
        self._events = events
        self._control = control
        self._budget = None if minutes is None else 60 * minutes
        self._before = before
        self.clock = Clock(before)
        self._phase = ""
        self._began = time.monotonic()
        self._done = 0
        self._of: int | None = None
        self._first: tuple[float, int] | None = None
        """When something of this phase was first done, on the monotonic clock, and how much."""
        self._share = 0.0
        self._saving = SAVING_SECONDS
        self._measuring = 0.0
        self._fitted_by = math.inf
        self._ended = threading.Event()

    def __enter__(self) -> Phases:
        threading.Thread(target=self._tick, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def report(self, phase: str, done: int, of: int | None = None) -> None:
        """Note how far work is and report it now and then; raise StopAskedError if it was asked to stop."""
        self.note(phase, done, of)
        self._control.raise_if_stopped()

    def note(self, phase: str, done: int, of: int | None = None) -> None:
        """Note how far work is and report it now and then; learning has ``progress`` events of its own."""
        now, moved = time.monotonic(), (done, of) != (self._done, self._of)
        self._done, self._of = done, of
        if phase != self._phase:
            self._phase, self._began, self._first = phase, now, None
            self._emit()
            return
        if done and self._first is None:
            self._first = now, done
        if moved and phase != LEARNING and now - self._events.last_emitted > SHORTEST_INTERVAL:
            self._emit()

    def expect(self, *, fitting: float, measuring: float, saving: float) -> None:
        """Note the seconds that fitting the mixture may take from now on, and those of what follows."""
        self._fitted_by = time.monotonic() + fitting
        self._measuring, self._saving = measuring, saving

    def remaining(self) -> float | None:
        """Return the seconds that are left of the training, or None where that is not known."""
        here = time.monotonic() - self._began
        if self._phase == SAVING:
            return max(0.0, self._saving - here)
        if self._phase == MEASURING:
            return max(0.0, self._measuring - here) + self._saving
        if self._phase == MIXING:
            left = self._fitting_left()
            if left is not None:
                return left
        if self._budget is None:
            return None
        left = self._budget - self._spent()
        if self._before and self._phase != LEARNING:
            left += max(0.0, RESTART_SECONDS - (self.clock.seconds() - self._before))
        return max(0.0, left)

    def _fitting_left(self) -> float | None:
        """Return the seconds until the model is saved, from the pace of fitting so far or its limit."""
        now, left = time.monotonic(), self._fitted_by - time.monotonic()
        if self._of and self._first and self._done > self._first[1]:
            pace = (now - self._first[0]) / (self._done - self._first[1])
            left = min(left, pace * (self._of - self._done))
        return None if math.isinf(left) else max(0.0, left) + self._measuring + self._saving

    def _spent(self) -> float:
        """Return the seconds of the budget that are used up; starting a resumed run again does not count."""
        return self._before if self._before and self._phase == STARTING else self.clock.seconds()

    def _share_done(self, remaining: float | None) -> float:
        """Return the share of the training that is done, from 0 to 1; it never falls."""
        if self._budget is not None:
            spent = self._spent()
            share = spent / max(1e-9, spent + (remaining or 0.0))
        else:
            low, high = _SHARES_WITHOUT_BUDGET.get(self._phase, (0.0, 0.0))
            share = low + (high - low) * (min(1.0, self._done / self._of) if self._of else 0.0)
        self._share = max(self._share, min(share, 1.0))
        return self._share

    def _tick(self) -> None:
        while not self._ended.wait(LONGEST_INTERVAL / 4):
            quiet = time.monotonic() - self._events.last_emitted
            if self._phase and quiet >= LONGEST_INTERVAL and not self._control.is_paused:
                self._emit()

    def _emit(self) -> None:
        remaining = self.remaining()
        event: Event = {
            "event": "phase",
            "phase": self._phase,
            "done": self._done,
            "of": self._of,
            "seconds": round(self._spent(), 1),
            "here": round(time.monotonic() - self._began, 1),
            "remaining": None if remaining is None else round(remaining, 1),
            "share": round(self._share_done(remaining), 4),
        }
        self._events.emit(event)
