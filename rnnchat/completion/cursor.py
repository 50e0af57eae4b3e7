"""Where the run and the word begin that a draft ends with."""

from __future__ import annotations

import re

from rnnchat.completion.spelling import stands_alone
from rnnchat.completion.words import LONGEST_WORD

OVERLAP = 4
"""Where words stand without spaces, pieces may reach over so many characters."""

_RUN = re.compile(r" ?(?:[^\W_]+|[^\w\s]+|_+)\Z| \Z")
_INDENTATION = re.compile(r"(?:\A|(?<=\n))[ \t]+\Z")
_TAIL = re.compile(r"\w[\w'’]*\Z")


def cut(before: str) -> tuple[str, str]:
    """Return what was written before the last run of letters, or of punctuation, and that run with its space.

    Indentation is a run of its own.
    """
    tail = before[-LONGEST_WORD:]
    run = _INDENTATION.search(tail) or _RUN.search(tail)
    size = len(run.group()) if run else 0
    place, alone = len(before), 0
    while place > len(before) - size and alone < OVERLAP:
        place -= 1
        alone += stands_alone(before[place])
    return before[:place], before[place:]


def word_start(before: str) -> int:
    """Return where the word that `before` ends with begins; its length where it ends with none."""
    tail = _TAIL.search(before[-LONGEST_WORD:])
    own = tail.group() if tail else ""
    while any(map(stands_alone, own)):
        own = own[1:]
    return len(before) - len(own)
