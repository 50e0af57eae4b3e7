"""The weight sets of a mixer: how many rows each has, and which row a place in a text selects.

A mixer has one weight set besides these, with a row for each node of the tree.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Evidence:
    """What the rows are selected by."""

    network: Floats
    """(vocabulary,) the network's probabilities."""
    memory: Floats
    """(vocabulary,) the n-gram model's probabilities."""
    intervals: list[Interval]
    """The intervals of the last 1, 2, … pieces in the notes."""
    successors: list[SuccessorCounts]
    """What followed each context in the notes."""
    match_lengths: tuple[int, int]
    """The lengths, in pieces, of the longest matches in the notes and in the text at hand."""
    last: int
    """The last piece."""
    history_counts: tuple[int, ...]
    """The number of pieces in the text at hand, and how often the last one and last two occurred in it."""


def select_rows(evidence: Evidence) -> tuple[int, ...]:
    """Return the row selected in each weight set.

    In order: by the two matches; by the longest context that has counts, its number of different successors
    and the width of the longest interval; by how sure network and n-gram model are; by the last piece; by
    how much the text at hand has.
    """
    notes_match, history_match = (min(_MATCH_LEVELS - 1, length) for length in evidence.match_lengths)
    intervals, successors = evidence.intervals, evidence.successors
    order = max((n + 1 for n in range(len(CONTEXT_ORDERS)) if successors[n].size), default=0)
    distinct = successors[order - 1].size if order else 1
    width = intervals[-1][1] - intervals[-1][0] if intervals else 1
    network, memory = evidence.network, evidence.memory
    entropy = float(-(network @ np.log(np.maximum(network, _SMALLEST))))  # in nats
    network_peak, memory_peak = (_eighth(float(p.max())) for p in (network, memory))
    pieces, after_one, after_two = evidence.history_counts
    return (
        notes_match * _MATCH_LEVELS + history_match,
        _row(order, _magnitude(distinct), _magnitude(width)),
        _row(network_peak, min(_LEVELS - 1, int(entropy)), memory_peak),
        evidence.last,
        _row(_magnitude(pieces), _magnitude(after_one), min(_LEVELS - 1, after_two)),
    )


def _row(first: int, second: int, third: int) -> int:
    return (first * _LEVELS + second) * _LEVELS + third


def _eighth(probability: float) -> int:
    return min(_LEVELS - 1, int(_LEVELS * probability))


def _magnitude(count: int) -> int:
    """Return the logarithm of `count` to base 2, rounded down, within the levels."""
    return min(_LEVELS - 1, count.bit_length() - 1) if count else 0
