"""Lines of a note that are no prose: labels with names, ingredients, and announcements of what follows."""

from __future__ import annotations

import re

LONGEST_LABELLED_LINE = 60
"""A line with a label that is shorter than this, in characters, is no part of a wrapped paragraph."""
MOST_WORDS_OF_ITEM = 8
"""An ingredient has at most so many words."""
LABELLED = re.compile(
    r"[ \t]*[A-Z\u4e00-\u9fff][\w'’-]{0,20}(?: [\w'’-]{1,20}){0,2}(?::[ \t]+|：[ \t]*)(?=\S)"
)
"""Matches the label that a line begins with, such as "Present: "."""
_AMOUNT = re.compile(
    r"[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?:\d(?:[\d.,/–-]{0,10}\d)?|[½¼¾⅓⅔⅛])"
    r"(?:[ \t]?[½¼¾⅓⅔⅛]|[ \t]\d[\d/]{0,4})?[ \t]?[^\W\d_]"
)
"""Matches the amount that an ingredient begins with, and the first letter of its unit or its name."""
_END = re.compile(r"[.!?。！？:：]$")
_NAME = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}"
_NAMES = re.compile(
    rf"{_NAME}(?:(?:, | and | & |, and |; ){_NAME})*\.?"
    r"|[\u4e00-\u9fff]{2,4}(?:[、，,][\u4e00-\u9fff]{2,4})+"
)
_ANNOUNCEMENT = re.compile(
    r"(?:such as|for example|for instance|e\.g\.|i\.e\.|namely|as follows|例如|比如|如下)\s*[:：]$", re.I
)


def is_ingredient(line: str) -> bool:
    """Return whether a line is a short item that begins with an amount, such as "250 g red lentils"."""
    is_short = len(line.split()) <= MOST_WORDS_OF_ITEM
    return is_short and _AMOUNT.match(line) is not None and _END.search(line.rstrip()) is None


def is_label_with_names(sentence: str) -> bool:
    """Return whether a sentence is a label and names, such as "Present: Ines, Tom, Rahul"."""
    label = LABELLED.match(sentence)
    return label is not None and _NAMES.fullmatch(sentence, label.end()) is not None


def is_short_labelled_line(line: str) -> bool:
    """Return whether a line begins with a label and is too short to go on in the next line."""
    return len(line) < LONGEST_LABELLED_LINE and LABELLED.match(line) is not None


def only_announces(sentence: str) -> bool:
    """Return whether a sentence says nothing without what follows it, such as "It needs tools, such as:"."""
    return _ANNOUNCEMENT.search(sentence) is not None
