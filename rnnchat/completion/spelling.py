"""Pieces by the bytes that they spell, and where words begin and end in them."""

from __future__ import annotations

import bisect
import re

import numpy as np
from numpy.typing import NDArray

from rnnchat.text.tokenizer import Tokenizer

UNSPACED = re.compile("[\u2e80-\ud7af]")
"""A character of a script that is written without spaces between words."""
_INNER = "'’_"
"""Signs that can be part of a word."""
_CONTROL = frozenset(range(9)) | frozenset(range(10, 32)) | {127}
"""Control characters other than the tab, which no suggestion has."""


class Spelling:
    """The pieces of a tokenizer, to be found by the bytes that they begin with."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.bytes = tokenizer.piece_bytes
        spelled = sorted((own, piece) for piece, own in enumerate(self.bytes) if own)
        self._keys = [own for own, _ in spelled]
        self._pieces = np.array([piece for _, piece in spelled], np.intp)
        self._by_bytes = dict(spelled)
        self._longest = max(map(len, self._keys))
        self.word_inner: NDArray[np.intp] = np.flatnonzero([continues_word(own) for own in self.bytes])
        """The pieces that can continue a word, in ascending order."""
        self.in_line: NDArray[np.intp] = np.flatnonzero(
            [bool(own) and not set(own) & _CONTROL for own in self.bytes]
        )
        """The pieces without a line end, in ascending order."""
        self.spaced: NDArray[np.intp] = np.flatnonzero(
            [own[:1] == b" " and as_word(own)[1:2].isalnum() for own in self.bytes]
        )
        """The pieces of a space and a word, or the beginning of one, in ascending order."""
        self.none: NDArray[np.intp] = np.zeros(0, np.intp)
        """No pieces."""

    def is_sign(self, piece: int) -> bool:
        """Whether a piece is only line ends, punctuation or other signs."""
        text = self.bytes[piece].decode("utf-8", "ignore")
        return bool(text) and text != " " and not any(one.isalnum() for one in text)

    def starting_with(self, start: bytes) -> NDArray[np.intp]:
        """Return the pieces whose bytes begin with `start`."""
        low = bisect.bisect_left(self._keys, start)
        high = bisect.bisect_left(self._keys, start + b"\xff" * (self._longest + 1))
        return self._pieces[low:high]

    def prefixes_of(self, text: bytes) -> list[int]:
        """Return the pieces whose bytes are a beginning of `text` and shorter."""
        sizes = range(1, min(len(text), self._longest + 1))
        return [self._by_bytes[text[:size]] for size in sizes if text[:size] in self._by_bytes]


def continues_word(spelled: bytes) -> bool:
    """Whether these bytes can continue a word: letters, digits and such, or part of a character."""
    if not spelled:
        return False
    if spelled[0] >= 0x80:
        text = spelled.decode("utf-8", "ignore")
        return not text or text[0].isalnum() or text[0] in _INNER
    return chr(spelled[0]).isalnum() or chr(spelled[0]) in _INNER


def ends_in_word(spelled: bytes) -> bool:
    """Whether the last of these bytes can belong to a word."""
    return bool(spelled) and (spelled[-1] >= 0x80 or chr(spelled[-1]).isalnum() or chr(spelled[-1]) in _INNER)


def as_word(spelled: bytes) -> str:
    """Return the characters; nothing where they do not end with a letter, a digit or an underscore."""
    try:
        text = spelled.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text and (text[-1].isalnum() or text[-1] == "_") else ""


def ends_unspaced(word: str) -> bool:
    """Whether a word's last character is of a script that is written without spaces between words."""
    return bool(word) and UNSPACED.match(word[-1]) is not None
