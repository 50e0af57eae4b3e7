"""What a text's next piece may depend on, besides the pieces just before it.

A trail follows a text and knows the line above, the words before, and whether it stands in a block of
code. `CorpusContexts` says the same of every place in the notes at once, so that a memory can count what
followed wherever the same was true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.ngram import LONGEST_MATCH

Integers = NDArray[np.integer]

NOTHING = -1
_LONGEST_LINE = 96
_FENCE = b"```"
_FENCE_PIECES = 4
_MULTIPLIER = 0x9E3779B97F4A7C15
_INVERSE = pow(_MULTIPLIER, -1, 2**64)
_BITS = 2**64 - 1
_KEPT = 2**31 - 1


@dataclass(frozen=True)
class PieceKinds:
    """What sorts of pieces there are: (vocabulary,) flags, and the two pieces that end and begin."""

    start: int
    newline: int
    wordy: NDArray[np.bool_]
    """Letters or digits in it."""
    spaced: NDArray[np.bool_]
    """Begins with white space."""
    fence: NDArray[np.bool_]
    """A line that begins with it begins or ends a block of code."""

    @classmethod
    def of(cls, texts: Sequence[bytes], *, start: int, newline: int) -> PieceKinds:
        """Sort pieces by their texts."""
        wordy = [any(b >= 0x80 or chr(b).isalnum() or b == 0x5F for b in text) for text in texts]
        spaced = [text[:1] in (b" ", b"\n", b"\t") for text in texts]
        fence = [text.startswith(_FENCE) or text == _FENCE[:2] for text in texts]
        wordy[start] = False
        return cls(start, newline, np.array(wordy, bool), np.array(spaced, bool), np.array(fence, bool))


@dataclass(frozen=True, slots=True)
class ContextState:
    """Where a text stands after its last piece; it does not change."""

    recent: tuple[int, ...] = ()
    """The last pieces, the newest last."""
    line: tuple[int, ...] = ()
    """The pieces of this line so far."""
    above: tuple[int, ...] = ()
    """The pieces of the last line that was not empty."""
    block: int = 0
    """Which kind of code block it stands in; 0 for none."""
    word: int = 0
    """The word so far; 0 between words."""
    length: int = 0
    """How many pieces the word so far has."""
    before: int = 0
    """The last finished word."""
    earlier: int = 0
    """The one before that."""

    @property
    def piece_above(self) -> int:
        """The piece that stands above the next one, counted from the beginnings of their lines."""
        return self.above[len(self.line)] if len(self.line) < len(self.above) else NOTHING

    @property
    def words(self) -> int:
        """The word so far (or the last piece, where that is none) and the last word but one."""
        return _join(self.word or self.recent[-1] + 1, self.earlier)

    def after(self, piece: int, kinds: PieceKinds) -> ContextState:
        """Return where the text stands after `piece`."""
        recent = (*self.recent[1 - LONGEST_MATCH :], piece)
        if piece == kinds.start:
            return ContextState((piece,))
        line, above, block = self.line, self.above, self.block
        if piece == kinds.newline:
            if line:
                above = line
                if kinds.fence[line[0]]:
                    block = 0 if block else _key_of(line[:_FENCE_PIECES])
            line = ()
        elif len(line) < _LONGEST_LINE:
            line = (*line, piece)
        word, length, before, earlier = self.word, self.length, self.before, self.earlier
        if kinds.wordy[piece] and not kinds.spaced[piece] and length:
            word, length = (word + (piece + 1) * pow(_MULTIPLIER, length, 2**64)) & _BITS, length + 1
        else:
            if length:
                before, earlier = word & _KEPT, before
            word, length = (piece + 1, 1) if kinds.wordy[piece] else (0, 0)
        return ContextState(recent, line, above, block, word, length, before, earlier)


class CorpusContexts:
    """What is true at each place of notes (n,): after its piece, as a trail would say it."""

    def __init__(self, pieces: Integers, kinds: PieceKinds) -> None:
        self._pieces = pieces.astype(np.int64)
        self._kinds = kinds

    @cached_property
    def piece_above(self) -> NDArray[np.int32]:
        """The piece above the next one at each place, NOTHING where there is none."""
        starts, lengths, of_place = self._lines
        places = np.arange(len(self._pieces))
        numbers = np.arange(len(starts))
        # The last line that was not empty: of those that ended before, or this one where it just ended.
        last = np.maximum.accumulate(np.where(lengths > 0, numbers, -1))
        ended = self._ends_line
        line = of_place
        above = np.where(ended, last[line], np.where(line > 0, last[line - 1], -1))
        column = np.where(ended, 0, places - starts[line] + 1)
        note = np.cumsum(self._opens_note)
        begins = np.minimum(starts[above], len(self._pieces) - 1)
        same = (above >= 0) & (note[begins] == note)
        usable = same & (column < np.minimum(lengths[above], _LONGEST_LINE)) & (column < _LONGEST_LINE)
        usable &= ~self._opens_note
        found = self._pieces[np.minimum(begins + column, len(self._pieces) - 1)]
        return np.where(usable, found, NOTHING).astype(np.int32)

    @cached_property
    def block(self) -> NDArray[np.uint32]:
        """The kind of code block at each place, 0 for none."""
        starts, lengths, _ = self._lines
        opening = (lengths > 0) & self._kinds.fence[self._pieces[np.minimum(starts, len(self._pieces) - 1)]]
        fences = np.flatnonzero(opening)
        ends = starts[fences] + lengths[fences]  # where their line ends
        known = ends < len(self._pieces)
        fences, ends = fences[known], ends[known]
        marks = np.zeros(len(self._pieces), np.int64)
        marks[ends[self._pieces[ends] == self._kinds.newline]] = 1
        fences = fences[self._pieces[ends] == self._kinds.newline]
        passed = np.cumsum(marks)
        beginning = np.maximum.accumulate(np.where(self._opens_note, np.arange(len(marks)), 0))
        inside = ((passed - passed[beginning]) % 2).astype(bool)
        keys = np.array([0, *(self._fence_key(int(line)) for line in fences)], np.uint32)
        return np.where(inside, keys[passed], 0).astype(np.uint32)

    @cached_property
    def words(self) -> NDArray[np.uint32]:
        """The word so far (or the piece, where that is none) and the last word but one, at each place."""
        pieces, kinds = self._pieces, self._kinds
        wordy = kinds.wordy[pieces]
        inside = np.concatenate([[False], wordy[:-1]])
        begins = wordy & (kinds.spaced[pieces] | ~inside)
        number = np.cumsum(begins)  # of the last word begun, from 1
        with np.errstate(over="ignore"):
            powers = _powers(_MULTIPLIER, len(pieces))
            cumulative = np.concatenate(
                [np.zeros(1, np.uint64), np.cumsum((pieces + 1).astype(np.uint64) * powers * wordy)]
            )
            at = np.concatenate([[0], np.flatnonzero(begins)])
            word = (cumulative[1:] - cumulative[at[number]]) * _powers(_INVERSE, len(pieces))[at[number]]
        lasts = np.flatnonzero(wordy & np.concatenate([begins[1:] | ~wordy[1:], [True]]))
        finished = np.concatenate([[0], (word[lasts] & np.uint64(_KEPT))]).astype(np.uint64)
        note = np.cumsum(self._opens_note)
        of_word = np.concatenate([[-1], note[lasts]])
        two_back = np.maximum(number - 1 - wordy, 0)
        earlier = np.where(of_word[two_back] == note, finished[two_back], 0).astype(np.uint64)
        own = np.where(wordy, word, (pieces + 1).astype(np.uint64))
        joined: NDArray[np.uint32] = _join_all(own, earlier)
        return joined

    @cached_property
    def _opens_note(self) -> NDArray[np.bool_]:
        opens: NDArray[np.bool_] = self._pieces == self._kinds.start
        return opens

    @cached_property
    def _ends_line(self) -> NDArray[np.bool_]:
        ends: NDArray[np.bool_] = (self._pieces == self._kinds.newline) | self._opens_note
        return ends

    @cached_property
    def _lines(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """First place and length of each line, and each place's line; a line's end belongs to it."""
        ends = np.flatnonzero(self._ends_line)
        starts = np.concatenate([[0], ends + 1])
        lengths = np.concatenate([ends, [len(self._pieces)]]) - starts
        of_place: NDArray[np.int64] = np.cumsum(self._ends_line) - self._ends_line
        return starts, lengths, of_place

    def _fence_key(self, line: int) -> int:
        starts, lengths, _ = self._lines
        start = int(starts[line])
        return _key_of(self._pieces[start : start + min(_FENCE_PIECES, int(lengths[line]))].tolist())


def _key_of(pieces: Sequence[int]) -> int:
    key = 0
    for piece in pieces:
        key = (key * _MULTIPLIER + piece + 1) & _BITS
    return (key >> 33) | 1


def _join(own: int, earlier: int) -> int:
    return (((own ^ (earlier << 20)) * _MULTIPLIER) & _BITS) >> 33


def _join_all(own: NDArray[np.uint64], earlier: NDArray[np.uint64]) -> NDArray[np.uint32]:
    with np.errstate(over="ignore"):
        mixed = (own ^ (earlier << np.uint64(20))) * np.uint64(_MULTIPLIER)
    return (mixed >> np.uint64(33)).astype(np.uint32)


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    factors = np.full(count, base, np.uint64)
    factors[:1] = 1
    with np.errstate(over="ignore"):
        return np.cumprod(factors, dtype=np.uint64)
