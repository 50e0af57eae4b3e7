"""Phrases that are written in capitals, in the letters that they would have in a sentence.

Each word gets the form that it has most often in the pairs (Lita et al. 2003, "tRuEcasIng").
"""

from __future__ import annotations

import re
from collections import Counter

from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.placeholders import WORD
from rnnchat.tasks.translation.words import words_of

PAIRS_READ = 50
"""The form of a word is known by at most this many of its pairs."""
_WORD = re.compile(WORD)


def sentence_case(phrase: str, memory: TranslationMemory) -> str | None:
    """Return a `phrase` in capitals with the letters that it would have in a sentence; None for others.

    A phrase is in capitals where no letter is small, the pairs have at least half of its words, and they
    write one of these in small letters. Words that the pairs do not have stay as they are.
    """
    words = _WORD.findall(phrase)
    if any(map(str.islower, phrase)) or not any(len(word) > 1 and word.isupper() for word in words):
        return None
    forms = {word: _usual_form(word, memory) for word in set(words)}
    known = [word for word in words if forms[word]]
    if 2 * len(known) < len(words) or all(forms[word] == word for word in known if len(word) > 1):
        return None
    text = _WORD.sub(lambda match: forms[match[0]] or match[0], phrase)
    first = _WORD.search(text)
    place = first.start() if first else 0
    return text[:place] + text[place : place + 1].upper() + text[place + 1 :]


def _usual_form(word: str, memory: TranslationMemory) -> str:
    """Return how the pairs mostly write a word within a sentence; nothing for one that no pair has."""
    small = word.casefold()
    key = next(iter(words_of(word)), "")
    forms: Counter[str] = Counter()
    is_known = False
    for source, _ in memory.pairs_with(key, PAIRS_READ):
        found = _WORD.findall(source)
        is_known = is_known or small in map(str.casefold, found)
        forms.update(other for other in found[1:] if other.casefold() == small)
    if forms:
        return forms.most_common(1)[0][0]
    return word.lower() if is_known else ""
