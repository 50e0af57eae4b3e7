"""The phases of a training: which one it is in, how much of the whole is done, and what is left."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.control import Control, Events

READING, PREPARING, STARTING, LEARNING, MIXING, MEASURING, SAVING = (
    "reading",
    "preparing",
    "starting",
    "learning",
    "mixing",
    "measuring",
    "saving",
)
EVERY_SECONDS = 1.0
"""How often a phase shows at least that work goes on."""
OFTEN_SECONDS = 0.3
"""How often at most."""
RESTART_SECONDS = 8.0
"""About what a resumed training takes until it learns again."""
SAVING_SECONDS = 3.0
"""About what writing a model takes."""
_WITHOUT_BUDGET = {
    READING: (0.0, 0.15),
    PREPARING: (0.15, 0.4),
    MIXING: (0.4, 0.8),
    MEASURING: (0.8, 0.95),
    SAVING: (0.95, 1.0),
}
"""From which share of the whole to which a phase goes, where no budget says so."""

At = Callable[[str, int, "int | None"], None]
"""Is told the phase that work is in, how much of it is done, and of how much, where that is known."""


def nobody(phase: str, done: int, of: int | None) -> None:
    """Tell nobody."""


class Phases:
    """Emits a ``phase`` event where a phase begins, where it moves on, and every second besides.

    `before` are the seconds that a resumed run had worked.
    """

    def __init__(self, events: Events, control: Control, minutes: float, before: float = 0.0) -> None:
        self._events = events
        self._control = control
        self._budget = 60 * minutes
        self._before = before
        self.clock = Clock(before)
        self._phase = ""
        self._began = time.monotonic()
        self._done = 0
        self._of: int | None = None
        self._first: tuple[float, int] | None = None
        """When something of this phase was done first, and how much."""
        self._share = 0.0
        self._afterwards = SAVING_SECONDS
        self._measuring = 0.0
        self._mixed_by = math.inf
        self._over = threading.Event()

    def __enter__(self) -> Phases:
        threading.Thread(target=self._tick, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def at(self, phase: str, done: int, of: int | None = None) -> None:
        """Note where work is, and tell it now and then; raise StopAskedError where it is to stop."""
        self.note(phase, done, of)
        self._control.heed()

    def note(self, phase: str, done: int, of: int | None = None) -> None:
        """Note where work is, and tell it now and then; learning tells itself how far it is."""
        now, moved = time.monotonic(), (done, of) != (self._done, self._of)
        self._done, self._of = done, of
        if phase != self._phase:
            self._phase, self._began, self._first = phase, now, None
            self._emit()
            return
        if done and self._first is None:
            self._first = now, done
        if moved and phase != LEARNING and now - self._events.said > OFTEN_SECONDS:
            self._emit()

    def mixing(self, at_most: float, measuring: float, saving: float) -> None:
        """Note how long fitting the mixture may take from now on, and what comes after it, in seconds."""
        self._mixed_by = time.monotonic() + at_most
        self._measuring, self._afterwards = measuring, saving

    def remaining(self) -> float | None:
        """Return the seconds left of the whole training, as far as can be told."""
        here = time.monotonic() - self._began
        if self._phase == SAVING:
            return max(0.0, self._afterwards - here)
        if self._phase == MEASURING:
            return max(0.0, self._measuring - here) + self._afterwards
        if self._phase == MIXING:
            to_mix = self._left_to_mix()
            if to_mix is not None:
                return to_mix
        if not self._budget:
            return None
        left = self._budget - self._spent()
        if self._before and self._phase != LEARNING:
            left += max(0.0, RESTART_SECONDS - (self.clock.seconds() - self._before))
        return max(0.0, left)

    def _left_to_mix(self) -> float | None:
        """Return what fitting the mixture still takes, by its pace so far or by its limit, and saving."""
        now, left = time.monotonic(), self._mixed_by - time.monotonic()
        if self._of and self._first and self._done > self._first[1]:
            pace = (now - self._first[0]) / (self._done - self._first[1])
            left = min(left, pace * (self._of - self._done))
        return None if math.isinf(left) else max(0.0, left) + self._measuring + self._afterwards

    def _spent(self) -> float:
        """Return the seconds of the budget that are used up; starting again is not counted."""
        return self._before if self._before and self._phase == STARTING else self.clock.seconds()

    def _whole(self, remaining: float | None) -> float:
        """Return the share of the whole training that is done; it never falls."""
        if self._budget:
            spent = self._spent()
            share = spent / max(1e-9, spent + (remaining or 0.0))
        else:
            low, high = _WITHOUT_BUDGET.get(self._phase, (0.0, 0.0))
            share = low + (high - low) * (min(1.0, self._done / self._of) if self._of else 0.0)
        self._share = max(self._share, min(share, 1.0))
        return self._share

    def _tick(self) -> None:
        while not self._over.wait(EVERY_SECONDS / 4):
            quiet = time.monotonic() - self._events.said
            if self._phase and quiet >= EVERY_SECONDS and not self._control.is_paused:
                self._emit()

    def _emit(self) -> None:
        remaining = self.remaining()
        event: dict[str, Any] = {
            "event": "phase",
            "phase": self._phase,
            "done": self._done,
            "of": self._of,
            "seconds": round(self._spent(), 1),
            "here": round(time.monotonic() - self._began, 1),
            "remaining": None if remaining is None else round(remaining, 1),
            "share": round(self._whole(remaining), 4),
        }
        self._events.emit(event)
