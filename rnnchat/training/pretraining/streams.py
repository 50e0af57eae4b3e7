"""A whole round of texts in memory, as an accelerator reads it: parallel streams of pieces."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.training.data.batches import TrainingData
from rnnchat.training.data.rounds import Rounds

Streams = NDArray[np.integer[Any]]
"""The pieces of a round, cut into streams of the same length (streams, pieces)."""


class RoundReader:
    """Reads the rounds of a training into memory, each while the one before it is trained on.

    A round is cut into `batch` streams, which are read `length` pieces at a time. `seed` is that of the
    run's random choices.
    """

    def __init__(self, data: TrainingData, *, batch: int, length: int, seed: int) -> None:
        self._data = data
        self._rounds = Rounds(data.training_spans, data.repeats, seed=seed)
        self._batch = batch
        self._length = length
        self._thread = ThreadPoolExecutor(1)
        self._next: dict[tuple[int, bool], Future[Streams]] = {}

    @property
    def has_last_part(self) -> bool:
        """Whether the last part of the training reads other texts than before."""
        return self._rounds.has_last_part

    @property
    def steps(self) -> float:
        """About how many steps a round of the main part has."""
        return max(1.0, self._rounds.pieces / (self._batch * self._length))

    def read(self, number: int, *, is_last_part: bool) -> Streams:
        """Return the streams of round `number`, and begin to read the next round."""
        current = self._next.pop((number, is_last_part), None) or self._begin(number, is_last_part)
        streams = current.result()
        self._next = {(number + 1, is_last_part): self._begin(number + 1, is_last_part)}
        return streams

    def close(self) -> None:
        """Stop reading."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _begin(self, number: int, is_last_part: bool) -> Future[Streams]:
        return self._thread.submit(self._read, number, is_last_part)

    def _read(self, number: int, is_last_part: bool) -> Streams:
        random = self._rounds.random(number)
        texts = self._rounds.texts(random, is_last_part=is_last_part)
        training = np.asarray(self._data.training)  # slices of a memmap are slow to make
        pieces = np.concatenate([training[start : start + size] for start, size in texts])
        # A chunk begins at another place each round, so the gradients are cut at other places.
        offset = int(random.integers(self._length))
        least = self._batch * (self._length + 1 + offset)
        if len(pieces) < least:
            pieces = np.resize(pieces, least)  # repeats them
        per_stream = len(pieces) // self._batch
        return pieces[: self._batch * per_stream].reshape(self._batch, per_stream)[:, offset:]
