"""Several machines, or several GPUs in one, that train together."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.errors import TrainingError

PATIENCE = 3600.0
"""For how many seconds a worker waits for the chief to prepare the run."""


@dataclass(frozen=True)
class Cluster:
    """The part of this process in a training, as TensorFlow's ``TF_CONFIG`` states it.

    The first worker is the chief: it prepares, decides, keeps checkpoints and publishes.
    """

    workers: int = 1
    index: int = 0

    @classmethod
    def from_environment(cls) -> Cluster:
        """Return what ``TF_CONFIG`` says, or a cluster of one.

        Raises TrainingError where it makes no sense.
        """
        text = os.environ.get("TF_CONFIG", "")
        if not text.strip():
            return cls()
        try:
            config = json.loads(text)
            cluster = cls(len(config["cluster"]["worker"]), int(config["task"]["index"]))
        except (ValueError, KeyError, TypeError) as error:
            raise TrainingError(
                "TF_CONFIG does not say which workers there are.",
                'It reads {"cluster": {"worker": ["host:port", …]}, "task": {"type": "worker", "index": 0}}.',
            ) from error
        if not 0 <= cluster.index < cluster.workers or set(config["cluster"]) != {"worker"}:
            raise TrainingError(
                "TF_CONFIG names a worker that is not in its list.",
                "Every machine has the same list, and its own index, counted from 0.",
            )
        return cluster

    @property
    def chief(self) -> bool:
        """Whether this process decides for all."""
        return self.index == 0

    def strategy(self) -> Any:
        """Return TensorFlow's strategy, or None where one processor or GPU trains alone.

        Must come before anything else that TensorFlow does; waits for the other workers.
        """
        import tensorflow as tf

        if self.workers > 1:
            return tf.distribute.MultiWorkerMirroredStrategy()
        if len(tf.config.list_physical_devices("GPU")) > 1:
            return tf.distribute.MirroredStrategy()
        return None


def wait_for(path: Path) -> None:
    """Wait until the chief has written `path`; raise TrainingError where it never does."""
    started = time.monotonic()
    while not path.is_file():
        if time.monotonic() - started > PATIENCE:
            raise TrainingError(
                f"The first worker has not prepared the run in {PATIENCE / 60:.0f} minutes.",
                "Start it first, with its home on a disk that all workers see.",
            )
        time.sleep(0.2)
