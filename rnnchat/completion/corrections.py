"""Spelling: the word at the cursor mended, where one slip of the fingers makes it a known word.

A word of the notes or the draft is offered where it differs from what was typed by one letter too many, too
few or wrong, or by two that changed places.

Source: the restricted distance of Damerau 1964 (which calls these four the usual mistakes) and Levenshtein.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

SHORTEST = 4
"""A word of fewer letters is not mended: too many words are one slip from it."""
LONGEST = 24
"""A longer word is not mended, as that would take too long."""
MOST_CORRECTIONS = 1
"""At most this many corrections are offered."""


@dataclass(frozen=True)
class Correction:
    """A word that may be meant by the one at the cursor; it takes the place of what was typed of it."""

    text: str
    """The whole word."""
    replaces: int
    """The number of characters before the cursor whose place it takes."""

    def as_dict(self) -> dict[str, Any]:
        """Return the correction as a JSON object."""
        return {"text": self.text, "replaces": self.replaces}


def corrections(word: str, frequency: Callable[[str], float]) -> list[Correction]:
    """Return the likeliest known words that one slip turns into `word`, which is at the cursor.

    `frequency` returns how often a word was used, 0 where it is unknown; a known `word` needs no correction.
    """
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or frequency(word):
        return []
    letters = sorted(set("abcdefghijklmnopqrstuvwxyz") | set(word.lower()))
    found = {other: frequency(other) for other in _one_slip_away(word, letters)}
    known = sorted((other for other in found if found[other]), key=lambda other: (-found[other], other))
    return [Correction(other, len(word)) for other in known[:MOST_CORRECTIONS]]


def _one_slip_away(word: str, letters: list[str]) -> Iterator[str]:
    """Yield the words that differ from `word` by one slip; the first letter is taken to be right.

    People seldom miss the first letter (Yannakoudakis and Fawthrop 1983), except by changing two letters.
    """
    for place in range(len(word) - 1):
        first, second = word[place], word[place + 1]
        if first != second:
            swapped = word[:place] + second + first + word[place + 2 :]
            yield swapped if not word[0].isupper() or place else swapped.capitalize()
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]
        for letter in letters:
            yield word[:place] + letter + word[place + 1 :]
            yield word[:place] + letter + word[place:]
    for letter in letters:
        yield word + letter
