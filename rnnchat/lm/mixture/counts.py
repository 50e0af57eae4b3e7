"""What followed wherever something was true of a text: counted in the notes when asked, and learned on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.mixture.contexts import ContextState, CorpusContexts
from rnnchat.lm.ngram import Interval, NgramMemory, tally
from rnnchat.lm.protocols import Floats

ORDERS = (1, 2, 3, 6)
"""So many of the last pieces make a context each."""
AROUND = ("above", "words", "block")
"""The last piece with the piece above the next, with the words before, with the code block."""
_TRAIL = {"above": "piece_above", "words": "words", "block": "block"}
HERE = ("here", "here and piece", "here and two pieces")
"""Nothing, the last piece, and the last two, within the text at hand only."""
KINDS = len(ORDERS) + len(AROUND) + len(HERE)

_CACHED = 100_000
NONE = -1
"""No leaf."""


@dataclass
class SuccessorCounts:
    """What followed a context: distinct leaves, how often each, and the last one."""

    leaves: NDArray[np.intp]
    counts: Floats
    size: int = 0
    last: int = NONE

    def add(self, leaf: int) -> None:
        """Count `leaf` once more."""
        self.last = leaf
        found = np.flatnonzero(self.leaves[: self.size] == leaf)
        if len(found):
            self.counts[found[0]] += 1
            return
        if self.size == len(self.leaves):
            room = self.size // 2 + 4
            self.leaves = np.concatenate([self.leaves, np.zeros(room, np.intp)])
            self.counts = np.concatenate([self.counts, np.zeros(room, np.float32)])
        self.leaves[self.size], self.counts[self.size] = leaf, 1
        self.size += 1

    def copy(self) -> SuccessorCounts:
        """Return one that counts on by itself."""
        return SuccessorCounts(self.leaves.copy(), self.counts.copy(), self.size, self.last)


_EMPTY = SuccessorCounts(np.zeros(0, np.intp), np.zeros(0, np.float32))


class SuccessorCounter:
    """Counts for every kind of context, by leaves of a tree; what is learned can be forgotten."""

    def __init__(self, memory: NgramMemory, around: CorpusContexts, leaf: NDArray[np.intp]) -> None:
        self._memory = memory
        self._around = around
        self._leaf = leaf
        self._known: dict[Hashable, SuccessorCounts] = {}
        self._sorted: dict[str, NDArray[np.integer]] = {}
        self.forget()

    def find(self, trail: ContextState, intervals: Sequence[Interval]) -> list[SuccessorCounts]:
        """Return what followed each kind of context, those within the text at hand left out."""
        return [
            _EMPTY if key is None else self._find(kind, key, trail, intervals)
            for kind, key in enumerate(_keys(trail))
        ]

    def learn(self, trail: ContextState, intervals: Sequence[Interval], piece: int) -> None:
        """Count that `piece` followed in every context of a text."""
        leaf = int(self._leaf[piece])
        for kind, key in enumerate(_keys(trail)):
            if key is None:
                continue
            learned = self._learned.get(key)
            if learned is None:
                learned = self._learned[key] = self._find(kind, key, trail, intervals).copy()
            learned.add(leaf)

    def forget(self) -> None:
        """Drop what was learned since the notes were counted."""
        self._learned: dict[Hashable, SuccessorCounts] = {}

    def _find(
        self, kind: int, key: Hashable, trail: ContextState, intervals: Sequence[Interval]
    ) -> SuccessorCounts:
        followed = self._learned.get(key)
        if followed is not None:
            return followed
        followed = self._known.get(key)
        if followed is None:
            if len(self._known) > _CACHED:
                self._known.clear()
            followed = self._known[key] = self._count(kind, trail, intervals)
        return followed

    def _count(self, kind: int, trail: ContextState, intervals: Sequence[Interval]) -> SuccessorCounts:
        """Count in the notes."""
        order = ORDERS[kind] if kind < len(ORDERS) else 1
        if order > len(intervals):
            return _EMPTY
        low, high = intervals[order - 1]
        places = self._memory.places((low, high))
        if kind >= len(ORDERS):
            name = AROUND[kind - len(ORDERS)]
            places = places[self._around_places(name)[low:high] == getattr(trail, _TRAIL[name])]
        return self._counted(places.astype(np.intp))

    def _counted(self, places: NDArray[np.intp]) -> SuccessorCounts:
        if not len(places):
            return _EMPTY
        leaves = self._leaf.take(self._memory.pieces.take(places + 1))
        last = int(leaves[places.argmax()])
        distinct, counts = tally(leaves)
        return SuccessorCounts(distinct, counts, len(distinct), last)

    def _around_places(self, name: str) -> NDArray[np.integer]:
        """Return what is around each place of the notes, in the order of the memory's suffixes."""
        if name not in self._sorted:
            self._sorted[name] = getattr(self._around, _TRAIL[name])[self._memory.suffixes]
        return self._sorted[name]


def _keys(trail: ContextState) -> list[Hashable | None]:
    """Return what each kind of context is looked up by; None where a text is too short for one."""
    recent = trail.recent
    last = recent[-1]
    return [
        *(recent[-order:] if order <= len(recent) else None for order in ORDERS),
        (AROUND[0], last, trail.piece_above),
        (AROUND[1], last, trail.words),
        (AROUND[2], last, trail.block),
    ]
