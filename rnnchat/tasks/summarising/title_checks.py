"""What is no title, though its words are in order: amounts, greetings, dates, and parts of another title."""

from __future__ import annotations

import re
from collections.abc import Iterable

_AMOUNT = re.compile(
    r"(?:\d[\d.,/]*|[½¼¾⅓⅔⅛])\s?(?:[mk]?g|[mcd]?l|tsps?|tbsps?|teaspoons?|tablespoons?|cups?|oz|lbs?|pinch(?:es)?|slices?"
    r"|cloves?|cans?|克|千克|公斤|斤|两|毫升|升|勺|个|只|杯|瓣)(?![a-z])",
    re.I,
)
"""Matches the amount and the unit that an ingredient begins with."""
_DATE_WORD = re.compile(
    r"[\d./:年月日-]+(?:st|nd|rd|th|am|pm|h)?"
    r"|(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)",
    re.I,
)
"""Matches a word of a date or a time."""


_GREETING = re.compile(r"(?:hi|dear)\b", re.I)


def is_no_title(text: str) -> bool:
    """Return whether a title begins with an amount or a greeting, or is made of a date alone."""
    words = text.replace(",", " ").split()
    begins_wrong = _AMOUNT.match(text) is not None or _GREETING.match(text) is not None
    return begins_wrong or all(_DATE_WORD.fullmatch(word) for word in words)


def says_the_same(title: str, others: Iterable[str]) -> bool:
    """Return whether a title is a part of one of the others, or one of them is a part of it."""
    own = f" {title.lower()} "
    return any(own in f" {other.lower()} " or f" {other.lower()} " in own for other in others)
