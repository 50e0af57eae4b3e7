"""The n-gram memory: the notes themselves, with every place in them sorted by what stands before it.

All places whose last pieces are the same lie side by side in one suffix array over the reversed notes. A
context of any length is an interval of it; what followed there are the counts. So there is no fixed order,
nothing to train, and each count can be traced to its place in the notes.

Sources: suffix arrays by prefix doubling, Manber and Myers 1993; language models of unbounded order on
them, Kennington et al. 2012; modified Kneser-Ney smoothing, Chen and Goodman 1999.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.protocols import Floats, Lookahead

ORDER = 6
"""The longest context, in pieces, whose counts are smoothed into a prediction."""
LONGEST_MATCH = 32
"""How many pieces back a context is followed into the notes."""
SORTED_BY = 64
"""Places whose last so many pieces agree are left in the order of the notes."""

_LARGEST_DISCOUNTED = 3
_CACHED = 200_000
_SMALLEST = np.float32(1e-30)
_FEW = 64  # values, which sorting counts faster than a table of all there can be

Integers = NDArray[np.integer]
Interval = tuple[int, int]
NgramState = tuple[int, ...]
"""The last pieces of the text, at most LONGEST_MATCH, the newest last."""


@dataclass(frozen=True)
class _Smoothed:
    """A context's share of a prediction: p = backoff · p' + mass at `pieces`."""

    pieces: Integers
    mass: Floats
    backoff: np.float32


@dataclass
class _Counts:
    """What followed a context: distinct pieces, and how often each (float32)."""

    pieces: Integers
    counts: Floats
    size: int
    smoothed: _Smoothed | None = None
    """Their share of a prediction, until another piece is counted."""


class NgramMemory:
    """Notes as pieces with their suffix array; it does not change.

    Takes 2 bytes for a piece and 4 for its place in the array.
    """

    def __init__(self, pieces: Integers, suffixes: Integers, vocabulary: int, discounts: Floats) -> None:
        self.pieces = pieces
        self.suffixes = suffixes
        self.vocabulary = vocabulary
        self.discounts = discounts
        """(order + 1, 4) what is taken off counts of 0, 1, 2 and more, by the context's length."""
        ends = np.bincount(pieces[:-1], minlength=vocabulary) if len(pieces) else np.zeros(vocabulary, int)
        self._first = np.concatenate([[0], np.cumsum(ends)])

    @classmethod
    def build(cls, pieces: Integers, vocabulary: int, *, order: int = ORDER) -> NgramMemory:
        """Sort the places of `pieces` (n,) by what stands before them; about 3 s for a million.

        Contexts of up to `order` pieces are smoothed into a prediction.
        """
        pieces = np.ascontiguousarray(pieces, np.uint16 if vocabulary <= 2**16 else np.uint32)
        if len(pieces) and int(pieces.max()) >= vocabulary:
            raise ModelError("The notes hold pieces that the tokenizer does not have.")
        suffixes = _sort_places(pieces)
        memory = cls(pieces, suffixes, vocabulary, np.zeros((order + 1, _LARGEST_DISCOUNTED + 1), np.float32))
        memory.discounts = np.stack([memory._discounts(order) for order in range(memory.order + 1)])
        return memory

    @property
    def order(self) -> int:
        """The longest context whose counts are smoothed into a prediction."""
        return len(self.discounts) - 1

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that `from_tensors` makes the same memory of."""
        return {"pieces": self.pieces, "suffixes": self.suffixes, "discounts": self.discounts}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], vocabulary: int) -> NgramMemory:
        """Return a saved memory; raise ModelError where its arrays cannot be one."""
        try:
            pieces, suffixes, discounts = (tensors[n] for n in ("pieces", "suffixes", "discounts"))
        except KeyError as error:
            raise ModelError("The memory of the notes is damaged: an array is missing.") from error
        sound = (
            pieces.ndim == suffixes.ndim == 1
            and pieces.dtype in (np.uint16, np.uint32)
            and suffixes.dtype == np.uint32
            and discounts.dtype == np.float32
            and discounts.ndim == 2
            and 1 < len(discounts) <= LONGEST_MATCH
            and discounts.shape[1] == _LARGEST_DISCOUNTED + 1
            and len(suffixes) == max(0, len(pieces) - 1)
            and (not len(pieces) or int(pieces.max()) < vocabulary)
            and (not len(suffixes) or int(suffixes.max()) < len(suffixes))
            and _are_discounts(discounts)
        )
        if not sound:
            raise ModelError("The memory of the notes is damaged: its arrays do not fit together.")
        return cls(pieces, suffixes, vocabulary, discounts)

    def is_sorted(self) -> bool:
        """Whether every place is there once, in the order of the pieces that end at it, read backwards.

        Takes a second for four million pieces; what LONGEST_MATCH pieces do not tell apart may lie anyhow.
        """
        places = self.suffixes.astype(np.int64)
        if len(places) < 2:
            return True
        if np.bincount(places, minlength=len(places)).max() != 1:
            return False
        alike = np.arange(1, len(places))
        """Places of the array that cannot be told from those before them yet."""
        for back in range(LONGEST_MATCH):
            own, before = self._at(places[alike] - back), self._at(places[alike - 1] - back)
            if (own < before).any():
                return False
            alike = alike[own == before]
        return True

    def _at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the pieces at `places`, −1 before the first."""
        return np.where(places >= 0, self.pieces[np.maximum(places, 0)].astype(np.int64), -1)

    def intervals(self, context: Sequence[int]) -> list[Interval]:
        """Return where the last 1, 2, … pieces of `context` stand in the array, as long as they do."""
        low, high = 0, len(self.suffixes)
        found: list[Interval] = []
        for back in range(min(len(context), LONGEST_MATCH)):
            low, high = self._narrow(low, high, back, context[-1 - back])
            if high <= low:
                break
            found.append((low, high))
        return found

    def followers(self, interval: Interval) -> Integers:
        """Return the pieces that followed at the places of an interval."""
        after: Integers = self.pieces[self.suffixes[interval[0] : interval[1]].astype(np.int64) + 1]
        return after

    def places(self, interval: Interval) -> Integers:
        """Return the places of an interval: indexes of a context's last piece in `pieces`."""
        return self.suffixes[interval[0] : interval[1]]

    def count(self, interval: Interval, order: int) -> tuple[Integers, Floats]:
        """Return the pieces that followed a context of `order` pieces, and their Kneser-Ney counts.

        The longest contexts count how often, shorter ones after how many different pieces.
        """
        followers = self.followers(interval).astype(np.int64)
        if order < self.order and len(followers) > 1:
            before = self._before(interval[0], interval[1], order)
            pairs = (before + 1) * self.vocabulary + followers
            pairs.sort()
            first = np.ones(len(pairs), bool)
            np.not_equal(pairs[1:], pairs[:-1], out=first[1:])
            followers = pairs[first] % self.vocabulary
        return tally(followers)

    def _before(self, low: int, high: int, back: int) -> NDArray[np.int64]:
        """Return the pieces `back` places before those of an interval, −1 before the first."""
        return self._at(self.suffixes[low:high].astype(np.int64) - back)

    def _narrow(self, low: int, high: int, back: int, piece: int) -> Interval:
        """Return the part of an interval in which `piece` stands `back` places before."""
        if back == 0:
            return int(self._first[piece]), int(self._first[piece + 1])
        if high - low == 1:
            place = int(self.suffixes[low]) - back
            stands = place >= 0 and int(self.pieces[place]) == piece
            return (low, high) if stands else (low, low)
        if high - low <= 512:
            before = self._before(low, high, back)
            return low + int(before.searchsorted(piece)), low + int(before.searchsorted(piece, "right"))
        start = self._bisect(low, high, back, piece)
        return start, self._bisect(start, high, back, piece + 1)

    def _bisect(self, low: int, high: int, back: int, piece: int) -> int:
        while low < high:
            middle = (low + high) // 2
            place = int(self.suffixes[middle]) - back
            if place < 0 or int(self.pieces[place]) < piece:
                low = middle + 1
            else:
                high = middle
        return low

    def _discounts(self, order: int) -> Floats:
        """Return what is taken off counts of 0, 1, 2 and more than 2: Chen and Goodman's estimates."""
        if len(self.suffixes) == 0:
            return np.array([0, 0.5, 1, 1.5], np.float32)
        places = self.suffixes.astype(np.int64)
        keys = self.pieces[places + 1].astype(np.uint64)
        for back in range(order):
            before = self._before(0, len(places), back).astype(np.uint64)
            keys = keys * np.uint64(0x9E3779B97F4A7C15) + before + np.uint64(1)
        if order < self.order:
            before = self._before(0, len(places), order).astype(np.uint64)
            pairs = np.unique(np.stack([keys, before], axis=1), axis=0)
            keys = pairs[:, 0]
        counts = np.unique(keys, return_counts=True)[1]
        ones, twos, threes, fours = (max(1, int((counts == n).sum())) for n in (1, 2, 3, 4))
        base = ones / (ones + 2 * twos)
        estimates = [1 - 2 * base * twos / ones, 2 - 3 * base * threes / twos, 3 - 4 * base * fours / threes]
        limited = [min(max(d, 0.1 * n), 0.9 * n) for n, d in enumerate(estimates, start=1)]
        return np.array([0, *limited], np.float32)


class NgramModel(Lookahead[NgramState]):
    """Modified Kneser-Ney over a memory, which may learn on as text is written.

    What it learns stays beside the memory and can be forgotten; the memory does not change.
    """

    def __init__(self, memory: NgramMemory) -> None:
        self.memory = memory
        self._known: dict[tuple[Interval, int], _Smoothed] = {}
        self._unigram_now: Floats | None = None
        self._log_unigram: Floats | None = None
        self.forget()

    @property
    def vocabulary(self) -> int:
        """How many pieces there are."""
        return self.memory.vocabulary

    def start(self) -> NgramState:
        """Return the state before the first piece: nothing."""
        return ()

    def advance(self, piece: int, state: NgramState) -> NgramState:
        """Return the state after `piece`."""
        if not 0 <= piece < self.vocabulary:
            raise ModelError(f"There is no piece {piece}.")
        return (*state[1 - LONGEST_MATCH :], piece)

    def step(self, piece: int, state: NgramState) -> tuple[Floats, NgramState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        state = self.advance(piece, state)
        return self.predict(state, self.memory.intervals(state)), state

    def predict(self, state: NgramState, intervals: Sequence[Interval]) -> Floats:
        """Return the probabilities (vocabulary,) of what follows, given the context's intervals."""
        shares = self._shares(state, intervals)
        # From the longest context down, each leaves the shorter ones a part of what it was left.
        left = math.prod(float(share.backoff) for share in shares)
        probabilities = self._unigram() * np.float32(left)
        _add_masses(shares, probabilities)
        return probabilities

    def raised(
        self, state: NgramState, intervals: Sequence[Interval]
    ) -> tuple[Floats, tuple[Integers, Floats]]:
        """Return the logarithms (vocabulary,) of the probabilities without a context, and what one changes.

        That is pieces, some more than once, and the logarithms of how many times likelier each is than those
        that no context knows.
        """
        shares = self._shares(state, intervals)
        if self._log_unigram is None:
            self._log_unigram = np.log(self._unigram())
        if not shares:
            return self._log_unigram, (np.zeros(0, np.int64), np.zeros(0, np.float32))
        left = math.prod(float(share.backoff) for share in shares)
        more = np.zeros(self.vocabulary, np.float32)
        _add_masses(shares, more)
        pieces = np.concatenate([share.pieces for share in shares])
        below = self._unigram().take(pieces) * np.float32(left)
        return self._log_unigram, (pieces, np.log1p(more.take(pieces) / np.maximum(below, _SMALLEST)))

    def learn(self, piece: int, state: NgramState) -> None:
        """Count that `piece` followed the text of `state`.

        A shorter context counts it only where the longer one had not seen it, which is what its
        count of different pieces before means; so this is what building anew would count.
        """
        intervals: Sequence[Interval] | None = None
        for order in range(min(self.memory.order, len(state)), 0, -1):
            context = state[-order:]
            learned = self._learned.get(context)
            if learned is None:
                intervals = self.memory.intervals(state) if intervals is None else intervals
                learned = self._learned[context] = self._copy(intervals, order)
            if _add(learned, piece):
                return
        self._order_0[piece] += 1
        self._unigram_now = self._log_unigram = None

    def forget(self) -> None:
        """Drop what was learned since the memory was built."""
        self._learned: dict[NgramState, _Counts] = {}
        self._order_0 = np.zeros(self.vocabulary, np.float32)
        if len(self.memory.suffixes):
            pieces, counts = self.memory.count((0, len(self.memory.suffixes)), 0)
            self._order_0[pieces] = counts
        self._unigram_now = self._log_unigram = None

    def _unigram(self) -> Floats:
        """Return the prediction without a context: counts, mixed with every piece alike."""
        if self._unigram_now is None:
            uniform: Floats = np.full(self.vocabulary, 1 / self.vocabulary, np.float32)
            seen = np.flatnonzero(self._order_0)
            if len(seen):
                share = _smooth(seen, self._order_0[seen], self.memory.discounts[0])
                uniform *= share.backoff
                uniform[share.pieces] += share.mass
            self._unigram_now = uniform
        return self._unigram_now

    def _shares(self, state: NgramState, intervals: Sequence[Interval]) -> list[_Smoothed]:
        """Return the shares of all contexts that are known, the shortest first."""
        shares: list[_Smoothed] = []
        for order in range(1, min(self.memory.order, len(state)) + 1):
            learned = self._learned.get(state[-order:])
            if learned is not None:
                if learned.smoothed is None:
                    pieces, counts = learned.pieces[: learned.size], learned.counts[: learned.size]
                    learned.smoothed = _smooth(pieces, counts, self.memory.discounts[order])
                shares.append(learned.smoothed)
            elif order <= len(intervals):
                shares.append(self._share(intervals[order - 1], order))
        return shares

    def _share(self, interval: Interval, order: int) -> _Smoothed:
        share = self._known.get((interval, order))
        if share is None:
            if len(self._known) > _CACHED:
                self._known.clear()
            pieces, counts = self.memory.count(interval, order)
            share = self._known[interval, order] = _smooth(pieces, counts, self.memory.discounts[order])
        return share

    def _copy(self, intervals: Sequence[Interval], order: int) -> _Counts:
        if order > len(intervals):
            return _Counts(np.zeros(2, np.int64), np.zeros(2, np.float32), 0)
        pieces, counts = self.memory.count(intervals[order - 1], order)
        return _Counts(pieces, counts, len(pieces))


def _are_discounts(discounts: Floats) -> bool:
    """Whether counts are made less by a part of them, neither all of it nor nothing."""
    counts = np.arange(_LARGEST_DISCOUNTED + 1, dtype=np.float32)
    shares = discounts[:, 1:] / counts[1:]
    return bool((discounts[:, 0] == 0).all() and (shares > 0).all() and (shares < 1).all())


def _add_masses(shares: list[_Smoothed], probabilities: Floats) -> None:
    """Add to `probabilities` (vocabulary,) what each context says for itself."""
    left = 1.0
    for share in reversed(shares):
        probabilities[share.pieces] += share.mass * np.float32(left)
        left *= float(share.backoff)


def tally(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """Return the distinct values in order, and how often each stands there."""
    if len(values) == 1:
        return values, np.ones(1, np.float32)
    if len(values) < _FEW:
        often: dict[int, int] = {}
        for value in values.tolist():
            often[value] = often.get(value, 0) + 1
        distinct = np.array(sorted(often), np.int64)
        return distinct, np.array([often[value] for value in sorted(often)], np.float32)
    cumulative = np.bincount(values)
    distinct = cumulative.nonzero()[0]
    return distinct, cumulative[distinct].astype(np.float32)


def _add(learned: _Counts, piece: int) -> bool:
    """Count `piece` once more; tell whether it had been counted before."""
    size, learned.smoothed = learned.size, None
    places = np.flatnonzero(learned.pieces[:size] == piece)
    if len(places):
        learned.counts[places[0]] += 1
        return True
    if size == len(learned.pieces):
        learned.pieces = np.concatenate([learned.pieces, np.zeros(size // 2 + 2, learned.pieces.dtype)])
        learned.counts = np.concatenate([learned.counts, np.zeros(size // 2 + 2, np.float32)])
    learned.pieces[size], learned.counts[size] = piece, 1
    learned.size = size + 1
    return False


def _smooth(pieces: Integers, counts: Floats, discounts: Floats) -> _Smoothed:
    """Return the discounted counts as probabilities, and the probability they leave to shorter contexts."""
    taken = discounts[np.minimum(counts, _LARGEST_DISCOUNTED).astype(np.int64)]
    total = counts.sum()
    if not total:
        return _Smoothed(pieces, counts, np.float32(1))
    return _Smoothed(pieces, (counts - taken) / total, np.float32(taken.sum() / total))


def _sort_places(pieces: Integers) -> NDArray[np.uint32]:
    """Return all places but the last, sorted by the pieces that end there, read backwards."""
    size = len(pieces)
    if size < 2:
        return np.zeros(0, np.uint32)
    ranks = pieces[::-1].astype(np.int64)
    width = 1
    while width < SORTED_BY:
        behind = np.zeros(size, np.int64)
        behind[:-width] = ranks[width:] + 1
        distinct, ranks = np.unique(
            ranks * (max(size, int(ranks.max()) + 1) + 2) + behind, return_inverse=True
        )
        width *= 2
        if len(distinct) == size:
            break
    order = np.argsort(ranks[::-1], kind="stable")
    return order[order < size - 1].astype(np.uint32)
