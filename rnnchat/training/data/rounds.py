"""The order in which texts are read: round after round, in proportions of their own.

Each text has a number of repeats. In a round it is read as often as the whole part of that number says, and
once more by a chance of the rest: 1.5 is once, and twice in half of the rounds. The last part of a training
may have other repeats, so that the learning rate falls on the texts that matter most.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LAST_PART = 0.3
"""The last part of a training is this share of its time."""


class Rounds:
    """Chooses and shuffles the texts of each round.

    `spans` are the start and size of each text (texts, 2). `repeats` (texts, 2) say how often each is read
    in a round, first in the main part and then in the last part; without them each is read once. All follows
    from the `seed` and the number of the round.
    """

    def __init__(
        self, spans: NDArray[np.int64], repeats: NDArray[np.floating[Any]] | None = None, *, seed: int
    ) -> None:
        self._spans = spans
        self._repeats = repeats
        self._seed = seed

    @property
    def has_last_part(self) -> bool:
        """Whether the texts of the last part are others than before."""
        return self._repeats is not None and bool((self._repeats[:, 0] != self._repeats[:, 1]).any())

    @property
    def pieces(self) -> float:
        """How many pieces a round of the main part has on average."""
        sizes = self._spans[:, 1]
        return float(sizes.sum() if self._repeats is None else sizes @ self._repeats[:, 0])

    def random(self, number: int) -> np.random.Generator:
        """Return the source of all random choices of round `number`."""
        return np.random.default_rng((self._seed, number))

    def texts(self, random: np.random.Generator, *, is_last_part: bool = False) -> NDArray[np.int64]:
        """Return the start and size of each text of a round (texts read, 2), in the order of reading.

        `random` is the round's. No round is empty: where chance leaves nothing, each text is read.
        """
        spans = self._spans
        if self._repeats is not None:
            repeats = self._repeats[:, int(is_last_part)]
            times = np.floor(repeats).astype(np.int64)
            times += random.random(len(repeats)) < repeats - times
            spans = np.repeat(spans, times, axis=0) if times.any() else spans
        shuffled: NDArray[np.int64] = random.permutation(spans)
        return shuffled
