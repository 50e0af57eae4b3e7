"""Events: what a training reports while it works, each a JSON object on one line.

Their names and keys are part of the command line's contract, so they stay as version 0.1 wrote them.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

Event = dict[str, Any]
"""One event; its kind stands under ``event``."""
Emit = Callable[[Event], None]
"""Reports an event to whoever follows the training."""

# The phases of a training, under ``phase`` in its events.
READING = "reading"
"""The notes are read and cleaned."""
PREPARING = "preparing"
"""The notes are encoded, and the memory is built."""
STARTING = "starting"
"""TensorFlow is imported, and the network is built."""
LEARNING = "learning"
"""The network is trained."""
MIXING = "mixing"
"""The mixture of network and memory is fitted."""
MEASURING = "measuring"
"""The new model is compared with its base on notes that neither has seen."""
SAVING = "saving"
"""The model is written to the library."""

ENDED_BY_BUDGET = "budget"
"""Why a training ended, under ``ended`` in its ``done`` event: its time or its steps were used up."""
ENDED_EARLY = "early"
"""The same: validation no longer improved."""
ENDED_BY_REQUEST = "asked"
"""The same: a person asked it to finish."""
ENDED_MEMORY_ONLY = "at once"
"""The same: the notes were indexed, and no network was trained."""


class EventWriter:
    """Writes events to a stream; several threads may do so at the same time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.last_emitted = time.monotonic()
        """When the last event was written, on the monotonic clock."""

    def emit(self, event: Event) -> None:
        """Write one event at once; a reader that has gone away is no reason to fail."""
        # In ASCII: a path may hold bytes that are not UTF-8.
        line = json.dumps(event) + "\n"
        with self._lock, contextlib.suppress(BrokenPipeError, ValueError):
            self._stream.write(line)
            self._stream.flush()
            self.last_emitted = time.monotonic()
