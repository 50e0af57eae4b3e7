"""Names in a phrase that few pairs have, so that a network would lose them: they are copied, or looked up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.placeholders import WORD
from rnnchat.tasks.translation.words import words_of

FEWEST_LEARNED = 20
"""A name that is in fewer pairs than this is not left to the network."""
PAIRS_READ = 100
"""The use of a word is known by at most this many of its pairs."""
FEWEST_LOOKED_UP = 3
"""A name that is in fewer pairs than this is not looked up."""
COUNTERPART_SHARE = 0.8
"""A word is the counterpart of a name if at least this share of the name's translations have it."""
_COUNTERPART_OF_OTHERS = 0.5
"""A word of which more occurrences than this share are in other pairs is no counterpart."""
_WORD = re.compile(WORD)
_TITLE = re.compile(r"(?<!\w)(?:Mr|Mrs|Ms|Dr|Prof|Miss)\.?\s+\Z")
"""Matches a title before a name."""
_LONGEST_TITLE = 8
"""So many characters before a word are looked at for a title."""


@dataclass(frozen=True)
class _Uses:
    """How the pairs use a capitalised word."""

    targets: tuple[frozenset[str], ...]
    """The words of each translation of a sentence within which the word is capitalised."""
    same: int
    """How many of these translations have the word, too."""
    small: int
    """How many sources have it in small letters."""


def rare_names(phrase: str, memory: TranslationMemory) -> Mapping[str, str]:
    """Return the probable names of a phrase that are in few pairs as such, each with its translation.

    A word is a name if it is capitalised within a sentence of a pair, and is copied if at least half of the
    translations have it, too. Otherwise it is translated by the word that nearly all of them have and hardly
    any other translation, such as the name of a month. After a title, a word that no pair capitalises is
    copied as well.
    """
    names: dict[str, str] = {}
    for word, is_first, has_title in _capitalised(phrase):
        if word in names:
            continue
        uses = _uses(word, memory)
        count = len(uses.targets)
        is_name = count > uses.small or (count > 0 and not is_first)
        if count >= FEWEST_LEARNED or not (is_name or has_title):
            continue
        written = word if 2 * uses.same >= count else _counterpart(uses, memory)
        if written:
            names[word] = written
    return names


def _capitalised(phrase: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield each capitalised word, whether it is the first one, and whether a title is before it."""
    for match in _WORD.finditer(phrase):
        word = match[0]
        if len(word) > 1 and word[0].isupper():
            before = phrase[max(0, match.start() - _LONGEST_TITLE) : match.start()]
            yield word, not before.strip(), _TITLE.search(before) is not None


def _uses(word: str, memory: TranslationMemory) -> _Uses:
    targets, small = [], 0
    key = next(iter(words_of(word)), "")
    for source, target in memory.pairs_with(key, PAIRS_READ):
        words = _WORD.findall(source)
        small += word.lower() in words
        if word in words[1:]:
            targets.append(frozenset(_WORD.findall(target)))
    return _Uses(tuple(targets), sum(word in target for target in targets), small)


def _counterpart(uses: _Uses, memory: TranslationMemory) -> str:
    """Return the translation of a name; nothing where it is not clear."""
    count = len(uses.targets)
    if count < FEWEST_LOOKED_UP:
        return ""
    scores: dict[str, float] = {}
    for word, shared in Counter(word for target in uses.targets for word in target).items():
        if shared >= COUNTERPART_SHARE * count:
            most = round(shared / (1 - _COUNTERPART_OF_OTHERS))
            occurrences = memory.target_count(word, most + 1)
            share = min(1.0, shared / max(1, occurrences))
            if occurrences <= most:
                scores[word] = share * shared
    best = sorted(scores, key=lambda word: -scores[word])[:2]
    is_clear = len(best) == 1 or (len(best) == 2 and scores[best[0]] > scores[best[1]])
    return best[0] if is_clear else ""
