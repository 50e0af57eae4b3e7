"""The folder of one training of a translator, with everything that is needed to resume it."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import unicodedata
from contextlib import AbstractContextManager
from pathlib import Path

from rnnchat.errors import TrainingError, from_os_error
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths, make_private
from rnnchat.training.runs.locking import is_locked, locked
from rnnchat.training.translation.settings import TranslationSettings

SETTINGS = "settings.json"
"""The settings that the training was started with."""
PREPARED = "prepared.json"
"""How many pairs there are; it is written when all tables are complete."""
PAIRS = "pairs.tsv"
"""All pairs: a source, a target, and the line that they were read from."""
TRAIN = "train.tsv"
"""The pairs that the network learns from, a source and a target a line."""
VALIDATION = "validation.tsv"
"""The pairs that decide which weights are the best."""
TEST = "test.tsv"
"""The pairs that the translator is measured with at the end."""
TRAINED = "trained.json"
"""This file says that the network is complete."""
CHECKPOINT = "checkpoint"
"""The folder of what the network's training needs to be resumed."""
_DISCARDED = ".gone-"
"""The names of the folders of trainings that are being removed begin with this."""


class TranslationRun:
    """The folder of one training."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, paths: Paths, settings: TranslationSettings) -> TranslationRun:
        """Make the folder of a new training, in place of an earlier one for the same model.

        Raises TrainingError while a process is still working on that one.
        """
        settings.check()
        run = cls(make_private(paths.translation_runs) / settings.name)
        run.require_idle()
        try:
            run.discard()
            make_private(run.folder)
        except OSError as error:
            raise from_os_error(error, "removing the previous training") from error
        write_text(run.folder / SETTINGS, settings.to_json())
        return run

    @property
    def settings(self) -> TranslationSettings:
        """The settings that it was started with; raises TrainingError where they cannot be read."""
        try:
            text = (self.folder / SETTINGS).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            text = ""  # from_json calls this damaged
        return TranslationSettings.from_json(text)

    @property
    def checkpoints(self) -> Path:
        """The folder of what is needed to resume the network's training."""
        return self.folder / CHECKPOINT

    @property
    def is_prepared(self) -> bool:
        """Whether the pairs have been read and split."""
        return (self.folder / PREPARED).is_file()

    @property
    def is_finished(self) -> bool:
        """Whether the translator has been saved; its training is then removed."""
        return not (self.folder / SETTINGS).exists()

    @property
    def is_busy(self) -> bool:
        """Whether a process is working on it."""
        return is_locked(self.folder)

    def locked(self) -> AbstractContextManager[bool]:
        """Lock the training for this process; raise TrainingError while another process has it locked."""
        return locked(self.folder)

    def require_idle(self) -> None:
        """Raise TrainingError while a process is working on it."""
        if self.is_busy:
            raise TrainingError(
                f"{self.folder.name} is being trained right now.",
                "Wait for it, stop it, or choose another name.",
            )

    def discard(self) -> None:
        """Remove the training and everything in it, if there is any."""
        if os.path.lexists(self.folder):
            self.folder.rename(self.folder.parent / f"{_DISCARDED}{time.time_ns()}")
        for folder in self.folder.parent.glob(f"{_DISCARDED}*"):
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
            else:
                folder.unlink(missing_ok=True)


def unfinished_translations(paths: Paths) -> list[TranslationRun]:
    """Return the trainings of translators that can be resumed, by name."""
    found = []
    with contextlib.suppress(OSError):
        found = [
            TranslationRun(folder)
            for folder in sorted(paths.translation_runs.iterdir())
            if not folder.name.startswith(".") and (folder / SETTINGS).is_file()
        ]
    return found


def find_unfinished_translation(paths: Paths, name: str) -> TranslationRun | None:
    """Return the training for the model `name` that can be resumed, or None."""
    wanted = unicodedata.normalize("NFC", name.strip())
    runs = unfinished_translations(paths)
    return next((run for run in runs if unicodedata.normalize("NFC", run.folder.name) == wanted), None)
