"""What is probably wrong with a network's translation: numbers, words that no pair has, and copied names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from rnnchat.tasks.translation.copied_names import is_known
from rnnchat.tasks.translation.number_style import SIGNS
from rnnchat.tasks.translation.placeholders import NAME, copied_parts
from rnnchat.tasks.translation.result import NetworkTranslation, shortened
from rnnchat.tasks.translation.words import words_of, words_of_letters

_HALF_OF_DAY = re.compile(r"\b\d{1,2}(?:[:.]\d\d)? ?[ap](?:\.m\.|m\b)", re.IGNORECASE)
"""A time of the first or second half of the day, such as "5 pm", which other languages write otherwise."""
_NUMERALS = ("No", "Nl")
"""The categories in Unicode of signs such as ½, ² and Ⅻ."""


def doubt_about(phrase: str, decoded: NetworkTranslation, knows: Callable[[str], bool]) -> str:
    """Return what is probably wrong with the network's translation of a phrase; usually nothing.

    `knows` says whether a small word is in a pair.
    """
    if decoded.missing:
        return f"“{shortened(decoded.missing[0])}” is missing"
    if _numbers(phrase) != _numbers(decoded.text):
        return "check the numbers"
    time = _HALF_OF_DAY.search(phrase)
    if time is not None and not _HALF_OF_DAY.search(decoded.text):
        return f"“{time[0]}”: check whether it is morning or evening"
    parts = copied_parts(phrase, lambda word: word in decoded.text)
    copied = {word for part in parts for word in words_of(part.text)}
    words = [word for word in words_of_letters(phrase) if word not in copied]
    unknown = next((word for word in words if not knows(word)), "")
    if unknown:
        return f"“{shortened(unknown)}” is in no pair"
    names = [part.text for part in parts if part.kind == NAME]
    copied_name = next((name for name in names if not is_known(name, knows)), "")
    return f"“{shortened(copied_name)}” is in no pair, and copied" if copied_name else ""


def _numbers(text: str) -> list[str]:
    """Return the numbers of a text in a form that all languages share, without + and %, sorted."""
    signs = [sign for sign in text if unicodedata.category(sign) in _NUMERALS]
    return signs + sorted(
        key
        for part in copied_parts(text, lambda word: False)
        for key in ([part.key.strip(f"{SIGNS}%‰")] if part.is_number else re.findall(r"\d+", part.text))
    )
