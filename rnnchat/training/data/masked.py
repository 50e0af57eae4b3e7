"""From the examples of any task to training data with a loss mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from rnnchat.tasks.base import MaskedPieces, Task
from rnnchat.training.data.batches import TrainingData

Example = TypeVar("Example")


def masked_training_data(
    task: Task[Example, object, object], training: Sequence[Example], validation: Sequence[Example]
) -> TrainingData:
    """Return the pieces of examples to train on and of others to validate with, in memory.

    Their sizes in bytes are not known, and given as 0.
    """
    learned = [task.encode(example) for example in training]
    kept_back = [task.encode(example) for example in validation]
    sizes = np.array([len(one.pieces) for one in learned], np.int64)
    is_target = None
    if any(one.is_target is not None for one in learned):
        is_target = np.concatenate([_targets(one) for one in learned])
    return TrainingData(
        training=_pieces(learned),
        training_spans=np.stack([np.cumsum(sizes) - sizes, sizes], axis=1),
        validation=_pieces(kept_back),
        validation_bytes=0,
        training_bytes=0,
        is_target=is_target,
    )


def _pieces(examples: Sequence[MaskedPieces]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([piece for example in examples for piece in example.pieces], np.int32)


def _targets(example: MaskedPieces) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([True] * len(example.pieces) if example.is_target is None else example.is_target, bool)
