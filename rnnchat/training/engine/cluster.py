"""Several machines, or several GPUs in one, that train together."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.errors import TrainingError

PATIENCE_SECONDS = 3600.0
"""A worker waits this many seconds for the chief to prepare the run."""


@dataclass(frozen=True)
class Cluster:
    """The role of this process in a training, as TensorFlow's ``TF_CONFIG`` states it.

    The first worker is the chief: it prepares the run, decides for all, writes checkpoints and saves the
    model.
    """

    workers: int = 1
    """How many processes train together."""
    index: int = 0
    """The number of this one, from 0 on."""

    @classmethod
    def from_environment(cls) -> Cluster:
        """Return what ``TF_CONFIG`` states, or a cluster of one; raise TrainingError where it is wrong."""
        text = os.environ.get("TF_CONFIG", "")
        if not text.strip():
            return cls()
        try:
            config = json.loads(text)
            cluster = cls(len(config["cluster"]["worker"]), int(config["task"]["index"]))
        except (ValueError, KeyError, TypeError) as error:
            raise TrainingError(
                "TF_CONFIG does not list the workers.",
                'Write {"cluster": {"worker": ["host:port", …]}, "task": {"type": "worker", "index": 0}}.',
            ) from error
        if not 0 <= cluster.index < cluster.workers or set(config["cluster"]) != {"worker"}:
            raise TrainingError(
                "TF_CONFIG names a worker that is not in its list.",
                "Give every machine the same list and its own index, counted from 0.",
            )
        return cluster

    @property
    def is_chief(self) -> bool:
        """Whether this process is the chief."""
        return self.index == 0

    def strategy(self) -> Any:
        """Return TensorFlow's strategy, or None where one processor or GPU trains alone.

        This must be called before TensorFlow does anything else, and waits for the other workers.
        """
        import tensorflow as tf

        if self.workers > 1:
            return tf.distribute.MultiWorkerMirroredStrategy()
        if len(tf.config.list_physical_devices("GPU")) > 1:
            return tf.distribute.MirroredStrategy()
        return None


def wait_for_file(path: Path, is_current: Callable[[], bool] = lambda: True) -> None:
    """Wait until the chief has written `path`, and it `is_current`; raise TrainingError if it never does."""
    started = time.monotonic()
    while not (path.is_file() and is_current()):
        if time.monotonic() - started > PATIENCE_SECONDS:
            raise TrainingError(
                f"The first worker has not prepared the run in {PATIENCE_SECONDS / 60:.0f} minutes.",
                "Start it first, with RNNCHAT_HOME on a disk that all workers share.",
            )
        time.sleep(0.2)
