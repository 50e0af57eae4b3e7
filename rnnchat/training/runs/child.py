"""What the child process of every training begins with: its place, its events and its orders."""

from __future__ import annotations

# Only quick imports stand here, so that the process ends with its parent from its first moment on.
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rnnchat.training.runs.control import Control, StopAskedError, emit_and_exit
from rnnchat.training.runs.events import EventWriter
from rnnchat.training.runs.orphan import end_with_parent, is_orphan

Work = Callable[[Path, EventWriter, Control], None]
"""Works on the run in a folder."""


def work_as_child(work: Work) -> None:
    """Call `work` as the arguments FOLDER [PARENT [END_WITH_PARENT]] say; exit with 0, or 1 after an error.

    With the process id of a PARENT the process ends soon after that one.
    """
    os.umask(0o077)  # other users cannot read what libraries write, either
    parent = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if len(sys.argv) > 3:
        end_with_parent()
    if parent and is_orphan(parent):
        return
    # Native libraries may write to descriptor 1, so that goes to the log, and events get a copy of their own.
    events = EventWriter(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    control = Control(sys.stdin, events, parent)
    try:
        work(Path(sys.argv[1]), events, control)
    except (StopAskedError, KeyboardInterrupt):
        emit_and_exit(events, {"event": "stopped"})
