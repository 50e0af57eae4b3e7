"""The line between a training and its parent: events go out, orders come in."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import threading
import time
from typing import Any, TextIO

from rnnchat.training.runs.orphan import end_soon, is_orphan

STOP_SECONDS = 1.5
"""How long a training that is asked to stop may take until it is at a place where it can."""
SAVE_SECONDS = 8.0
"""The same where it is writing a checkpoint."""
_WATCH_SECONDS = 0.25


class StopAskedError(Exception):
    """The training is to stop where it is; it can be resumed."""


class Events:
    """Prints events, one JSON object a line; threads may do it at the same time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.said = time.monotonic()
        """When the last one was printed."""

    def emit(self, event: dict[str, Any]) -> None:
        """Print one event at once; a reader that has gone away is no reason to fail."""
        # In ASCII: a path may hold bytes that are no UTF-8.
        line = json.dumps(event) + "\n"
        with self._lock, contextlib.suppress(BrokenPipeError, ValueError):
            self._stream.write(line)
            self._stream.flush()
            self.said = time.monotonic()


class Control:
    """What the parent has asked for, read in a thread.

    Where `parent` is its number, this process ends soon after that one, at the latest after GRACE_SECONDS;
    a worker that a person has started has none, and is stopped by orders alone.
    """

    def __init__(self, stream: TextIO | None, events: Events, parent: int = 0) -> None:
        self._order = ""
        self._going = threading.Event()
        self._going.set()
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
        """Whether the training is to hold on."""
        return not self._going.is_set()

    def check(self, clock: Any) -> str:
        """Return ``finish``, ``stop`` or nothing; block while paused, with the clock stopped."""
        if not self._going.is_set():
            clock.pause()
            self._events.emit({"event": "paused"})
            self._going.wait()
            clock.go_on()
            self._events.emit({"event": "resumed"})
        return self._order

    def heed(self) -> None:
        """Raise StopAskedError where the training is to stop; other orders are for later."""
        if self._order == "stop":
            raise StopAskedError

    def save(self) -> None:
        """Note that the checkpoint is being written that the training stops with, which may take longer."""
        self._saving = True

    def _listen(self, stream: TextIO) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in stream:
                word = line.strip()
                if word == "pause":
                    self._going.clear()
                elif word == "resume":
                    self._going.set()
                elif word == "finish":
                    self._order = self._order or word
                    self._going.set()
                elif word == "stop":
                    self._stop()
        if self._parent or _ends_with_its_writer(stream):
            self._parent_is_gone()

    def _watch(self) -> None:
        """See that the parent is there, as the end of a pipe that others hold, too, does not tell."""
        while not self._orphaned:
            if is_orphan(self._parent):
                self._parent_is_gone()
            time.sleep(_WATCH_SECONDS)

    def _parent_is_gone(self) -> None:
        if self._parent and not self._orphaned:
            self._orphaned = True
            end_soon()
        self._stop()

    def _stop(self) -> None:
        if self._order == "stop":
            return
        self._order = "stop"
        self._going.set()
        if self._parent:
            threading.Thread(target=self._end, daemon=True).start()

    def _end(self) -> None:
        """End the process where it does not come to stop by itself; what is saved is whole at any time."""
        started = time.monotonic()
        while time.monotonic() - started < (SAVE_SECONDS if self._saving else STOP_SECONDS):
            time.sleep(0.02)
        leave(self._events, {"event": "stopped"})


def leave(events: Events, last: dict[str, Any], code: int = 0) -> None:
    """Emit a `last` event and end at once, without waiting for threads."""
    events.emit(last)
    os._exit(code)


def _ends_with_its_writer(stream: TextIO) -> bool:
    """Tell whether the end of a stream means that who wrote to it has gone, as with a pipe."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(stream.fileno())
