"""Batches from a corpus that need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.training.data.rounds import Rounds

Pieces = NDArray[np.integer[Any]]
"""Pieces in a row, (pieces,)."""


@dataclass(frozen=True)
class TrainingData:
    """The pieces to train on and to validate with."""

    training: Pieces
    """All texts one after another (pieces,), each from its start piece to its end piece; may be on disk."""
    training_spans: NDArray[np.int64]
    """Start and size in ``training`` of each text to train on (texts, 2)."""
    validation: Pieces
    """The texts that are kept back, likewise one after another."""
    validation_bytes: int
    """The UTF-8 bytes of the texts that are kept back."""
    training_bytes: int
    """The UTF-8 bytes of the training texts."""
    repeats: NDArray[np.float32] | None = None
    """How often each training text is read in a round (texts, 2): in the main part, and in the last part."""
    is_target: NDArray[np.bool_] | None = None
    """Which of the training pieces the loss is averaged over (pieces,); None for all of them."""


@dataclass(frozen=True)
class TrainingChunk:
    """A part of the parallel streams that a network learns from in one step."""

    pieces: NDArray[np.int32]
    """The pieces (batch, length + 1); each but the last predicts the one after it."""
    is_target: NDArray[np.bool_] | None = None
    """Which of the predicted pieces count in the loss (batch, length); None for all of them."""

    @property
    def inputs(self) -> NDArray[np.int32]:
        """The pieces that predict (batch, length)."""
        return self.pieces[:, :-1]

    @property
    def targets(self) -> NDArray[np.int32]:
        """The pieces that are predicted (batch, length)."""
        return self.pieces[:, 1:]


class Batches:
    """The training pieces as `batch` parallel streams, cut into chunks of `length`.

    A stream goes on from chunk to chunk, so that recurrent states can be carried over. Every epoch is a
    round of `Rounds`, with the texts in another order. Only the chunk at hand is read from disk.
    """

    def __init__(self, data: TrainingData, *, batch: int, length: int, seed: int) -> None:
        self._data = data
        self._rounds = Rounds(data.training_spans, data.repeats, seed=seed)
        self.batch = batch
        per_stream = (int(self._rounds.pieces) - 1) // batch
        self.length = max(2, min(length, per_stream))
        self.steps = max(1, per_stream // self.length)
        """How many chunks an epoch of the main part has; with fractions of repeats, about how many."""

    @property
    def has_last_part(self) -> bool:
        """Whether the last part of the training reads other texts than before."""
        return self._rounds.has_last_part

    def epoch(self, number: int, skip: int = 0, *, is_last_part: bool = False) -> Iterator[TrainingChunk]:
        """Yield the chunks of epoch `number`, except the first `skip`."""
        random = self._rounds.random(number)
        starts, sizes = self._rounds.texts(random, is_last_part=is_last_part).T
        ends = np.cumsum(sizes)
        first = int(random.integers(ends[-1]))
        steps = max(1, (int(ends[-1]) - 1) // self.batch // self.length)
        streams = first + np.arange(self.batch) * steps * self.length
        for step in range(skip, steps):
            places = streams + step * self.length
            pieces = np.empty((self.batch, self.length + 1), np.int32)
            self._read_all(self._data.training, pieces, places, starts, sizes, ends)
            is_target = None
            if self._data.is_target is not None:
                marks = np.empty(pieces.shape, bool)
                self._read_all(self._data.is_target, marks, places, starts, sizes, ends)
                is_target = marks[:, 1:]
            yield TrainingChunk(pieces, is_target)

    def _read_all(
        self,
        source: NDArray[Any],
        into: NDArray[Any],
        places: Pieces,
        starts: Pieces,
        sizes: Pieces,
        ends: Pieces,
    ) -> None:
        """Fill each row of `into` with the values of `source` from its one of `places` on."""
        for row, place in zip(into, places, strict=True):
            self._read(source, row, int(place), starts, sizes, ends)

    def _read(
        self,
        source: NDArray[Any],
        into: NDArray[Any],
        place: int,
        starts: Pieces,
        sizes: Pieces,
        ends: Pieces,
    ) -> None:
        """Fill `into` with the values from `place` on, with the texts in their order, over and over."""
        filled, total = 0, int(ends[-1])
        while filled < len(into):
            place %= total
            text = int(np.searchsorted(ends, place, side="right"))
            inside = place - int(ends[text] - sizes[text])
            count = min(len(into) - filled, int(sizes[text]) - inside)
            begin = int(starts[text]) + inside
            into[filled : filled + count] = source[begin : begin + count]
            filled += count
            place += count


def log_frequencies(pieces: Pieces, vocabulary: int) -> NDArray[np.float32]:
    """Return the log-probabilities (vocabulary,) of pieces without context, with half an occurrence added.

    As the first bias of the output they spare the network from learning them, which would make the loss
    shoot up at first.
    """
    counts = np.full(vocabulary, 0.5)
    for start in range(0, len(pieces), 2**22):
        counts += np.bincount(pieces[start : start + 2**22], minlength=vocabulary)
    logs: NDArray[np.float32] = np.log(counts / counts.sum()).astype(np.float32)
    return logs
