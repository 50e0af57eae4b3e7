"""The orders that a training takes from its parent: pause, resume, finish and stop."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from typing import TextIO

from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.events import Event, EventWriter
from rnnchat.training.runs.orphan import end_soon, is_orphan

STOP_SECONDS = 1.5
"""A training that is asked to stop has this many seconds to reach a place where it can."""
SAVE_SECONDS = 8.0
"""A training that is writing a checkpoint has this many seconds instead."""
_WATCH_SECONDS = 0.25
"""The child checks at intervals of this many seconds whether its parent is alive."""


class StopAskedError(Exception):
    """The training was asked to stop; it can be resumed."""


class Control:
    """The orders of the parent process, read from `stream` in a thread.

    With the process id of the `parent`, this process ends soon after that one, at the latest after
    GRACE_SECONDS. A worker that a person started by hand has no `parent` (0), and only orders stop it.
    """

    def __init__(self, stream: TextIO | None, events: EventWriter, parent: int = 0) -> None:
        self._order = ""
        self._running = threading.Event()
        self._running.set()
        self._events = events
        self._parent = parent
        self._saving = False
        self._orphaned = False
        if stream is not None:
            threading.Thread(target=self._listen, args=(stream,), daemon=True).start()
        if parent:
            threading.Thread(target=self._watch, daemon=True).start()

    @property
    def is_paused(self) -> bool:
        """Whether the training is paused."""
        return not self._running.is_set()

    def wait_while_paused(self, clock: Clock) -> str:
        """Return the order ``finish`` or ``stop``, or an empty string; a pause stops the clock."""
        if not self._running.is_set():
            clock.pause()
            self._events.emit({"event": "paused"})
            self._running.wait()
            clock.resume()
            self._events.emit({"event": "resumed"})
        return self._order

    def raise_if_stopped(self) -> None:
        """Raise StopAskedError where the training was asked to stop; other orders are left for later."""
        if self._order == "stop":
            raise StopAskedError

    def begin_last_checkpoint(self) -> None:
        """Allow the longer time that writing the last checkpoint may take."""
        self._saving = True

    def _listen(self, stream: TextIO) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in stream:
                word = line.strip()
                if word == "pause":
                    self._running.clear()
                elif word == "resume":
                    self._running.set()
                elif word == "finish":
                    self._order = self._order or word
                    self._running.set()
                elif word == "stop":
                    self._stop()
        if self._parent or _ends_when_writer_exits(stream):
            self._stop_without_parent()

    def _watch(self) -> None:
        """Look for the parent now and then: the pipe stays open where other processes hold it, too."""
        while not self._orphaned:
            if is_orphan(self._parent):
                self._stop_without_parent()
            time.sleep(_WATCH_SECONDS)

    def _stop_without_parent(self) -> None:
        if self._parent and not self._orphaned:
            self._orphaned = True
            end_soon()
        self._stop()

    def _stop(self) -> None:
        if self._order == "stop":
            return
        self._order = "stop"
        self._running.set()
        if self._parent:
            threading.Thread(target=self._exit_in_time, daemon=True).start()

    def _exit_in_time(self) -> None:
        """End the process if it does not stop by itself in time; saved files are complete at any moment."""
        started = time.monotonic()
        while time.monotonic() - started < (SAVE_SECONDS if self._saving else STOP_SECONDS):
            time.sleep(0.02)
        emit_and_exit(self._events, {"event": "stopped"})


def emit_and_exit(events: EventWriter, last: Event, code: int = 0) -> None:
    """Emit a `last` event and end the process with exit code `code`, without waiting for threads."""
    events.emit(last)
    os._exit(code)


def _ends_when_writer_exits(stream: TextIO) -> bool:
    """Return whether the end of a stream means that its writer has exited, as it does for a pipe."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(stream.fileno())
