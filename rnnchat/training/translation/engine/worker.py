"""The child process that trains a translator: works on a run's folder, prints events as JSON lines.

Usage: ``python -m rnnchat.training.translation.engine.worker FOLDER [PARENT [END_WITH_PARENT]]``.

It takes the order ``stop`` as a line on its standard input: it then writes a checkpoint to resume from. With
the process id of a PARENT it ends soon after that process.
"""

from __future__ import annotations

# Only quick imports stand here, so that the process ends with its parent from its first moment on.
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rnnchat.training.runs.control import Control, StopAskedError, emit_and_exit
from rnnchat.training.runs.events import EventWriter
from rnnchat.training.runs.orphan import end_with_parent, is_orphan

if TYPE_CHECKING:
    from rnnchat.training.translation.drive import TrainNetwork


def main() -> None:
    """Work on the run whose folder is the first argument; exit with 0, or 1 after an ``error`` event."""
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
        _run(Path(sys.argv[1]), events, control)
    except (StopAskedError, KeyboardInterrupt):
        emit_and_exit(events, {"event": "stopped"})


def _run(folder: Path, events: EventWriter, control: Control) -> None:
    from rnnchat.errors import NotesError, RnnchatError, from_os_error
    from rnnchat.storage.paths import Paths
    from rnnchat.training.translation.drive import drive_translation
    from rnnchat.training.translation.run import TranslationRun

    run = TranslationRun(folder)
    try:
        with run.locked():
            drive_translation(
                run, Paths.from_environment(), events.emit, control, lambda: _import_engine(folder)
            )
    except RnnchatError as error:
        if isinstance(error, NotesError) and not run.is_prepared:
            run.discard()  # nothing was learned, and resuming would fail in the same way
        said = error
    except MemoryError:
        said = RnnchatError(
            "There is not enough memory for this training.", "Close other programs, or train on fewer pairs."
        )
    except OSError as error:
        said = from_os_error(error, "training")
    else:
        return
    emit_and_exit(events, {"event": "error", "message": said.message, "hint": said.hint}, 1)


def _import_engine(folder: Path) -> TrainNetwork:
    """Return what trains the network; TensorFlow is imported without its messages."""
    from importlib import import_module

    from rnnchat.errors import TrainingError

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["KERAS_HOME"] = str(folder / "keras")
    try:
        engine = import_module("rnnchat.training.translation.engine.train")
    except ImportError as error:
        raise TrainingError(
            "This version of rnnchat cannot train the network of a translator.",
            "Give --minutes 0 to use the pairs without a network.",
        ) from error
    train_network: TrainNetwork = engine.train_network
    return train_network


if __name__ == "__main__":
    main()
