"""Pieces copied from the translations of similar phrases.

The pieces that follow, in a translation from the memory, the last pieces of an unfinished one get a share of
the probability: the larger, the more similar the phrases and the longer the match.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.tasks.translation.network import Floats

LONGEST_MATCH = 4
"""Matches of more pieces count as this many."""
SHARES = (0.05, 0.15, 0.25, 0.35, 0.45)
"""The share of the probability that a match of 0, 1, … LONGEST_MATCH pieces gets, for a similarity of 1."""
LEAST_SIMILARITY = 0.6
"""A phrase of this similarity gets nothing."""


@dataclass(frozen=True)
class NearTarget:
    """The translation of a similar phrase."""

    pieces: tuple[int, ...]
    """Places in the target's embedding, with the end."""
    similarity: float
    """How similar the phrase is, from 0 to 1."""


def with_copies(
    probabilities: Floats, prefixes: Sequence[tuple[int, ...]], near: Sequence[NearTarget]
) -> Floats:
    """Return p(y_t) (n, target vocabulary) mixed with what follows each prefix in the translations `near`."""
    mixed = probabilities.copy()
    for row, prefix in enumerate(prefixes):
        for one in near:
            length, following = _following(prefix, one.pieces)
            if not following:
                continue
            closeness = max(0.0, one.similarity - LEAST_SIMILARITY) / (1 - LEAST_SIMILARITY)
            share = SHARES[length] * closeness / len(near)
            mixed[row] *= 1 - share
            np.add.at(mixed[row], following, share / len(following))
    return mixed


def _following(prefix: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, list[int]]:
    """Return the length of the longest match of the prefix's end in `target`, and what follows it there.

    Before the first piece, the start of `target` follows, as after a match of full length.
    """
    if not prefix:
        return LONGEST_MATCH, [target[0]]
    for length in range(min(LONGEST_MATCH, len(prefix)), 0, -1):
        end = prefix[-length:]
        found = [
            target[place + length]
            for place in range(len(target) - length)
            if target[place : place + length] == end
        ]
        if found:
            return length, found
    return 0, []
