"""Names in a phrase that few pairs have, so that a network would lose them: they are copied."""

from __future__ import annotations

import re

from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.placeholders import WORD
from rnnchat.tasks.translation.words import words_of

FEWEST_LEARNED = 20
"""A name that is in fewer pairs than this is not left to the network."""
PAIRS_READ = 100
"""The use of a word is known by at most this many of its pairs."""
_WORD = re.compile(WORD)
_TITLE = re.compile(r"(?<!\w)(?:Mr|Mrs|Ms|Dr|Prof|Miss)\.?\s+\Z")
"""Matches a title before a name."""
_LONGEST_TITLE = 8
"""So many characters before a word are looked at for a title."""


def rare_names(phrase: str, memory: TranslationMemory) -> frozenset[str]:
    """Return the capitalised words of a phrase that are probably names, and are in few pairs as such.

    A word is a name if, where it is capitalised within a sentence, at least half of the translations have it,
    too. After a title, that is also so for a word that no pair capitalises.
    """
    names = set()
    for match in _WORD.finditer(phrase):
        word = match[0]
        if len(word) < 2 or not word[0].isupper():
            continue
        before = phrase[max(0, match.start() - _LONGEST_TITLE) : match.start()]
        capitalised, same, small = _uses(word, memory)
        is_name = capitalised > small or (capitalised > 0 and before.strip() != "")
        if capitalised < FEWEST_LEARNED and 2 * same >= capitalised and (is_name or _TITLE.search(before)):
            names.add(word)
    return frozenset(names)


def _uses(word: str, memory: TranslationMemory) -> tuple[int, int, int]:
    """Return in how many sources a word is capitalised within, also in the target, and in small letters."""
    capitalised = same = small = 0
    key = next(iter(words_of(word)), "")
    for source, target in memory.pairs_with(key, PAIRS_READ):
        words = _WORD.findall(source)
        if word in words[1:]:
            capitalised += 1
            same += word in _WORD.findall(target)
        small += word.lower() in words
    return capitalised, same, small
