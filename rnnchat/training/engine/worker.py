"""The child process of a training: reads a run's folder, prints events as JSON lines.

Usage: ``python -m rnnchat.training.engine.worker FOLDER [PARENT [END_WITH_PARENT]]``.

It takes orders as lines on its standard input: ``pause``, ``resume``, ``finish`` (end training now and save
the model) and ``stop`` (write a checkpoint to resume from). When that input is a pipe and ends, the parent is
gone, and the worker stops likewise. With the process id of a PARENT it ends soon after that process.
"""

from __future__ import annotations

# Only quick imports stand here, so that the process ends with its parent from its first moment on.
import contextlib
from pathlib import Path

from rnnchat.training.runs.child import work_as_child
from rnnchat.training.runs.control import Control, emit_and_exit
from rnnchat.training.runs.events import EventWriter


def main() -> None:
    """Work on the run whose folder is the first argument; exit with 0, or 1 after an ``error`` event."""
    work_as_child(_run)


def _run(folder: Path, events: EventWriter, control: Control) -> None:
    from rnnchat.errors import NotesError, RnnchatError, from_os_error
    from rnnchat.storage.paths import Paths
    from rnnchat.training.engine.cluster import Cluster
    from rnnchat.training.engine.driver import drive
    from rnnchat.training.runs.files import PREPARED
    from rnnchat.training.runs.run import Run

    run = Run(folder)
    try:
        cluster = Cluster.from_environment()
        with run.locked() if cluster.is_chief else contextlib.nullcontext(True) as disk_has_locks:
            if not disk_has_locks:
                events.emit(
                    {
                        "event": "warning",
                        "message": "This disk does not support locks, so a file is used instead.",
                        "hint": "Train the same model on only one machine at a time.",
                    }
                )
            drive(run, Paths.from_environment(), events, control, cluster)
    except RnnchatError as error:
        if isinstance(error, NotesError) and not (run.folder / PREPARED).is_file():
            run.discard()  # nothing was learned, and resuming would fail in the same way
        emit_and_exit(events, {"event": "error", "message": error.message, "hint": error.hint}, 1)
    except MemoryError:
        emit_and_exit(
            events,
            {
                "event": "error",
                "message": "There is not enough memory for this training.",
                "hint": "Close other programs, or train on fewer notes.",
            },
            1,
        )
    except OSError as error:
        said = from_os_error(error, "training")
        emit_and_exit(events, {"event": "error", "message": said.message, "hint": said.hint}, 1)


if __name__ == "__main__":
    main()
