"""What a question asks for: a person, a time, a place, a number, a way to do something."""

from __future__ import annotations

import re

WHO, WHEN, WHERE, NUMBER, HOW, WHAT = "who", "when", "where", "number", "how", "what"
"""The kinds of questions."""
_KINDS = (
    (
        NUMBER,
        r"\bhow (?:many|much|old|long|far|tall|large|big|high|often|deep|fast|heavy)\b"
        r"|\bwhat (?:percent|number|price|size|age|amount)",
    ),
    (HOW, r"\bhow (?:do|can|to|does|would|should|could|did)\b|\bway to\b|\bis there\b"),
    (WHEN, r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b|\bhow recently\b"),
    (
        WHO,
        r"\bwho(?:m|se)?\b"
        r"|\b(?:what|which) (?:person|man|woman|king|queen|president|author|player|coach|actor|artist)\b",
    ),
    (
        WHERE,
        r"\bwhere\b"
        r"|\b(?:what|which) (?:city|country|place|state|town|region|province|continent|location)\b",
    ),
)
"""What a question of each kind has; the first kind that fits is taken."""
_COMPILED = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _KINDS)
_WORDS_FOR_NUMBERS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|"
    "thousand|million|billion|half|third|quarter|dozen|once|twice"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMBERS = re.compile(
    r"[$£€]?\d[\d,.]*(?<=\d)(?:st|nd|rd|th)?(?:\s?(?:%|percent|million|billion|thousand|hundred))?"
    rf"|\b(?:{_WORDS_FOR_NUMBERS})\b(?:\s(?:{_WORDS_FOR_NUMBERS})\b)?",
    re.I,
)
"""Matches a number in digits or words."""
TIMES = re.compile(
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?(?:{_MONTHS})\b(?:\s\d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,?\s\d{{4}}\b)?"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b1\d{3}s?\b|\b20\d\ds?\b|\b\d{1,2}(?:st|nd|rd|th)\scentur(?:y|ies)\b"
    r"|\b(?:yesterday|today|tomorrow|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
"""Matches a date, a year or a day."""
NAMES = re.compile(r"[A-Z][\w'’.\-]*(?:\s(?:(?:of|the|de|von|van|and|for|in|&)\s){0,2}[A-Z][\w'’.\-]*)*")
"""Matches a name: words that begin with a capital letter."""


def kind_of(question: str) -> str:
    """Return the kind of a question."""
    return next((kind for kind, pattern in _COMPILED if pattern.search(question)), WHAT)


def names_in(sentence: str) -> list[str]:
    """Return the names in a sentence; the word that begins it counts only if more of the name follows."""
    found = list(NAMES.finditer(sentence))
    return [match.group() for match in found if match.start() > 0 or " " in match.group()]


def fits(kind: str, sentence: str) -> bool:
    """Return whether a sentence has what a question of this kind asks for."""
    if kind == NUMBER:
        return NUMBERS.search(sentence) is not None
    if kind == WHEN:
        return TIMES.search(sentence) is not None
    if kind in (WHO, WHERE):
        return bool(names_in(sentence))
    return False
