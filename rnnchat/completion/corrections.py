"""Spelling: the word at the cursor mended, where one slip of the fingers makes it a known word.

A word of the notes or the draft is offered where it differs from what was typed by one letter too many, too
few or wrong, or by two that changed places.

Source: the restricted distance of Damerau 1964 (which calls these four the usual mistakes) and Levenshtein.
Which word is meant is weighed as in the noisy channel of Kernighan, Church and Gale 1990: how often the word
is used, times how likely its slip is.
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
MISSING, SWAPPED, EXTRA, WRONG = 16.0, 16.0, 2.0, 1.0
"""How likely one certain slip is, against one certain wrong letter.

A letter can be left out in one way only, but any of 25 others may be typed in its place.
"""


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

    `frequency` returns how often a word was used, 0 where it is unknown; a known `word` needs no correction,
    nor does one of its regular plural forms.
    """
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or frequency(word):
        return []
    if word.endswith("s") and frequency(word[:-1]):
        return []
    letters = sorted(set("abcdefghijklmnopqrstuvwxyz") | set(word.lower()))
    found: dict[str, float] = {}
    for other, likelihood in _one_slip_away(word, letters):
        if used := frequency(other):
            found[other] = max(likelihood * used, found.get(other, 0.0))
    known = sorted(found, key=lambda other: (-found[other], other))
    return [Correction(other, len(word)) for other in known[:MOST_CORRECTIONS]]


def may_go_on(word: str, correction: str) -> bool:
    """Whether only the last letter of `word` is wrong: it may as well begin a word that is not known."""
    return len(word) == len(correction) and word[:-1] == correction[:-1]


def _one_slip_away(word: str, letters: list[str]) -> Iterator[tuple[str, float]]:
    """Yield the words that differ from `word` by one slip, with its likelihood.

    The first letter is taken to be right: people seldom miss it (Yannakoudakis and Fawthrop 1983), except by
    changing two letters.
    """
    for place in range(len(word) - 1):
        first, second = word[place], word[place + 1]
        if first != second:
            swapped = word[:place] + second + first + word[place + 2 :]
            yield swapped if not word[0].isupper() or place else swapped.capitalize(), SWAPPED
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :], EXTRA
        for letter in letters:
            yield word[:place] + letter + word[place + 1 :], WRONG
            yield word[:place] + letter + word[place:], MISSING
    for letter in letters:
        yield word + letter, MISSING
