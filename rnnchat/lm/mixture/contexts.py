"""What a text's next piece may depend on besides the pieces just before it.

Three features: the piece above the next one, in the line before; the word so far together with the word
before the previous one, which is skipped; and the code block. `ContextState` follows them through one text,
piece by piece. `CorpusContexts` has them for every position of the notes at once, so that what followed the
same feature can be counted there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.numeric import HASH_MULTIPLIER
from rnnchat.lm.pieces import append_piece
from rnnchat.lm.protocols import Integers

NO_PIECE = -1
"""The value of the piece above where there is none."""
_LONGEST_LINE = 96
"""Only this many pieces of a line are remembered."""
_FENCE = b"```"
"""What begins and ends a code block in Markdown."""
_FENCE_PIECES = 4
"""A code block is known by this many first pieces of its opening line, which name its language."""
_INVERSE = pow(HASH_MULTIPLIER, -1, 2**64)
"""The inverse of the multiplier, which makes a word's hash independent of its position."""
_MASK_64 = 2**64 - 1
"""Keeps the 64 bits that NumPy's unsigned integers keep."""
_MASK_WORD = 2**31 - 1
"""Keeps the bits of a finished word's hash that are remembered."""


@dataclass(frozen=True)
class PieceKinds:
    """What the contexts need to know of each piece: flags (vocabulary,), and two special pieces."""

    start: int
    """The piece that begins a text."""
    newline: int
    """The piece that ends a line."""
    is_word: NDArray[np.bool_]
    """Whether it has letters or digits."""
    starts_with_space: NDArray[np.bool_]
    """Whether it begins with white space."""
    is_fence: NDArray[np.bool_]
    """Whether a line that begins with it begins or ends a code block."""

    @classmethod
    def of(cls, texts: Sequence[bytes], *, start: int, newline: int) -> PieceKinds:
        """Return the kinds of the pieces that have these `texts` (vocabulary)."""
        is_word = [any(b >= 0x80 or chr(b).isalnum() or b == 0x5F for b in text) for text in texts]
        starts_with_space = [text[:1] in (b" ", b"\n", b"\t") for text in texts]
        is_fence = [text.startswith(_FENCE) or text == _FENCE[:2] for text in texts]
        is_word[start] = False
        return cls(
            start=start,
            newline=newline,
            is_word=np.array(is_word, bool),
            starts_with_space=np.array(starts_with_space, bool),
            is_fence=np.array(is_fence, bool),
        )


@dataclass(frozen=True, slots=True)
class ContextState:
    """The contexts of a text after its last piece; it does not change."""

    recent: tuple[int, ...] = ()
    """The last pieces, at most LONGEST_MATCH, the newest last."""
    line: tuple[int, ...] = ()
    """The pieces of this line so far."""
    line_above: tuple[int, ...] = ()
    """The pieces of the last line that was not empty."""
    code_block: int = 0
    """The hash of the opening line of the code block; 0 outside of one."""
    word: int = 0
    """The hash of the word so far; 0 between words."""
    word_length: int = 0
    """The number of pieces of the word so far."""
    previous_word: int = 0
    """The hash of the last finished word."""
    earlier_word: int = 0
    """The hash of the finished word before that."""

    @property
    def piece_above(self) -> int:
        """The piece above the next one, counted from the beginnings of their lines."""
        return self.line_above[len(self.line)] if len(self.line) < len(self.line_above) else NO_PIECE

    @property
    def words(self) -> int:
        """The hash of the word so far and the word before the previous one; the previous word is skipped.

        Between words, the last piece takes the place of the word so far. `recent` must not be empty.
        """
        return _join(self.word or self.recent[-1] + 1, self.earlier_word)

    def after(self, piece: int, kinds: PieceKinds) -> ContextState:
        """Return the contexts after `piece`."""
        recent = append_piece(self.recent, piece)
        if piece == kinds.start:
            return ContextState(recent=(piece,))
        line, above, block = self.line, self.line_above, self.code_block
        if piece == kinds.newline:
            if line:
                above = line
                if kinds.is_fence[line[0]]:
                    block = 0 if block else _hash_pieces(line[:_FENCE_PIECES])
            line = ()
        elif len(line) < _LONGEST_LINE:
            line = (*line, piece)
        word, length, previous, earlier = self.word, self.word_length, self.previous_word, self.earlier_word
        if kinds.is_word[piece] and not kinds.starts_with_space[piece] and length:
            word, length = (word + (piece + 1) * pow(HASH_MULTIPLIER, length, 2**64)) & _MASK_64, length + 1
        else:
            if length:
                previous, earlier = word & _MASK_WORD, previous
            word, length = (piece + 1, 1) if kinds.is_word[piece] else (0, 0)
        return ContextState(
            recent=recent,
            line=line,
            line_above=above,
            code_block=block,
            word=word,
            word_length=length,
            previous_word=previous,
            earlier_word=earlier,
        )


class CorpusContexts:
    """The features at each position of the notes `pieces` (n,), equal to a ContextState after its piece."""

    def __init__(self, pieces: Integers, kinds: PieceKinds) -> None:
        self._pieces = pieces.astype(np.int64)
        self._kinds = kinds

    @cached_property
    def piece_above(self) -> NDArray[np.int32]:
        """The piece above the next one at each position (n,), NO_PIECE where there is none."""
        starts, lengths, line = self._lines
        positions = np.arange(len(self._pieces))
        numbers = np.arange(len(starts))
        # The last line that was not empty: of those that ended before, or this one where it just ended.
        last = np.maximum.accumulate(np.where(lengths > 0, numbers, -1))
        ended = self._ends_line
        above = np.where(ended, last[line], np.where(line > 0, last[line - 1], -1))
        column = np.where(ended, 0, positions - starts[line] + 1)
        note = np.cumsum(self._starts_note)
        begins = np.minimum(starts[above], len(self._pieces) - 1)
        same_note = (above >= 0) & (note[begins] == note)
        usable = same_note & (column < np.minimum(lengths[above], _LONGEST_LINE)) & (column < _LONGEST_LINE)
        usable &= ~self._starts_note
        found = self._pieces[np.minimum(begins + column, len(self._pieces) - 1)]
        return np.where(usable, found, NO_PIECE).astype(np.int32)

    @cached_property
    def code_block(self) -> NDArray[np.uint32]:
        """The hash of the code block's opening line at each position (n,), 0 outside of one."""
        starts, lengths, _ = self._lines
        begins = np.minimum(starts, len(self._pieces) - 1)
        fences = np.flatnonzero((lengths > 0) & self._kinds.is_fence[self._pieces[begins]])
        ends = starts[fences] + lengths[fences]  # where their line ends
        known = ends < len(self._pieces)
        fences, ends = fences[known], ends[known]
        marks = np.zeros(len(self._pieces), np.int64)
        marks[ends[self._pieces[ends] == self._kinds.newline]] = 1
        fences = fences[self._pieces[ends] == self._kinds.newline]
        passed = np.cumsum(marks)
        note_start = np.maximum.accumulate(np.where(self._starts_note, np.arange(len(marks)), 0))
        inside = ((passed - passed[note_start]) % 2).astype(bool)
        hashes = np.array([0, *(self._hash_fence(int(line)) for line in fences)], np.uint32)
        return np.where(inside, hashes[passed], 0).astype(np.uint32)

    @cached_property
    def words(self) -> NDArray[np.uint32]:
        """The hash (n,) of the word so far and the word before the previous one, as `ContextState.words`."""
        pieces, kinds = self._pieces, self._kinds
        is_word = kinds.is_word[pieces]
        after_word = np.concatenate([[False], is_word[:-1]])
        begins = is_word & (kinds.starts_with_space[pieces] | ~after_word)
        number = np.cumsum(begins)  # of the last word begun, from 1
        with np.errstate(over="ignore"):
            powers = _powers(HASH_MULTIPLIER, len(pieces))
            cumulative = np.concatenate(
                [np.zeros(1, np.uint64), np.cumsum((pieces + 1).astype(np.uint64) * powers * is_word)]
            )
            at = np.concatenate([[0], np.flatnonzero(begins)])
            word = (cumulative[1:] - cumulative[at[number]]) * _powers(_INVERSE, len(pieces))[at[number]]
        lasts = np.flatnonzero(is_word & np.concatenate([begins[1:] | ~is_word[1:], [True]]))
        finished = np.concatenate([[0], (word[lasts] & np.uint64(_MASK_WORD))]).astype(np.uint64)
        note = np.cumsum(self._starts_note)
        note_of_word = np.concatenate([[-1], note[lasts]])
        two_back = np.maximum(number - 1 - is_word, 0)
        earlier = np.where(note_of_word[two_back] == note, finished[two_back], 0).astype(np.uint64)
        own = np.where(is_word, word, (pieces + 1).astype(np.uint64))
        joined: NDArray[np.uint32] = _join_all(own, earlier)
        return joined

    @cached_property
    def _starts_note(self) -> NDArray[np.bool_]:
        starts: NDArray[np.bool_] = self._pieces == self._kinds.start
        return starts

    @cached_property
    def _ends_line(self) -> NDArray[np.bool_]:
        ends: NDArray[np.bool_] = (self._pieces == self._kinds.newline) | self._starts_note
        return ends

    @cached_property
    def _lines(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """First position and length of each line, and each position's line; a line's end belongs to it."""
        ends = np.flatnonzero(self._ends_line)
        starts = np.concatenate([[0], ends + 1])
        lengths = np.concatenate([ends, [len(self._pieces)]]) - starts
        line: NDArray[np.int64] = np.cumsum(self._ends_line) - self._ends_line
        return starts, lengths, line

    def _hash_fence(self, line: int) -> int:
        starts, lengths, _ = self._lines
        start = int(starts[line])
        return _hash_pieces(self._pieces[start : start + min(_FENCE_PIECES, int(lengths[line]))].tolist())


@dataclass(frozen=True)
class Feature:
    """A feature of a context: how to read it from one text, and from the notes."""

    name: str
    of_text: Callable[[ContextState], int]
    of_corpus: Callable[[CorpusContexts], NDArray[np.integer]]
    """Returns the feature at each position of the notes (n,)."""


FEATURES = (
    Feature("piece above", lambda text: text.piece_above, lambda corpus: corpus.piece_above),
    Feature("words", lambda text: text.words, lambda corpus: corpus.words),
    Feature("code block", lambda text: text.code_block, lambda corpus: corpus.code_block),
)
"""The features, in the order in which saved weights have them."""


def _hash_pieces(pieces: Sequence[int]) -> int:
    """Return a hash (31 bits, never 0) of `pieces`."""
    key = 0
    for piece in pieces:
        key = (key * HASH_MULTIPLIER + piece + 1) & _MASK_64
    return (key >> 33) | 1


def _join(own: int, earlier: int) -> int:
    """Return a hash (31 bits) of two hashes."""
    return (((own ^ (earlier << 20)) * HASH_MULTIPLIER) & _MASK_64) >> 33


def _join_all(own: NDArray[np.uint64], earlier: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the same of each pair of hashes (n,)."""
    with np.errstate(over="ignore"):
        mixed = (own ^ (earlier << np.uint64(20))) * np.uint64(HASH_MULTIPLIER)
    return (mixed >> np.uint64(33)).astype(np.uint32)


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    """Return the powers 0, 1, … of `base` modulo 2**64 (count,)."""
    factors = np.full(count, base, np.uint64)
    factors[:1] = 1
    with np.errstate(over="ignore"):
        return np.cumprod(factors, dtype=np.uint64)
