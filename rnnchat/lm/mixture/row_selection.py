"""Row selection: which rows of the mixer's weights are used at a place in a text, one from each weight set.

A mixer has one weight set besides these, with a row for each node of the tree.
"""

from __future__ import annotations

import numpy as np

from rnnchat.lm.mixture.counts import CONTEXT_ORDERS, SuccessorCounts
from rnnchat.lm.protocols import Floats
from rnnchat.lm.suffix_array import Interval

_LEVELS = 8
"""The number of levels into which a count, a probability or an entropy is divided."""
_MATCH_LEVELS = 16
"""The number of levels of a match's length, in pieces."""
_SMALLEST = np.float32(1e-30)
"""Keeps the logarithm of a probability of 0 finite."""


def set_sizes(vocabulary: int) -> tuple[int, ...]:
    """Return the number of rows of each weight set, in the order of `select_rows`."""
    return (_MATCH_LEVELS**2, _LEVELS**3, _LEVELS**3, vocabulary, _LEVELS**3)


def select_rows(
    *,
    network: Floats,
    ngram: Floats,
    intervals: list[Interval],
    successors: list[SuccessorCounts],
    match_lengths: tuple[int, int],
    last: int,
    history_counts: tuple[int, ...],
) -> tuple[int, ...]:
    """Return the row selected in each weight set.

    In order: by the lengths of the longest matches in the notes and in the current text; by the longest
    context of `successors` that has counts, its number of different successors, and the width of the longest
    of the `intervals`; by how sure `network` and `ngram` (vocabulary,) are; by the `last` piece; by
    `history_counts`: the pieces of the current text, and the occurrences in it of the last one and last two.
    """
    notes_match, history_match = match_lengths
    order = max((n + 1 for n in range(len(CONTEXT_ORDERS)) if successors[n].size), default=0)
    distinct = successors[order - 1].size if order else 1
    width = intervals[-1][1] - intervals[-1][0] if intervals else 1
    entropy = float(-(network @ np.log(np.maximum(network, _SMALLEST))))  # in nats
    pieces, after_one, after_two = history_counts
    return (
        min(_MATCH_LEVELS - 1, notes_match) * _MATCH_LEVELS + min(_MATCH_LEVELS - 1, history_match),
        _row(order, _magnitude(distinct), _magnitude(width)),
        _row(_eighth(float(network.max())), min(_LEVELS - 1, int(entropy)), _eighth(float(ngram.max()))),
        last,
        _row(_magnitude(pieces), _magnitude(after_one), min(_LEVELS - 1, after_two)),
    )


def _row(first: int, second: int, third: int) -> int:
    return (first * _LEVELS + second) * _LEVELS + third


def _eighth(probability: float) -> int:
    return min(_LEVELS - 1, int(_LEVELS * probability))


def _magnitude(count: int) -> int:
    """Return the logarithm of `count` to base 2, rounded down, within the levels."""
    return min(_LEVELS - 1, count.bit_length() - 1) if count else 0
