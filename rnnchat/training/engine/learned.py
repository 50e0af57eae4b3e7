"""What a network has learned, kept from the end of its training until the model is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnnchat.lm.recurrent import NetworkShape
from rnnchat.training.engine import checkpoint
from rnnchat.training.engine.checkpoint import Arrays
from rnnchat.training.runs.run import Run


@dataclass(frozen=True)
class Learned:
    """A network whose training is over: a run that stops from here on needs no TensorFlow to go on."""

    shape: NetworkShape
    weights: Arrays
    bits_per_byte: float
    """Of the text kept back."""
    training: dict[str, Any]
    """What the card tells of the training."""
    seconds: float
    """How long the run had worked by then."""

    def save(self, run: Run) -> None:
        """Keep it in the run's folder."""
        values = {
            "shape": self.shape.as_dict(),
            "bits_per_byte": self.bits_per_byte,
            "training": self.training,
            "seconds": self.seconds,
            "curve": self.training.get("curve", []),
        }
        checkpoint.save(run.learned, 1, [("best", self.weights.items())], values)

    @classmethod
    def load(cls, run: Run) -> Learned | None:
        """Return what a run keeps, or None where its training is not over or that is damaged."""
        saved = checkpoint.load_latest(run.learned)
        if saved is None:
            return None
        try:
            return cls(
                NetworkShape.from_dict(saved.values["shape"]),
                saved.groups["best"],
                float(saved.values["bits_per_byte"]),
                dict(saved.values["training"]),
                float(saved.values["seconds"]),
            )
        except (KeyError, TypeError, ValueError):
            return None
