"""The words that sentences are compared by: without case, width and most punctuation.

A number keeps its sign and its separators, and symbols such as % and € are words, so that sentences with
different amounts always have different words. In scripts without spaces between words, such as Chinese and
Thai, each character is a word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rnnchat.text.scripts import script_of

_KEPT_PUNCTUATION = frozenset("%#@&*/\\_‰§†‡¶")
"""Characters that Unicode counts as punctuation, but which change what a sentence says."""
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Maps full-width letters, digits and signs, and the wide space, to the usual ones."""
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese characters."""
_SINGLE = (
    r"!-/:-@\[-`{-~\u0080-\u00bf×÷\u055a-\u055f\u0589\u05be\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4"
    r"\u0964\u0965\u2000-\u2e7f\u3000-\u303f\ufe30-\ufe6f\uff5f-\uff65\U0001f000-\U0001faff"
)
"""Punctuation, symbols and pictures, which are not part of words."""
_NUMBER = r"(?:(?<!\w)[-−+](?=[.,]?\d))?(?:(?<!\w)[.,])?\d+(?:[.,:/’']\d+)*"
"""Matches a number with its sign, such as -3.5, 1,000 or 12:30."""
_WORD = re.compile(rf"{_NUMBER}|[{_SPACELESS}]|[^\s\d{_SPACELESS}{_SINGLE}]+|\S")
_ONE_SPACELESS = re.compile(f"[{_SPACELESS}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
"""Matches an accent of Latin, Greek and Cyrillic letters; in other scripts, marks are vowels."""


@lru_cache(maxsize=4096)
def _is_separator(character: str) -> bool:
    """Return whether a character only separates words."""
    return unicodedata.category(character)[0] in "PZC" and character not in _KEPT_PUNCTUATION


def words_of(text: str) -> list[str]:
    """Return the words of a sentence in order, in small letters."""
    folded = unicodedata.normalize("NFC", text).translate(_WIDTH).casefold()
    return [word for word in _WORD.findall(folded) if len(word) > 1 or not _is_separator(word)]


def words_of_letters(text: str) -> list[str]:
    """Return the words of a sentence as `words_of` does, without numbers and signs."""
    return [word for word in words_of(text) if script_of(word[0])]


def comparison_key(text: str) -> str:
    """Return what two sentences have in common that are the same up to case, width and punctuation."""
    return " ".join(words_of(text))


def without_accents(text: str) -> str:
    """Return `text` without the accents of Latin, Greek and Cyrillic letters."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text))


def is_spaceless(word: str) -> bool:
    """Return whether a word is one character of a script without spaces between words."""
    return _ONE_SPACELESS.fullmatch(word) is not None
