"""The child process of a training: reads a run's folder, prints events as JSON lines.

It is told what to do by lines on its standard input: ``pause``, ``resume``, ``finish`` (end now and
publish what was learned) and ``stop`` (leave a checkpoint to resume from). When that input ends, its
parent is gone, and it stops likewise. The parent's number may follow the folder: then it ends with that.
"""

from __future__ import annotations

# Only what is quick to import stands here: from its first moment the process is to end with its parent.
import contextlib
import os
import sys
from pathlib import Path

from rnnchat.training.runs.control import Control, Events, StopAskedError, leave
from rnnchat.training.runs.orphan import end_with_parent, is_orphan


def main() -> None:
    """Work on the run whose folder is the first argument; exit with 0, or 1 after an ``error`` event."""
    os.umask(0o077)  # what libraries write is for nobody else, either
    parent = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if len(sys.argv) > 3:
        end_with_parent()
    if parent and is_orphan(parent):
        return
    # Native libraries write to descriptor 1 as they like; events keep a copy of it to themselves.
    events = Events(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    control = Control(sys.stdin, events, parent)
    try:
        _run(Path(sys.argv[1]), events, control)
    except (StopAskedError, KeyboardInterrupt):
        leave(events, {"event": "stopped"})


def _run(folder: Path, events: Events, control: Control) -> None:
    from rnnchat.errors import NotesError, RnnchatError, from_os_error
    from rnnchat.storage.paths import Paths
    from rnnchat.training.engine.cluster import Cluster
    from rnnchat.training.engine.course import work
    from rnnchat.training.runs.run import PREPARED, Run

    run = Run(folder)
    try:
        cluster = Cluster.from_environment()
        with run.locked() if cluster.chief else contextlib.nullcontext(True) as known_to_the_disk:
            if not known_to_the_disk:
                events.emit(
                    {
                        "event": "warning",
                        "message": "This disk knows no locks; a file stands for one.",
                        "hint": "Let only one machine train the same model at a time.",
                    }
                )
            work(run, Paths.from_environment(), events, control, cluster)
    except RnnchatError as error:
        if isinstance(error, NotesError) and not (run.folder / PREPARED).is_file():
            run.discard()  # nothing was learned, and resuming it would only say the same
        leave(events, {"event": "error", "message": error.message, "hint": error.hint}, 1)
    except MemoryError:
        leave(
            events,
            {
                "event": "error",
                "message": "There is not enough memory for this training.",
                "hint": "Close other programs, or train on fewer notes.",
            },
            1,
        )
    except OSError as error:
        said = from_os_error(error, "working on the training")
        leave(events, {"event": "error", "message": said.message, "hint": said.hint}, 1)


if __name__ == "__main__":
    main()
