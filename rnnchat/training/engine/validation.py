"""How validation text is arranged so that the network can be measured on many parts of it at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.training.data.batches import Pieces

SHORTEST_SCORED_STREAM = 512
"""Validation text is scored in streams of at least this many pieces, as each begins without a context."""
START_PIECE = 1
"""The tokenizer's start piece, which precedes the first target."""
ROLE_PIECES = (1, 2, 3, 4)
"""The tokenizer's pieces that no text is encoded to are not counted."""


@dataclass(frozen=True)
class ScoredStreams:
    """Text as parallel streams, padded at the end; every array is (streams, time)."""

    inputs: NDArray[np.int32]
    """The piece before each target."""
    targets: NDArray[np.int32]
    """The pieces to predict."""
    counted: NDArray[np.float32]
    """1 where a target counts, and 0 for padding and roles."""

    @classmethod
    def of(cls, pieces: Pieces, *, batch: int, length: int) -> ScoredStreams:
        """Cut `pieces` into at most `batch` streams, whose size is a multiple of `length`.

        There are either `batch` streams, some of which may be empty, or as few as the text needs where that
        is at most half as many: so few shapes occur, and the graph is seldom compiled anew.
        """
        per_stream = max(math.ceil(len(pieces) / batch), min(len(pieces), SHORTEST_SCORED_STREAM))
        time = math.ceil(per_stream / length) * length
        targets = np.zeros(batch * time, np.int32)
        targets[: len(pieces)] = pieces
        counted = (np.arange(batch * time) < len(pieces)) & ~np.isin(targets, ROLE_PIECES)
        inputs = np.concatenate([[START_PIECE], targets[:-1]]).astype(np.int32).reshape(batch, time)
        used = max(1, math.ceil(len(pieces) / time))
        kept = slice(0, batch if used > batch // 2 else used)
        return cls(
            inputs[kept],
            targets.reshape(batch, time)[kept],
            counted.astype(np.float32).reshape(batch, time)[kept],
        )

    def beginning(self, length: int) -> ScoredStreams:
        """Return the first `length` pieces of every stream."""
        return ScoredStreams(self.inputs[:, :length], self.targets[:, :length], self.counted[:, :length])
