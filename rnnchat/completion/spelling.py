"""Pieces by the bytes that they spell, and where words begin and end in them."""

from __future__ import annotations

import bisect
import re

import numpy as np
from numpy.typing import NDArray

from rnnchat.text.tokenizer import Tokenizer

STANDING_ALONE = re.compile("[\u2e80-\ud7af]")
"""Characters of scripts that are written without spaces between words."""
_INSIDE = "'’_"
_CONTROL = frozenset(range(9)) | frozenset(range(10, 32)) | {127}


class Spelling:
    """The pieces in the order of their bytes: which begin with some, and which are the beginning of some."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.bytes = [tokenizer.decode_bytes((piece,)) for piece in range(tokenizer.size)]
        spelled = sorted((own, piece) for piece, own in enumerate(self.bytes) if own)
        self._keys = [own for own, _ in spelled]
        self._pieces = np.array([piece for _, piece in spelled], np.intp)
        self._of_bytes = dict(spelled)
        self._longest = max(map(len, self._keys))
        wordy = [begins_in_word(own) for own in self.bytes]
        self.goes_on: NDArray[np.intp] = np.flatnonzero(wordy)
        """The pieces that a word may go on with."""
        plain = [bool(own) and not set(own) & _CONTROL for own in self.bytes]
        self.in_line: NDArray[np.intp] = np.flatnonzero(plain)
        """The pieces that stay in the line."""
        self.nothing: NDArray[np.intp] = np.zeros(0, np.intp)

    def beginning(self, start: bytes) -> NDArray[np.intp]:
        """Return the pieces whose bytes begin with `start`."""
        low = bisect.bisect_left(self._keys, start)
        high = bisect.bisect_left(self._keys, start + b"\xff" * (self._longest + 1))
        return self._pieces[low:high]

    def within(self, text: bytes) -> list[int]:
        """Return the pieces whose bytes are the beginning of `text`, and shorter."""
        sizes = range(1, min(len(text), self._longest + 1))
        return [self._of_bytes[text[:size]] for size in sizes if text[:size] in self._of_bytes]


def begins_in_word(own: bytes) -> bool:
    """Whether these bytes can go on a word: letters, digits and such, or part of a character."""
    if not own:
        return False
    if own[0] >= 0x80:
        text = own.decode("utf-8", "ignore")
        return not text or text[0].isalnum() or text[0] in _INSIDE
    return chr(own[0]).isalnum() or chr(own[0]) in _INSIDE


def ends_in_word(added: bytes) -> bool:
    """Whether the last character can be one of a word."""
    return bool(added) and (added[-1] >= 0x80 or chr(added[-1]).isalnum() or chr(added[-1]) in _INSIDE)


def as_word(added: bytes) -> str:
    """Return the characters, or nothing where the last one is only half there or none is a letter."""
    try:
        text = added.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text and (text[-1].isalnum() or text[-1] == "_") else ""


def stands_alone(word: str) -> bool:
    """Whether a word's last character is of a script that is written without spaces between words."""
    return bool(word) and STANDING_ALONE.match(word[-1]) is not None
