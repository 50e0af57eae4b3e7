"""From text to the terms by which passages are found.

Words become stems. A name in code, such as ``git-rebase``, ``snake_case`` or ``camelCase``, becomes its parts
and the whole. Scripts without spaces between words become pairs of characters.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.stems import stem

STOP_WORDS = frozenset(
    (
        "a about after all also am an and any are as at be because been before being between both but "
        "by can cannot could d did do does doing don done down each few for from further had has have "
        "having he her here hers him his how i if in into is it its itself just ll m many may me might "
        "more most much my no nor not of off on once only or other our ours out over own re s same "
        "shall she should so some such t than that the their theirs them then there these they this "
        "those through to too under until up us ve very was we were what when where which while who "
        "whom whose why will with would you your yours"
    ).split()
)
"""English words that say little about what a text is about."""
MAXIMUM_TERM = 64
"""A longer run of letters and digits is data, such as a hash, and no term."""
_WORD = re.compile(r"[^\W_](?:[\w'’.\-]*[^\W_])?[+#]{0,2}")
"""Matches a word with what joins its parts: hyphens, underscores, full stops, apostrophes."""
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
"""Matches the parts of a name: ``parse``, ``HTML`` and ``2`` in ``parseHTML2``."""
_ACCENTS = re.compile("(?<=[A-Za-z])[\u0300-\u036f]+")
"""Matches the accents of a Latin letter once they are characters of their own."""
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Matches text in scripts without spaces between words, such as Thai, Chinese and Japanese, and Korean."""


def terms_of(text: str) -> list[str]:
    """Return the terms of `text` in order; stop words have none."""
    terms: list[str] = []
    for word in words_of(text):
        terms += _terms_of_word(word)
    return terms


def words_of(text: str) -> list[str]:
    """Return the words of `text` in order, names in code as one word each."""
    return _WORD.findall(text)


@lru_cache(maxsize=200_000)
def _terms_of_word(word: str) -> tuple[str, ...]:
    """Return the terms of one word."""
    if not word.isascii() and _WITHOUT_SPACES.search(word):
        return tuple(_terms_without_spaces(word))
    if not word.isascii():
        word = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.replace("’", "'")))
    lower = word.lower()
    if lower.isascii() and lower.isalpha():
        if lower in STOP_WORDS:
            return ()
        if word.islower() or word.istitle() or word.isupper():
            return (stem(lower),) if len(lower) <= MAXIMUM_TERM else ()
    parts = [part.lower() for part in _PARTS.findall(word) if len(part) <= MAXIMUM_TERM]
    terms = [stem(part) for part in parts if part not in STOP_WORDS]
    whole = re.sub(r"[^\w+#]|_", "", lower)
    if (len(parts) > 1 or whole != "".join(parts)) and "'" not in lower and len(whole) <= MAXIMUM_TERM:
        terms.append(whole)
    return tuple(terms)


def _terms_without_spaces(word: str) -> Iterable[str]:
    """Yield pairs of neighbouring characters of a script without spaces, and the terms of what is between."""
    place = 0
    for match in _WITHOUT_SPACES.finditer(word):
        yield from terms_of(word[place : match.start()])
        run = match.group()
        yield from (run[at : at + 2] for at in range(max(1, len(run) - 1)))
        place = match.end()
    yield from terms_of(word[place:])


def term_number(term: str) -> int:
    """Return the number of 64 bits by which an index knows `term`."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def term_numbers(terms: Iterable[str]) -> NDArray[np.uint64]:
    """Return the numbers of `terms`, (terms,)."""
    return np.fromiter(map(term_number, terms), np.uint64)
