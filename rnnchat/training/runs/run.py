"""A run: one training, its settings and the folder that everything resumable about it lies in."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import time
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from rnnchat.errors import NotesError, TrainingError, from_os_error
from rnnchat.library.models import FINISHED, MEMORY
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths, make_private
from rnnchat.training.runs.locking import is_locked, locked

SCRATCH = "scratch"
"""The base of a model that starts from nothing."""

AUTO = "auto"
"""The base that is chosen by what fits the notes: the model that comes with rnnchat, or none."""

SETTINGS = "run.json"
PREPARED = "prepared.json"
PLAN = "plan.json"
BEFORE = "before"
"""The folder of the finished run before, whose pieces are used again."""
_GONE = ".gone-"
"""What the names of runs that are being removed begin with."""
AT_ONCE = "at once"
"""How a run without a budget ends: the notes are remembered, and no network has learned them."""
SHORTEST_MINUTES = 0.15
CHOICES = {
    "embedding": "how many values stand for a piece; 0 chooses",
    "units": "the size of a recurrent layer's state; 0 chooses",
    "layers": "how many recurrent layers there are",
    "vocabulary": "how many pieces the tokenizer has; 0 chooses",
    "batch": "from how many texts at once is learned; 0 chooses",
    "length": "over how many pieces errors flow back",
    "learning_rate": "the highest rate of the schedule; 0 chooses",
    "dropout": "the share of values that is dropped; below 0 chooses",
    "weight_drop": "the share of recurrent weights that is dropped; below 0 chooses",
    "weight_decay": "how strongly weights are drawn to zero, or to the base's",
    "horizon": "over about how many steps weights are averaged",
    "half": "true or false: whether products may be made in bfloat16",
    "checkpoint_seconds": "how much work a crash may cost",
}
"""The settings that are chosen where nobody states them, and what each is."""
LIMITS = {
    "embedding": (0, 4096),
    "units": (0, 8192),
    "layers": (1, 8),
    "vocabulary": (0, 65_536),
    "batch": (0, 1024),
    "length": (2, 512),
    "learning_rate": (0.0, 1.0),
    "dropout": (-1.0, 0.9),
    "weight_drop": (-1.0, 0.9),
    "weight_decay": (0.0, 10.0),
    "horizon": (1.0, 1e6),
    "checkpoint_seconds": (0.5, 3600.0),
}
"""The least and the most of each."""
LONGEST_MINUTES = 7 * 24 * 60.0


@dataclass(frozen=True)
class RunSettings:
    """What a person asks of a training, and what follows from it."""

    name: str
    """The model that the training makes."""
    paths: tuple[str, ...]
    """The files and folders it learns from, absolute."""
    base: str = AUTO
    """The model it starts from."""
    cell: str = "gru"
    """The kind of recurrent network: gru, lstm or rnn."""
    is_personal: bool = True
    """Whether it learns a person's notes; what ships is changed freely, to the end of its budget."""
    minutes: float = 5.0
    """The budget: how long the training may work, start and scan included; 0 only remembers the notes."""
    seed: int = 0
    """What all chance in the training derives from."""
    embedding: int = 0
    """The size of the pieces' vectors; 0 chooses."""
    units: int = 0
    """The size of a recurrent layer's state; 0 chooses."""
    layers: int = 1
    """How many recurrent layers there are."""
    vocabulary: int = 0
    """How many pieces the tokenizer has; 0 chooses by the corpus's size."""
    batch: int = 0
    """How many texts are learned from at once; 0 chooses."""
    length: int = 64
    """Over how many steps errors flow back."""
    learning_rate: float = 0.0
    """The highest learning rate of the schedule; 0 chooses."""
    dropout: float = -1.0
    """The share of values dropped between layers; below 0 chooses by the corpus's size."""
    weight_drop: float = -1.0
    """The share of the recurrent weights dropped; below 0 chooses by the corpus's size."""
    weight_decay: float = 0.05
    """How strongly AdamW draws weights to zero."""
    horizon: float = 100.0
    """Over about how many steps the weights are averaged."""
    half: bool = True
    """Whether products may be made in bfloat16 where the processor is faster with it."""
    steps: int = 0
    """How many steps to train, whatever the clock says; 0 trains as long as the budget lasts."""
    checkpoint_seconds: float = 20.0
    """How much work a crash may cost at most."""

    def choosing(self, choices: Iterable[str]) -> RunSettings:
        """Return the settings with some of them given as ``name=value``; raise TrainingError where wrong."""
        kinds = {name: type(getattr(self, name)) for name in CHOICES}
        values: dict[str, Any] = {}
        for choice in choices:
            name, _, text = choice.partition("=")
            try:
                kind = kinds[name.strip()]
                values[name.strip()] = text.strip() == "true" if kind is bool else kind(text)
            except KeyError:
                raise TrainingError(
                    f"A training has no choice called {name!r}.",
                    f"NAME=VALUE, where NAME is one of: {', '.join(CHOICES)}.",
                ) from None
            except ValueError:
                raise TrainingError(
                    f"{name.strip()} cannot be {text.strip()!r}.",
                    f"{name.strip()} is {CHOICES[name.strip()]}.",
                ) from None
        return replace(self, **values)

    def to_json(self) -> str:
        """Return the settings as they are written to disk."""
        # In ASCII: a path may hold bytes that are no UTF-8, which only so come back as they were.
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> RunSettings:
        """Read settings; raise TrainingError where they are not settings."""
        try:
            values = json.loads(text)
            known = {field.name for field in fields(cls)}
            values = {name: value for name, value in values.items() if name in known}
            settings = cls(**{**values, "paths": tuple(values["paths"])})
            if not isinstance(values["paths"], list) or not settings.is_well_formed:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise TrainingError(
                "The settings of this training are damaged.", "Start it anew: --fresh, or Discard it."
            ) from error
        return settings

    @property
    def is_well_formed(self) -> bool:
        """Whether every setting is of its kind, and a training could be begun with them."""
        for field in fields(self):
            value = getattr(self, field.name)
            kind = type(field.default) if field.name not in ("name", "paths") else type(value)
            wanted = (int, float) if kind is float else (kind,)
            if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
                return False
            if isinstance(value, float) and not math.isfinite(value):
                return False
        if not isinstance(self.name, str) or not all(isinstance(path, str) for path in self.paths):
            return False
        try:
            self.check()
        except TrainingError:
            return False
        return self.seed >= 0 and self.steps >= 0 and self.cell in ("gru", "lstm", "rnn")

    def check(self) -> None:
        """Raise TrainingError where no training can be run with these settings."""
        if self.minutes and not SHORTEST_MINUTES <= self.minutes <= LONGEST_MINUTES:
            raise TrainingError(
                f"A budget of {self.minutes:g} minutes is not possible.",
                "Give at least 0.15 minutes (9 seconds); 4 to 10 are good for a folder of notes."
                " 0 only remembers them.",
            )
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise TrainingError(
                    f"{name}={getattr(self, name):g} is not possible.", f"Give {least:g} to {most:g}."
                )


class Run:
    """The folder of one training."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, paths: Paths, settings: RunSettings) -> Run:
        """Make the folder of a new run, in the place of an earlier run for the same model.

        Raises TrainingError while that one is still under way.
        """
        settings.check()
        run = cls(make_private(paths.runs) / settings.name)
        if run.is_busy():
            raise TrainingError(
                f"{settings.name} is being trained right now.",
                "Wait for it, stop it, or choose another name.",
            )
        _remove_discarded(paths.runs)
        gone = paths.runs / f"{_GONE}{time.time_ns()}"
        try:
            if os.path.lexists(run.folder):
                was_finished = run.is_finished
                run.folder.rename(gone)
                make_private(run.folder)
                # An interrupted run may still hold what the one before it has left.
                pieces = gone if was_finished else gone / BEFORE
                if pieces.is_dir() and not pieces.is_symlink():
                    pieces.rename(run.folder / BEFORE)
            make_private(run.folder).chmod(0o700)
        except OSError as error:
            raise from_os_error(error, "clearing the last training away") from error
        _remove_discarded(paths.runs)
        write_text(run.folder / SETTINGS, settings.to_json())
        return run

    @property
    def settings(self) -> RunSettings:
        """The settings that the run was started with."""
        try:
            text = (self.folder / SETTINGS).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            text = ""  # it is damaged
        except OSError as error:
            raise TrainingError("The settings of this training are gone.", "Start it anew.") from error
        return RunSettings.from_json(text)

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.folder / "checkpoints"

    @property
    def learned(self) -> Path:
        """The folder of what the network has learned, once its training is over."""
        return self.folder / "learned"

    @property
    def is_finished(self) -> bool:
        """Whether the model has been made."""
        return (self.folder / FINISHED).is_file()

    def finish(self, result: Mapping[str, Any]) -> None:
        """Record that the model has been made, and drop what was only for resuming.

        The pieces stay, so that a training that goes on from this one encodes only what is new.
        """
        write_text(self.folder / FINISHED, json.dumps(result, ensure_ascii=False) + "\n")
        for folder in (self.checkpoints, self.learned):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("validation.pieces", "lessons.npy", "files.json", MEMORY):
            (self.folder / name).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the run and all that it has not published.

        The finished run before it takes its place again, so that the next one need not encode all anew.
        """
        before = self.folder / BEFORE
        gone = self.folder.parent / f"{_GONE}{time.time_ns()}"
        with contextlib.suppress(OSError):
            self.folder.rename(gone)
            if Run(gone / BEFORE).is_finished:
                (gone / BEFORE).rename(before.parent)
        _remove_discarded(self.folder.parent)

    def require_notes(self) -> None:
        """Raise NotesError where the notes are still to be read, and are gone."""
        if (self.folder / PREPARED).is_file():
            return  # what it learns from lies in the run
        settings = self.settings
        for path in settings.paths:
            if not os.path.lexists(path):
                raise NotesError(
                    f"The notes that {settings.name} was to learn are gone: there is nothing at {path}.",
                    "Bring them back and resume, or start anew with other notes: --fresh.",
                )

    def locked(self) -> contextlib.AbstractContextManager[bool]:
        """Hold the run for this process; raise TrainingError while another one holds it."""
        return locked(self.folder)

    def is_busy(self) -> bool:
        """Tell whether a process is working on the run."""
        return is_locked(self.folder)


def unfinished(paths: Paths) -> list[Run]:
    """Return the runs that can be resumed, the latest first; what cannot be read is none."""
    waiting: list[tuple[float, Run]] = []
    try:
        folders = list(paths.runs.iterdir())
    except OSError:
        return []
    for folder in folders:
        run = Run(folder)
        with contextlib.suppress(OSError):
            if not folder.name.startswith(".") and (folder / SETTINGS).is_file() and not run.is_finished:
                waiting.append((-(folder / SETTINGS).stat().st_mtime, run))
    return [run for _, run in sorted(waiting, key=lambda pair: pair[0])]


def waiting_run(paths: Paths, name: str) -> Run | None:
    """Return the run for the model called `name` that can be resumed, or None where there is none."""
    wanted = unicodedata.normalize("NFC", name.strip())
    for run in unfinished(paths):
        if unicodedata.normalize("NFC", run.folder.name) == wanted:
            return run
    return None


def find_unfinished(paths: Paths, name: str) -> Run:
    """Return the run called `name` that can be resumed; raise TrainingError where there is none."""
    found = waiting_run(paths, name)
    if found is not None:
        return found
    known = ", ".join(run.folder.name for run in unfinished(paths))
    hint = f"Trainings that can be resumed: {known}." if known else "No training is waiting to be resumed."
    raise TrainingError(f"There is no interrupted training called {name!r}.", hint)


def _remove_discarded(runs: Path) -> None:
    """Remove what was discarded, also by a process that did not live to do it."""
    with contextlib.suppress(OSError):
        for folder in runs.glob(f"{_GONE}*"):
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
            else:
                folder.unlink(missing_ok=True)
