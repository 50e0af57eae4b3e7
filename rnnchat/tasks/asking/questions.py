"""What a question asks for: a person, a time, a place, a number, a reason, a way to do something."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rnnchat.tasks.asking.terms import STOP_WORDS

NUMBER, DURATION, HOW, WHEN, WHO, WHERE = "number", "duration", "how", "when", "who", "where"
WHY, CODE, CALLED, WHICH, WHAT, WORDS = "why", "code", "called", "which", "what", "words"
"""The kinds of questions; WORDS is none, but words to look for."""


def _nouns(words: str) -> str:
    """Return a pattern for any of `words`, in the singular and the plural."""
    stems = (word[:-1] + "(?:y|ies)" if word.endswith("y") else f"{word}(?:s|es)?" for word in words.split())
    return f"(?:{'|'.join(stems)})"


_QUANTITIES = _nouns(
    "percent percentage number price size age amount share rating version score speed temperature port cost "
    "limit ratio grade value"
)
_TIMES_ASKED = _nouns("year date day month century decade time season")
_PEOPLE = _nouns(
    "person people man woman king queen president author player coach actor artist developer writer speaker "
    "singer scientist"
)
_PLACES = _nouns("city country place state town region province continent location county island")
_PARTS_OF_PROGRAMS = _nouns(
    "command function method flag option keyword operator variable property setting class package library "
    "module hook attribute parameter argument key file directory folder tag type field macro script header "
    "extension syntax pattern constant query statement selector element event directive gem endpoint matcher "
    "helper interface"
)
_ADJECTIVES = r"(?:(?!(?:is|are|was|were|do|does|did|in|of|the|to|happens)\b)[\w.\-+#]+ ){0,3}"
"""Matches the words between *which* and what it asks for."""
_KINDS = (
    (
        NUMBER,
        r"\bhow (?:many|much|old|far|tall|large|big|high|often|deep|fast|heavy|wide|close|likely)\b"
        rf"|\b(?:what|which) (?:\w+ )?{_QUANTITIES}\b",
    ),
    (DURATION, r"\bhow (?:long|soon|quickly)\b"),
    (HOW, r"\bhow\b|\bway to\b"),
    (WHEN, rf"\bwhen\b|\b(?:what|which) {_TIMES_ASKED}\b"),
    (WHO, rf"\bwho(?:m|se)?\b|\b(?:what|which) {_PEOPLE}\b"),
    (WHERE, rf"\bwhere\b|\b(?:what|which) {_PLACES}\b"),
    (WHY, r"\bwhy\b|\bwhat (?:reason|caused?|causes)\b"),
    (CODE, rf"\b(?:what|which) {_ADJECTIVES}{_PARTS_OF_PROGRAMS}\b"),
    (
        CALLED,
        r"\b(?:called|named|known as|stands? for|nickname|(?:an)?other name|name of|the name|means?)\b"
        r"|\bterm for\b",
    ),
    (WHICH, r"\bwhich\b"),
    (WHAT, r"\bwhat\b"),
)
"""What a question of each kind has; the first kind that fits is taken."""
_COMPILED = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _KINDS)
KINDS = (*(kind for kind, _ in _KINDS), WORDS)
"""All kinds of questions."""
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
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
NAMES = re.compile(
    rf"(?<!\w){_CAPITAL}[\w'’.\-]*(?:\s(?:(?:of|the|de|von|van|and|for|in|&)\s){{0,2}}{_CAPITAL}[\w'’.\-]*)*"
)
"""Matches a name: words that begin with a capital letter."""
_INLINE_CODE = re.compile(r"`(?P<code>[^`\n]+)`|(?<![\w`])[\w.]+\(\)|(?<!\w)--?[a-z][\w\-]*")
_DURATIONS = re.compile(
    rf"(?:\d|\b(?:a|an|{_WORDS_FOR_NUMBERS}|several|few|many)\b)[\s\d,.\-–]*(?:(?:to|or|and)\s)?[\s\d,.\-–]*"
    r"(?:milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|ms|min|hr)"
    r"\b",
    re.I,
)
_REASONS = re.compile(
    r"\b(?:because|since|due to|so that|in order to|reasons?|therefore|thus"
    r"|to (?:avoid|prevent|make|keep|allow|ensure|reduce|save|protect|help|limit|improve))\b",
    re.I,
)
_CALLINGS = re.compile(
    r"\b(?:called|named|known as|stands for|is an?|are|refers to|means|termed|dubbed)\b|\([A-Z]{2,}s?\)"
)
_WANTED = re.compile(r"\b(?:what|which|whose)\s+((?:[\w'\-]+\s+){1,4})", re.I)
_VERBS = frozenset(
    "is are was were do does did has have had can could will would should may might must be".split()
)
"""Words that end the name of what a question with *which* asks for."""
_MOST_WANTED = 3
_WORD = re.compile(r"\w+")


def kind_of(question: str) -> str:
    """Return the kind of a question."""
    return next((kind for kind, pattern in _COMPILED if pattern.search(question)), WORDS)


def wanted_in(question: str) -> list[str]:
    """Return the words after *which* or *what* that name what a question asks for, such as *city*."""
    match = _WANTED.search(question)
    found: list[str] = []
    for word in match[1].lower().split() if match else []:
        if word == "must" or word in STOP_WORDS or len(found) == _MOST_WANTED:
            break
        found.append(word)
    return found


def names_in(sentence: str) -> list[str]:
    """Return the names in a sentence; the word that begins it counts only if more of the name follows."""
    found = list(NAMES.finditer(sentence))
    return [match.group() for match in found if match.start() > 0 or " " in match.group()]


def inline_code_in(sentence: str) -> list[tuple[int, int]]:
    """Return where code within a sentence begins and ends: what is between back-ticks, calls and options."""
    found = []
    for match in _INLINE_CODE.finditer(sentence):
        start, end = match.span("code") if match["code"] is not None else match.span()
        if sentence[start:end].strip():
            found.append((start, end))
    return found


def fits(question: str, kind: str, sentence: str, *, is_code: bool) -> bool:
    """Return whether a sentence, or a block of code, has what a question of this kind asks for.

    Names, numbers, times and inline code do not count that the question has, too. Nothing is known to fit
    questions of the kinds HOW, WHAT and WORDS.
    """
    said = set(_WORD.findall(question.lower()))

    def has_more(found: Iterable[str]) -> bool:
        return any(not said.issuperset(_WORD.findall(one.lower())) for one in found)

    if kind in (NUMBER, DURATION, WHEN):
        pattern = {NUMBER: NUMBERS, DURATION: _DURATIONS, WHEN: TIMES}[kind]
        return has_more(match.group() for match in pattern.finditer(sentence))
    if kind in (WHO, WHERE, WHICH):
        return not is_code and has_more(names_in(sentence))
    if kind == CODE:
        return is_code or has_more(sentence[slice(*place)] for place in inline_code_in(sentence))
    patterns = {WHY: _REASONS, CALLED: _CALLINGS}
    return kind in patterns and patterns[kind].search(sentence) is not None
