"""Break lines of text between words, at the width of the terminal."""

from __future__ import annotations

import re
import shutil
import unicodedata
from typing import IO

from rnnchat.cli.streams import is_terminal

NARROWEST = 20
"""The width, in columns, below which lines are left as they are."""
_WORD = re.compile(r"\s*(?:`[^`\n]*`\S*|\S+)")
"""A word with the blanks before it; a command between backticks counts as one word, to be copied."""


def fit(text: str, stream: IO[str], *, last: str = "", indent: int | None = None) -> str:
    """Return `text`, followed by `last`, as `stream` should show it.

    On a terminal its lines are broken between words. `last`, such as a path, is never broken. The lines that
    follow a break begin with `indent` spaces, or two more than the line itself has, or none if it has none.
    On anything else nothing changes, so that programs find each item in one line.
    """
    joined = f"{text} {last}" if last else text
    if not is_terminal(stream):
        return joined
    return wrap(text, shutil.get_terminal_size().columns, last=last, indent=indent)


def wrap(text: str, columns: int, *, last: str = "", indent: int | None = None) -> str:
    """Return `text`, followed by `last`, with lines of at most `columns`, where no word is longer."""
    lines = text.split("\n")
    wrapped = [_wrap_line(line, columns, indent, "") for line in lines[:-1]]
    return "\n".join([*wrapped, _wrap_line(lines[-1], columns, indent, last)])


def _wrap_line(line: str, columns: int, indent: int | None, last: str) -> str:
    whole = f"{line} {last}" if last else line
    if columns < NARROWEST or width(whole) <= columns:
        return whole
    own = len(line) - len(line.lstrip(" "))
    below = " " * ((own + 2 if own else 0) if indent is None else min(indent, columns // 2))
    rows: list[str] = []
    row = ""
    for word in [*_WORD.findall(line), *([f" {last}"] if last else [])]:
        if row.strip() and width(row + word) > columns:
            rows.append(row)
            row = below + word.lstrip()
        else:
            row += word
    return "\n".join([*rows, row])


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )
