"""Cut a note into passages: a few paragraphs below the same heading, with their lines in the file.

A passage is verbatim: it is the lines `line` to `end` of the file, joined by newlines. A block of code is
never cut, nor is a paragraph that is not far too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WANTED = 700
"""A passage ends with the paragraph that brings it to about this many characters."""
LONGEST = 2_400
"""A block of lines longer than this is cut between two lines, in characters; code may be longer."""
LONGEST_CODE = 8_000
"""A block of code longer than this is cut, in characters."""
_SHORT = 160
"""A paragraph of fewer characters is joined with what follows it, even if the passage becomes long."""
_HEADING = re.compile(r"(?P<marks>#{1,6}|\*{1,6}|={1,6})[ \t]+(?P<title>\S.*?)[ \t]*#*[ \t]*\Z")
"""Matches a heading of Markdown, Org or AsciiDoc."""
_UNDERLINE = re.compile(r"(?P<mark>[=\-~^\"'*+#])(?P=mark){2,}[ \t]*\Z")
"""Matches the line below a heading in Markdown and reStructuredText."""
_FENCE = re.compile(r"[ \t]{0,3}(?P<mark>`{3,}|~{3,})")
_ORG_BLOCK = re.compile(r"[ \t]*#\+(?P<edge>begin|end)_(?P<kind>\w+)", re.I)


@dataclass(frozen=True)
class Passage:
    """A part of a note that can be shown on its own."""

    heading: str
    """The headings above it, from the outermost on, joined by `` > ``; empty where there are none."""
    text: str
    """Its lines, verbatim."""
    line: int
    """Its first line in the file, from 1."""
    end: int
    """Its last line in the file, from 1."""
    start: int
    """Its first character in the file, from 0."""


@dataclass(frozen=True)
class _Block:
    """Lines without a blank line between them, or a heading, or a block of code."""

    first: int
    """The position of its first line, from 0."""
    last: int
    """The position of its last line."""
    characters: int
    level: int = 0
    """The level of a heading, from 1; 0 for any other block."""
    title: str = ""
    is_code: bool = False


def split_passages(text: str, *, first_line: int = 0, is_org: bool = False) -> tuple[str, list[Passage]]:
    """Return the first heading of a note's `text`, which may be empty, and its passages.

    Lines before `first_line`, from 0, are front matter and in no passage. Stars begin a heading where
    `is_org`.
    """
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    title = ""
    path: list[tuple[int, str]] = []
    passages: list[Passage] = []
    group: list[_Block] = []

    def finish() -> None:
        if group:
            first, last = group[0].first, group[-1].last
            joined = "\n".join(lines[first : last + 1])
            heading = " > ".join(name for _, name in path)
            passages.append(Passage(heading, joined, first + 1, last + 1, starts[first]))
            group.clear()

    for block in _blocks(lines, first_line, is_org):
        if block.level:
            finish()
            title = title or block.title
            path = [one for one in path if one[0] < block.level] + [(block.level, block.title)]
            continue
        size = sum(one.characters for one in group)
        short = bool(group) and group[-1].characters < _SHORT and size < 2 * WANTED
        if group and size + block.characters > WANTED and not short:
            finish()
        group.append(block)
    finish()
    if not passages and title:  # a note of headings alone
        named = next(at for at in range(first_line, len(lines)) if title in lines[at])
        passages.append(Passage("", lines[named], named + 1, named + 1, starts[named]))
    return title, passages


def _blocks(lines: Sequence[str], first: int, is_org: bool) -> Iterator[_Block]:
    """Yield the blocks of a note in order."""
    at = first
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        end = _end_of_code(lines, at)
        if end is not None:
            yield from _cut(lines, at, end, LONGEST_CODE, is_code=True)
            at = end + 1
            continue
        heading = _heading_at(lines, at, is_org)
        if heading is not None:
            yield heading
            at = heading.last + 1
            continue
        end = at
        while end + 1 < len(lines) and lines[end + 1].strip() and not _begins_block(lines, end + 1, is_org):
            end += 1
        yield from _cut(lines, at, end, LONGEST, is_code=False)
        at = end + 1


def _cut(lines: Sequence[str], first: int, last: int, longest: int, *, is_code: bool) -> Iterator[_Block]:
    """Yield the lines from `first` to `last` as one block, or as several where they are too long."""
    begin, size = first, 0
    for at in range(first, last + 1):
        if size and size + len(lines[at]) > longest:
            yield _Block(begin, at - 1, size, is_code=is_code)
            begin, size = at, 0
        size += len(lines[at]) + 1
    yield _Block(begin, last, size, is_code=is_code)


def _begins_block(lines: Sequence[str], at: int, is_org: bool) -> bool:
    return _end_of_code(lines, at) is not None or _heading_at(lines, at, is_org) is not None


def _heading_at(lines: Sequence[str], at: int, is_org: bool) -> _Block | None:
    """Return the heading in the line at `at`, and in the one below it where that underlines it."""
    match = _HEADING.match(lines[at])
    if match is not None and (match["marks"][0] != "*" or is_org):
        return _Block(at, at, 0, len(match["marks"]), match["title"])
    below = lines[at + 1] if at + 1 < len(lines) else ""
    underline = _UNDERLINE.match(below)
    text = lines[at].strip()
    above_is_blank = at == 0 or not lines[at - 1].strip()
    if underline is None or not above_is_blank or len(text) > 100 or text[:1] in "|-*+>":
        return None
    if len(below.strip()) * 2 < len(text) or not any(map(str.isalnum, text)):
        return None
    return _Block(at, at + 1, 0, 1 if underline["mark"] == "=" else 2, text)


def _end_of_code(lines: Sequence[str], at: int) -> int | None:
    """Return the position of the last line of the block of code that begins at `at`; None where none does."""
    fence = _FENCE.match(lines[at])
    if fence is not None:
        mark = fence["mark"]
        for end in range(at + 1, len(lines)):
            closing = lines[end].strip()
            if closing.startswith(mark) and not closing.strip(mark[0]):
                return end
        return None  # a fence that is never closed opens nothing
    block = _ORG_BLOCK.match(lines[at])
    if block is not None and block["edge"].lower() == "begin":
        for end in range(at + 1, len(lines)):
            closing_block = _ORG_BLOCK.match(lines[end])
            if closing_block is not None and closing_block["edge"].lower() == "end":
                return end
    return None
