"""Searching in any script: the query and the text are folded in the same way, and then compared.

Folding is Unicode's compatibility caseless matching (The Unicode Standard, D146: NFKC and case folding),
without invisible characters. `fold` also removes accents from Latin and Greek letters, and stress marks and
the dots of ё from Cyrillic ones. Marks of other scripts, such as the vowel signs of Hindi, distinguish words
and stay.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache

_INVISIBLE = dict.fromkeys([0xAD, 0x34F, 0x200B, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10)])
"""Soft hyphens, zero-width spaces and variation selectors are removed."""
_WITHOUT_STROKE = str.maketrans({"ı": "i", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ħ": "h"})
"""Unicode does not decompose these letters; this is how people type them on a keyboard without them."""
_ACCENTED = re.compile("([a-z\u00df-\u02af\u0370-\u03ff])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]+")
"""Matches a Latin or Greek letter and the accents after it."""
_STRESSED = re.compile("([\u0430-\u045f])[\u0300\u0301]+|(\u0435)\u0308[\u0300\u0301]*")
"""Matches a Cyrillic letter and its stress mark, or ё."""

_NEVER_JOINS = re.compile(
    "[\0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u200a\u2010-\u205f\u2070-\u20cf\u2100-\u2bff"
    "\u3000-\u3029\u3030-\u3098\u309b-\u3130\u3190-\ua000\uac00-\ud7a3\uff00-\uff9d\U0001f300-\U0001faff]*"
)
"""Text that matches consists of characters that are each folded independently of their neighbours."""
_FOLLOWING = frozenset(
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u0fb5\u0fb7\u102e\u1b35"
    "\U00011127\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930"
    "\u0f73\u0f75\u0f81\uff9e\uff9f"
)
"""These characters are not combining marks, but may be composed with the character before them."""


def fold(text: str) -> str:
    """Return `text` folded for a search: in lower case, without accents, in compatibility form."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", _decomposed_lower(text)).translate(_WITHOUT_STROKE)
    bare = _STRESSED.sub(lambda found: found[1] or found[2], _ACCENTED.sub(r"\1", apart))
    return unicodedata.normalize("NFC", bare)


def fold_lines(text: str) -> str:
    """Return what `fold` returns, folding line by line so that other threads can run in between."""
    return text.lower() if text.isascii() else "\n".join(map(fold, text.split("\n")))


def fold_keeping_accents(text: str) -> str:
    """Return `text` in lower case and compatibility form; accents stay, as in search and replace."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", _decomposed_lower(text))


def compatibility_form(text: str) -> str:
    """Return `text` in compatibility form (NFKC) without invisible characters; case and accents stay."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_INVISIBLE))


def query_words(query: str) -> list[str]:
    """Return the folded words of a query."""
    return fold(query.encode("utf-8", "replace").decode()).split()


class FoldedText:
    """A folded text that knows which offsets in the original text its offsets correspond to.

    It consists of parts; a plain part has as many characters as its original.
    """

    def __init__(self, text: str, folding: Callable[[str], str] = fold) -> None:
        self._at: list[int] = []
        """The offset of each part in the folded text."""
        self._of: list[int] = []
        """The offset of each part in the original text."""
        self._is_plain: list[bool] = []
        """Whether each character of a part corresponds to one of the original; else only its ends do."""
        folded = folding(text)
        if len(folded) == len(text) and (text.isascii() or _never_joins(text)):
            self._add(0, 0, is_plain=True)
            self._end(len(text), len(text))
        else:
            folded = self._fold_lines(text, folding)
        self.text = folded
        """The folded text."""

    def spans(self, sought: str, start: int = 0, *, whole: bool = True) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) of each place in the original text, from `start` on, that matches `sought`.

        `sought` is folded in the same way. A match that begins or ends within a character, such as an f in
        the ligature ﬁ, is left out; with `whole` false, it is extended to that whole character.
        """
        if not sought:
            return
        at = self._folded_offset(start)
        while (at := self.text.find(sought, at)) >= 0:
            begin, begins_well = self._original(at, bisect_right(self._at, at) - 1)
            end, ends_well = self._original_end(at + len(sought))
            if (begins_well and ends_well) or not whole:
                yield begin, end
                at += len(sought)
            else:
                at += 1

    def _fold_lines(self, text: str, folding: Callable[[str], str]) -> str:
        parts: list[str] = []
        at = of = 0
        for line in text.splitlines(keepends=True):
            folded = folding(line)
            if len(folded) == len(line) and _never_joins(line):
                self._add(at, of, is_plain=True)
                parts.append(folded)
                at, of = at + len(folded), of + len(line)
                continue
            for cluster in _clusters(line):
                folded = folding(cluster)
                self._add(at, of, is_plain=len(cluster) == len(folded) == 1)
                parts.append(folded)
                at, of = at + len(folded), of + len(cluster)
        self._end(at, of)
        return "".join(parts)

    def _add(self, at: int, of: int, is_plain: bool) -> None:
        if not (is_plain and self._is_plain and self._is_plain[-1]):
            self._at.append(at)
            self._of.append(of)
            self._is_plain.append(is_plain)

    def _end(self, at: int, of: int) -> None:
        self._at.append(at)
        self._of.append(of)
        self._is_plain.append(False)

    def _original(self, at: int, part: int) -> tuple[int, bool]:
        """Return the offset in the original text, and whether a character begins there."""
        within = at - self._at[part]
        if self._is_plain[part]:
            return self._of[part] + within, True
        return self._of[part], within == 0

    def _original_end(self, at: int) -> tuple[int, bool]:
        part = bisect_left(self._at, at)
        if self._at[part] == at:
            return self._of[part], True
        end, is_exact = self._original(at, part - 1)
        return (end, True) if is_exact else (self._of[part], False)

    def _folded_offset(self, of: int) -> int:
        """Return the first offset in the folded text that belongs to offset `of` or a later one."""
        part = max(0, bisect_right(self._of, of) - 1)
        within = of - self._of[part]
        if self._is_plain[part]:
            return self._at[part] + within
        return self._at[part] if within <= 0 else self._at[min(part + 1, len(self._at) - 1)]


def _decomposed_lower(text: str) -> str:
    # Decomposed first, so that composed and decomposed letters are folded in the same way.
    return unicodedata.normalize("NFKD", text.translate(_INVISIBLE)).casefold()


def _never_joins(text: str) -> bool:
    found = _NEVER_JOINS.match(text)
    return found is not None and found.end() == len(text)


def _clusters(text: str) -> Iterator[str]:
    """Yield the smallest parts of `text` that can be folded independently."""
    begin = 0
    for here, character in enumerate(text):
        if here > begin and not _joins(character):
            yield text[begin:here]
            begin = here
    if begin < len(text):
        yield text[begin:]


@lru_cache(maxsize=4096)
def _joins(character: str) -> bool:
    """Return whether a character may be composed with the one before it."""
    return bool(
        unicodedata.combining(character)
        or character in _FOLLOWING
        or ord(character) in _INVISIBLE
        or "\u1160" <= character <= "\u11ff"
        or "\u3131" <= character <= "\u318e"
        or "\uffa0" <= character <= "\uffdc"
        or unicodedata.combining(unicodedata.normalize("NFKD", character)[0])
    )
