"""The child process that trains a translator: works on a run's folder, prints events as JSON lines.

Usage: ``python -m rnnchat.training.translation.engine.worker FOLDER [PARENT [END_WITH_PARENT]]``.

It takes the order ``stop`` as a line on its standard input: it then writes a checkpoint to resume from. With
the process id of a PARENT it ends soon after that process.
"""

from __future__ import annotations

# Only quick imports stand here, so that the process ends with its parent from its first moment on.
import os
from pathlib import Path
from typing import TYPE_CHECKING

from rnnchat.training.runs.child import work_as_child
from rnnchat.training.runs.control import Control, emit_and_exit
from rnnchat.training.runs.events import EventWriter

if TYPE_CHECKING:
    from rnnchat.training.translation.drive import TrainNetwork


def main() -> None:
    """Work on the run whose folder is the first argument; exit with 0, or 1 after an ``error`` event."""
    work_as_child(_run)


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
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["KERAS_HOME"] = str(folder / "keras")
    from rnnchat.training.translation.engine.train import train_network

    return train_network


if __name__ == "__main__":
    main()
