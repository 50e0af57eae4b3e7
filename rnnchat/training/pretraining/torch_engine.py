"""Trains a run with PyTorch: on one GPU, or slowly on the processor."""

from __future__ import annotations

import torch

from rnnchat.errors import TrainingError
from rnnchat.library.models import Library
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.training.data.prepared import Prepared, read_prepared, training_data
from rnnchat.training.plan import BATCH, SHORTEST_STREAM, Dropout, Plan
from rnnchat.training.pretraining.torch_trainer import TorchTrainer
from rnnchat.training.publish import publish
from rnnchat.training.runs.events import Emit
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from rnnchat.training.trained_network import TrainedNetwork

HIGHEST_RATE = 3e-3
"""The highest learning rate, where the settings state none."""
CHECKPOINTS = "torch-checkpoints"
"""The folder in the run's for checkpoints, which TensorFlow could not read."""


class TorchEngine:
    """Trains with PyTorch, on a GPU where there is one."""

    def __init__(self) -> None:
        self._device = "cuda" if has_accelerator() else "cpu"

    @property
    def minutes(self) -> float:
        """The budget that is usual: few minutes on a GPU."""
        return 5.0 if self._device == "cuda" else 60.0

    @property
    def batch(self) -> int:
        """How many texts a step learns from."""
        return 512 if self._device == "cuda" else 32

    @property
    def length(self) -> int:
        """How many pieces of each text a step learns from."""
        return 128 if self._device == "cuda" else 64

    @property
    def hardware(self) -> str:
        """The GPU, or the number of threads on processor cores."""
        if self._device == "cuda":
            return f"one {torch.cuda.get_device_name()}"
        return f"{torch.get_num_threads()} processor cores"

    def train(self, run: Run, paths: Paths, emit: Emit) -> None:
        """Train or resume as `Engine.train` does, in this process."""
        prepared = read_prepared(run.folder)
        if prepared is None:
            raise TrainingError("The texts of this training are missing.", "Start the training anew.")
        with run.locked():
            trained = self._trained(run, paths, prepared, emit)
            publish(run, paths, prepared, trained, base=None, seconds=lambda: trained.seconds, emit=emit)

    def _trained(self, run: Run, paths: Paths, prepared: Prepared, emit: Emit) -> TrainedNetwork:
        """Return the network when its training is over."""
        settings = run.settings
        base = None if prepared.base == SCRATCH else Library(paths).load(prepared.base)
        shape = (
            NetworkShape(
                prepared.vocabulary, settings.embedding or 256, settings.units or 768, settings.layers
            )
            if base is None
            else NetworkShape.from_dict(base.card.network)
        )
        plan = make_torch_plan(settings, shape, prepared.pieces)
        emit({"event": "plan", **plan.as_record(), "parameters": shape.parameters})
        try:
            trainer = TorchTrainer(
                settings,
                shape,
                plan,
                training_data(run, prepared),
                folder=run.folder / CHECKPOINTS,
                device=self._device,
                weights=None if base is None else base.weights,
            )
            trainer.run(emit)
        except torch.OutOfMemoryError as error:
            raise TrainingError(
                "The memory of the GPU does not suffice.", "Train a smaller network with --units."
            ) from error
        return trainer.result()


def has_accelerator() -> bool:
    """Return whether PyTorch can use a GPU."""
    return bool(torch.cuda.is_available())


def make_torch_plan(settings: RunSettings, shape: NetworkShape, pieces: int) -> Plan:
    """Return the choices for training a network of `shape` on `pieces` pieces a round."""
    dropout = settings.dropout or 0.0
    return Plan(
        embedding=shape.embedding,
        units=shape.units,
        layers=shape.layers,
        batch=max(1, min(settings.batch or BATCH, pieces // SHORTEST_STREAM)),
        length=min(settings.length, SHORTEST_STREAM - 1),
        learning_rate=settings.learning_rate or HIGHEST_RATE,
        weight_decay=settings.weight_decay or 0.0,
        dropout=Dropout(hidden=dropout, inputs=round(dropout / 2, 3)),
        ema_steps=0.0,
    )
