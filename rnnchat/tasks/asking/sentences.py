"""Cut a passage into what can answer a question: sentences, points of lists, lines of tables and blocks of
code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 600
"""A sentence of more characters than this is cut at the next white space."""
_END = re.compile(
    r"(?<=[.!?…])[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*(?:[^\W_a-z]|`))|(?<=[。！？])"
    r"|\n(?=[ \t]*(?:[-*+|]|\d+[.)])[ \t])"
)
"""Matches the end of a sentence, and the beginning of a point of a list."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|vs|etc|cf|No|Fig|approx|e\.g|i\.e|a\.k\.a|[A-Z])|\.\w)\.\s*\Z", re.I
)
"""Matches a text that ends with an abbreviation, after which a sentence goes on."""
_FENCE = re.compile(
    r"^[ \t]{0,3}(?P<mark>`{3,}|~{3,})[^`\n]*\n(?P<code>.*?)(?:\n?^[ \t]{0,3}(?P=mark)[ \t]*$|\Z)",
    re.M | re.S,
)
_INDENTED = re.compile(r"(?:\A|(?<=\n))[ \t]*\n(?P<code>(?:(?: {4}|\t)[^\n]*(?:\n|\Z)|[ \t]*\n)+)")
"""Matches lines with an indentation of four spaces below an empty line, which are code unless in a list."""
_LIST = re.compile(r"[ \t]*(?:[-*+•]|\d+[.)])[ \t]|[ \t]{2,}\S")
"""Matches a line of a list."""
_BLANK = re.compile(r"\n[ \t]*\n")
_LINK_ALONE = re.compile(r"\W*(?:\[[^\]\n]*\]\([^)\s]*\)|https?://\S+)\W*")
"""Matches a text that is only a link, such as the source that a note ends with; it answers nothing."""


@dataclass(frozen=True)
class Sentence:
    """A part of a passage that can be an answer."""

    text: str
    start: int
    """Its first character in the passage, from 0."""
    is_code: bool = False


def split_sentences(text: str) -> list[Sentence]:
    """Return the sentences and the blocks of code of a passage in order."""
    found: list[Sentence] = []
    place = 0
    for fence in _FENCE.finditer(text):
        found += _prose(text, place, fence.start())
        code = fence["code"]
        if code.strip():
            found.append(Sentence(code, fence.start("code"), is_code=True))
        place = fence.end()
    return [*found, *_prose(text, place, len(text))]


def _prose(text: str, begin: int, end: int) -> Iterator[Sentence]:
    """Yield the sentences between two places of a text, and the indented code between them."""
    for match in _INDENTED.finditer(text, begin, end):
        code = match["code"].rstrip()
        above = text[begin : match.start()].rstrip().rpartition("\n")[2]
        if code.strip() and above and not _LIST.match(above):
            yield from _sentences(text, begin, match.start("code"))
            yield Sentence(code, match.start("code"), is_code=True)
            begin = match.end("code")
    yield from _sentences(text, begin, end)


def _sentences(text: str, begin: int, end: int) -> Iterator[Sentence]:
    """Yield the sentences between two places of a text without code."""
    edges = [match.span() for match in _BLANK.finditer(text, begin, end)]
    for first, last in zip(
        [begin, *(edge for _, edge in edges)], [*(edge for edge, _ in edges), end], strict=True
    ):
        yield from _paragraph(text, first, last)


def _paragraph(text: str, begin: int, end: int) -> Iterator[Sentence]:
    start = begin
    for cut in _END.finditer(text, begin, end):
        if _ABBREVIATION.search(text, max(start, cut.start() - 12), cut.start()):
            continue
        yield from _sentence(text, start, cut.start() + len(cut.group().rstrip()))
        start = cut.end()
    yield from _sentence(text, start, end)


def _sentence(text: str, begin: int, end: int) -> Iterator[Sentence]:
    """Yield what is between two places without white space around it, in parts where it is too long.

    What has no letters or digits, or is a link alone, is left out.
    """
    while begin < end:
        last = end
        if end - begin > LONGEST:
            space = text.find(" ", begin + LONGEST, end)
            last = space if space > 0 else end
        part = text[begin:last]
        stripped = part.strip()
        if any(map(str.isalnum, stripped)) and not _LINK_ALONE.fullmatch(stripped):
            yield Sentence(stripped, begin + len(part) - len(part.lstrip()))
        begin = last
