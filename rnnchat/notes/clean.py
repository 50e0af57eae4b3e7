"""From a file's text to what is worth learning; and text made harmless to show."""

from __future__ import annotations

import re
import unicodedata

MAXIMUM_LINE = 100_000
"""A file with a longer line (in characters) is data, not prose."""

# C0 but tab and newline, DEL, C1, and what turns the direction of writing around.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_FRONT_MATTER = re.compile(
    r"\A(?:---[ \t]*\n.*?\n(?:---|\.\.\.)|\+\+\+[ \t]*\n.*?\n\+\+\+)[ \t]*(?:\n|\Z)", re.S
)
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[A-Za-z0-9+/=\s]{40,}")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{60,}\n?){2,}={0,2}(?![A-Za-z0-9+/])")
_BLANK_LINES = re.compile(r"\n{4,}")
_FRONT_MATTER_LIMIT = 20_000


def harmless(text: str) -> str:
    """Return `text` without escape sequences, control characters and changes of direction.

    What is left can be shown in a terminal and learned from; newlines and tabs stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ESCAPE.sub("", text)
    text = _CONTROL.sub("", text)
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """Return the part of a note's `text` that is worth learning, composed (NFC) and harmless.

    Front matter, data URIs and blocks of base64 are dropped.
    """
    text = unicodedata.normalize("NFC", harmless(text))
    head, tail = text[:_FRONT_MATTER_LIMIT], text[_FRONT_MATTER_LIMIT:]
    text = _FRONT_MATTER.sub("", head) + tail
    text = _DATA_URI.sub("", text)
    text = _BASE64.sub("", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    text = _BLANK_LINES.sub("\n\n\n", text).strip("\n")
    return text + "\n" if text else ""


def longest_line(text: str) -> int:
    """Return the number of characters of the longest line of `text`."""
    return max(map(len, text.split("\n")), default=0)
