"""The script that a text is written in: Latin, Cyrillic, Chinese characters and so on.

A letter's script is the first word of its name in Unicode ("CYRILLIC SMALL LETTER A"). Japanese is a mixture
of Chinese characters and kana, so it is known by its share of kana.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

LATIN = "Latin"
"""The script of English and of most other languages of Europe."""
CHINESE = "Chinese"
"""Chinese characters, simplified or traditional, without kana among them."""
JAPANESE = "Japanese"
"""Kana, and Chinese characters among kana."""
LEAST_KANA = 0.1
"""A text whose kana are at least this share of its kana and Chinese characters is Japanese.

Kana are about two thirds of the characters in Japanese prose and about a third in its headlines.
"""
_LETTERS = ("Lu", "Ll", "Lt", "Lo")
"""The general categories of letters; those that only modify others are left out."""
_KANA = "kana"
"""The script of kana, as long as it is not known whether they are part of Japanese."""
_SCRIPTS = {
    "CJK": CHINESE,
    "HIRAGANA": _KANA,
    "KATAKANA": _KANA,
    "HANGUL": "Korean",
}
"""Scripts that are not called by the first word of their letters' names."""

LetterCounts = dict[str, Counter[str]]
"""How often each letter of each script occurs."""


def count_letters(text: str) -> LetterCounts:
    """Return how often each letter occurs in `text`, by script; Japanese is one script."""
    counts: LetterCounts = {}
    for character, count in Counter(text).items():
        script = script_of(character)
        if script:
            counts.setdefault(script, Counter())[character] = count
    kana, chinese = counts.pop(_KANA, Counter()), counts.get(CHINESE, Counter())
    if kana and kana.total() >= LEAST_KANA * (kana.total() + chinese.total()):
        counts.pop(CHINESE, None)
        counts[JAPANESE] = kana + chinese
    return counts


def main_script(text: str) -> str:
    """Return the script that most letters of `text` are in, by their UTF-8 bytes; nothing without letters."""
    sizes = {
        script: sum(len(letter.encode()) * count for letter, count in letters.items())
        for script, letters in count_letters(text).items()
    }
    return max(sizes, key=lambda script: sizes[script], default="")


def script_of(character: str) -> str:
    """Return the script of a letter, and nothing for another character."""
    letter = unicodedata.normalize("NFKC", character)[0]  # of a full-width letter, the usual form
    if unicodedata.category(letter) not in _LETTERS:
        return ""
    first = unicodedata.name(letter, "").partition(" ")[0]
    return _SCRIPTS.get(first, first.capitalize())
