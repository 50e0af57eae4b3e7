"""Where the word at the cursor begins, and the run of characters that pieces do not cross."""

from __future__ import annotations

import re

from rnnchat.completion.spelling import ends_unspaced
from rnnchat.completion.words import LONGEST_WORD

OVERLAP = 4
"""In scripts without spaces, pieces may span this many characters before the cursor."""

_RUN = re.compile(r" ?(?:[^\W_]+|[^\w\s]+|_+)\Z| \Z")
"""Matches the last run of letters and digits, of punctuation or of underscores, with the space before it."""
_INDENTATION = re.compile(r"(?:\A|(?<=\n))[ \t]+\Z")
"""Matches the indentation of a line that has nothing else yet."""
_WORD = re.compile(r"\w[\w'’]*\Z")
"""Matches the word at the end of a text."""
_REST = re.compile(r"[\w'’]+")
"""Matches the rest of a word at the beginning of a text."""


def split_run(before: str) -> tuple[str, str]:
    """Return what comes before the last run of letters or of punctuation, and that run with its space.

    Indentation is a run of its own.
    """
    tail = before[-LONGEST_WORD:]
    run = _INDENTATION.search(tail) or _RUN.search(tail)
    size = len(run.group()) if run else 0
    start, unspaced = len(before), 0
    while start > len(before) - size and unspaced < OVERLAP:
        start -= 1
        unspaced += ends_unspaced(before[start])
    return before[:start], before[start:]


def word_start(before: str) -> int:
    """Return where the word that `before` ends with begins; its length where it ends with none."""
    tail = _WORD.search(before[-LONGEST_WORD:])
    word = tail.group() if tail else ""
    while any(map(ends_unspaced, word)):
        word = word[1:]
    return len(before) - len(word)


def word_made(partial: str, text: str) -> str:
    """Return the word that `text` makes of its beginning `partial`; nothing where it does not continue it."""
    rest = _REST.match(text)
    return (partial + rest.group()).rstrip("'’") if rest else ""
