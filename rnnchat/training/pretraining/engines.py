"""The two engines that train a model that ships: TensorFlow anywhere, and PyTorch on an accelerator."""

from __future__ import annotations

import importlib.util
import os
from typing import Protocol

from rnnchat.errors import TrainingError
from rnnchat.storage.paths import Paths
from rnnchat.training.runs.events import Emit
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.runs.run import Run

AUTO = "auto"
"""The option that chooses PyTorch where it finds an accelerator, and TensorFlow elsewhere."""
TENSORFLOW = "tensorflow"
"""The option for TensorFlow."""
TORCH = "torch"
"""The option for PyTorch."""


class Engine(Protocol):
    """Trains the network of a run whose pieces are prepared."""

    @property
    def minutes(self) -> float:
        """The budget that is usual on its hardware."""
        ...

    @property
    def batch(self) -> int | None:
        """How many texts a step learns from; None leaves that to the plan."""
        ...

    @property
    def length(self) -> int:
        """How many pieces of each text a step learns from."""
        ...

    @property
    def hardware(self) -> str:
        """What it trains on, as a phrase for the model's card."""
        ...

    def train(self, run: Run, paths: Paths, emit: Emit) -> None:
        """Train or resume, and publish the model in the library; `emit` is given the events.

        Raises TrainingError where the training fails. A training that is interrupted can be resumed.
        """
        ...


class TensorFlowEngine:
    """Trains in a child process with TensorFlow, on all processors, GPUs and machines that take part."""

    minutes = 60.0
    batch = None
    length = 64

    @property
    def hardware(self) -> str:
        """The number of this machine's processor cores."""
        return f"{os.cpu_count()} processor cores"

    def train(self, run: Run, paths: Paths, emit: Emit) -> None:
        """Train or resume as `Engine.train` does; `paths` are those of the environment."""
        for event in TrainingJob(run).events():
            emit(event)


def choose_engine(name: str = AUTO) -> Engine:
    """Return the engine called `name`; raise TrainingError where PyTorch is wanted and not installed."""
    if name == TENSORFLOW:
        return TensorFlowEngine()
    if importlib.util.find_spec("torch") is None:
        if name == AUTO:
            return TensorFlowEngine()
        raise TrainingError("PyTorch is not installed.", "Install it with `pip install 'rnnchat[pretrain]'`.")
    from rnnchat.training.pretraining.torch_engine import TorchEngine, has_accelerator

    return TorchEngine() if name == TORCH or has_accelerator() else TensorFlowEngine()
