"""A run: one training, and the folder with everything that is needed to resume it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnchat.errors import NotesError, TrainingError, from_os_error
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths, make_private
from rnnchat.training.runs.files import (
    CHECKPOINTS,
    FINISHED,
    NEEDED_TO_RESUME,
    PREPARED,
    PREVIOUS_RUN,
    SETTINGS,
    TRAINED,
)
from rnnchat.training.runs.locking import is_locked, locked
from rnnchat.training.runs.settings import RunSettings

_DISCARDED = ".gone-"
"""The names of the folders of runs that are being removed begin with this."""


class Run:
    """The folder of one training."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, paths: Paths, settings: RunSettings) -> Run:
        """Make the folder of a new run, in place of an earlier run for the same model.

        Raises TrainingError while a process is still working on that one.
        """
        settings.check()
        run = cls(make_private(paths.runs) / settings.name)
        if run.is_busy():
            raise TrainingError(
                f"{settings.name} is being trained right now.",
                "Wait for it, stop it, or choose another name.",
            )
        _remove_discarded_runs(paths.runs)
        discarded = paths.runs / f"{_DISCARDED}{time.time_ns()}"
        try:
            if os.path.lexists(run.folder):
                was_finished = run.is_finished
                run.folder.rename(discarded)
                make_private(run.folder)
                # An interrupted run may still hold the folder of the finished run before it.
                reusable = discarded if was_finished else discarded / PREVIOUS_RUN
                if reusable.is_dir() and not reusable.is_symlink():
                    reusable.rename(run.folder / PREVIOUS_RUN)
            make_private(run.folder).chmod(0o700)
        except OSError as error:
            raise from_os_error(error, "removing the previous training") from error
        _remove_discarded_runs(paths.runs)
        write_text(run.folder / SETTINGS, settings.to_json())
        return run

    @property
    def settings(self) -> RunSettings:
        """The settings that the run was started with."""
        try:
            text = (self.folder / SETTINGS).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            text = ""  # from_json calls this damaged
        except OSError as error:
            raise TrainingError(
                "The settings of this training are missing.", "Start the training anew with --fresh."
            ) from error
        return RunSettings.from_json(text)

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.folder / CHECKPOINTS

    @property
    def trained(self) -> Path:
        """The folder of the trained network, from the end of its training until the model is saved."""
        return self.folder / TRAINED

    @property
    def is_finished(self) -> bool:
        """Whether the model has been saved."""
        return (self.folder / FINISHED).is_file()

    def finish(self, result: Mapping[str, Any]) -> None:
        """Record that the model has been saved, and remove what was only needed to resume.

        The pieces stay, so that the next training of this model encodes only notes that are new.
        """
        write_text(self.folder / FINISHED, json.dumps(result, ensure_ascii=False) + "\n")
        for folder in (self.checkpoints, self.trained):
            shutil.rmtree(folder, ignore_errors=True)
        for name in NEEDED_TO_RESUME:
            (self.folder / name).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the run and everything in it.

        The finished run before it takes its place again, so that the next one can use its pieces.
        """
        discarded = self.folder.parent / f"{_DISCARDED}{time.time_ns()}"
        with contextlib.suppress(OSError):
            self.folder.rename(discarded)
            if Run(discarded / PREVIOUS_RUN).is_finished:
                (discarded / PREVIOUS_RUN).rename(self.folder)
        _remove_discarded_runs(self.folder.parent)

    def require_notes(self, *, to_read_again: bool = False) -> None:
        """Raise NotesError where the notes no longer exist and have not been read yet, or are read again."""
        if (self.folder / PREPARED).is_file() and not to_read_again:
            return  # the run has its own copy of all it needs
        settings = self.settings
        for path in settings.paths:
            if not os.path.lexists(path):
                raise NotesError(
                    f"The notes for {settings.name} are gone: there is nothing at {path}.",
                    "Put them back and resume, or start anew with other notes and --fresh.",
                )

    def locked(self) -> contextlib.AbstractContextManager[bool]:
        """Lock the run for this process; raise TrainingError while another process has it locked."""
        return locked(self.folder)

    def is_busy(self) -> bool:
        """Return whether a process is working on the run."""
        return is_locked(self.folder)


def unfinished_runs(paths: Paths) -> list[Run]:
    """Return the runs that can be resumed, newest first; those that cannot be read are left out."""
    found: list[tuple[float, Run]] = []
    try:
        folders = list(paths.runs.iterdir())
    except OSError:
        return []
    for folder in folders:
        run = Run(folder)
        with contextlib.suppress(OSError):
            if not folder.name.startswith(".") and (folder / SETTINGS).is_file() and not run.is_finished:
                found.append((-(folder / SETTINGS).stat().st_mtime, run))
    return [run for _, run in sorted(found, key=lambda pair: pair[0])]


def find_unfinished_run(paths: Paths, name: str) -> Run | None:
    """Return the run for the model `name` that can be resumed, or None."""
    wanted = unicodedata.normalize("NFC", name.strip())
    for run in unfinished_runs(paths):
        if unicodedata.normalize("NFC", run.folder.name) == wanted:
            return run
    return None


def require_unfinished_run(paths: Paths, name: str) -> Run:
    """Return the run for the model `name` that can be resumed; raise TrainingError where there is none."""
    found = find_unfinished_run(paths, name)
    if found is not None:
        return found
    known = ", ".join(run.folder.name for run in unfinished_runs(paths))
    hint = f"Trainings that can be resumed: {known}." if known else "No training can be resumed."
    raise TrainingError(f"There is no interrupted training called {name!r}.", hint)


def _remove_discarded_runs(runs: Path) -> None:
    """Remove the folders of discarded runs, including those that a killed process left."""
    with contextlib.suppress(OSError):
        for folder in runs.glob(f"{_DISCARDED}*"):
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
            else:
                folder.unlink(missing_ok=True)
