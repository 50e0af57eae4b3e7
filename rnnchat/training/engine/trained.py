"""Keeps a trained network in its run's folder until the model is saved.

A run that is interrupted in between needs neither TensorFlow nor another training to continue.
"""

from __future__ import annotations

from rnnchat.lm.shape import NetworkShape
from rnnchat.training.engine import checkpoint
from rnnchat.training.runs.run import Run
from rnnchat.training.trained_network import TrainedNetwork


def save_trained(run: Run, network: TrainedNetwork) -> None:
    """Write a trained network into the run's folder."""
    values = {
        "shape": network.shape.as_dict(),
        "bits_per_byte": network.bits_per_byte,
        "training": dict(network.training),
        "seconds": network.seconds,
        "curve": network.training.get("curve", []),
    }
    checkpoint.save(run.trained, 1, [("best", network.weights.items())], values)


def load_trained(run: Run) -> TrainedNetwork | None:
    """Return the run's trained network, or None where its training is not over or the file is damaged."""
    saved = checkpoint.load_latest(run.trained)
    if saved is None:
        return None
    try:
        return TrainedNetwork(
            NetworkShape.from_dict(saved.values["shape"]),
            saved.groups["best"],
            float(saved.values["bits_per_byte"]),
            dict(saved.values["training"]),
            float(saved.values["seconds"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
