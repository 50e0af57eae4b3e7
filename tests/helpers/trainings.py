"""Trainings in this process, with a small model in the place of the shipped base."""

from __future__ import annotations

import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

from rnnchat.library.models import BASE, Library
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.engine.cluster import Cluster
from rnnchat.training.engine.driver import drive
from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.control import Control, StopAskedError
from rnnchat.training.runs.events import EventWriter
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings
from tests.helpers.models import write_shipped

SHORT_LENGTH = 8
"""Gradients flow back through so many tokens: TensorFlow's graph has each as a part, and is built sooner."""


class StopAfter(Control):
    """Orders a training to stop after some steps."""

    def __init__(self, events: EventWriter, steps: int) -> None:
        super().__init__(None, events)
        self._steps = steps

    def wait_while_paused(self, clock: Clock) -> str:
        self._steps -= 1
        return "stop" if self._steps < 0 else ""


@dataclass
class Place:
    """A home with notes, and a folder of shipped models in the place of the real one."""

    paths: Paths
    notes: Path
    shipped: Path

    @property
    def library(self) -> Library:
        return Library(self.paths)

    def replace_base(self, tokenizer: Tokenizer, shape: NetworkShape) -> None:
        shutil.rmtree(self.shipped / BASE, ignore_errors=True)
        write_shipped(self.shipped, BASE, tokenizer, shape, seed=shape.units)

    def create(self, **settings: Any) -> Run:
        few = {"base": BASE, "steps": 12, "length": SHORT_LENGTH}
        return Run.create(self.paths, RunSettings(name="me", paths=(str(self.notes),), **{**few, **settings}))

    def drive(self, run: Run, *, stop_after: int = 1000) -> list[dict[str, Any]]:
        """Train, and return the events; one that is stopped ends with none of its own."""
        lines = io.StringIO()
        events = EventWriter(lines)
        try:
            drive(run, self.paths, events, StopAfter(events, stop_after), Cluster())
        except StopAskedError:
            assert stop_after < 1000
        return [json.loads(line) for line in lines.getvalue().splitlines()]
