"""Where a note has code and formulas, in which no markup is removed."""

from __future__ import annotations

import re
from bisect import bisect_right

_FENCE = re.compile(r"(?P<indent>[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_ORG_BEGIN = re.compile(r"[ \t]*#\+begin_(src|example|export|verse)\b", re.I)
_ORG_CODE_LINE = re.compile(r"[ \t]*: ")
_INDENTED = re.compile(r"(?: {4}| {0,3}\t)[ \t]*\S")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_TICKS = re.compile(r"`+")
_FORMULA = re.compile(
    r"(?<![\\$\w])\$\$(?=[^$])(?:[^$\\\n]|\\.|\n(?!\s*\n)){1,5000}?\$\$(?!\$)"
    r"|(?<![\\$\w])\$(?![\s$])(?:[^$\\\n]|\\.){1,500}?(?<!\s)\$(?![\w$])"
    r"|\\\((?:[^\\\n]|\\(?![()]).){1,500}?\\\)"
    r"|\\begin\{(\w+\*?)\}(?:[^\\]|\\(?!(?:end|begin)\{)){1,5000}\\end\{\1\}",
)


def find_code(text: str) -> list[tuple[int, int]]:
    """Return the start and end offsets of the code and the formulas in `text`, in order.

    Code is fenced, indented by four columns after a blank line, between backticks, or a block of Org.
    """
    blocks = _blocks(text)
    spans = list(blocks)
    position = 0
    for start, end in [*blocks, (len(text), len(text))]:
        spans += _inline(text, position, start)
        position = end
    return sorted(spans)


def _blocks(text: str) -> list[tuple[int, int]]:
    """Return the blocks of code of `text`, fences included, in order."""
    spans: list[tuple[int, int]] = []
    position = 0
    fence = ""
    org = ""
    opened = 0
    after_blank = True
    in_indented = in_list = False
    for line in text.split("\n"):
        start, position = position, position + len(line) + 1
        end = min(position, len(text))
        if fence:
            bare = line.strip(" \t>")
            if bare.startswith(fence) and not bare.strip(fence[0]):
                spans.append((opened, end))
                fence = ""
                after_blank = False
            continue
        if org:
            if line.strip().lower().startswith(f"#+end_{org}"):
                spans.append((opened, end))
                org = ""
            continue
        blank = not line.strip()
        indented = not blank and _INDENTED.match(line) is not None
        if _LIST_ITEM.match(line) and not in_indented:
            # Nested list items are indented, too.
            indented = indented and not in_list
            in_list = in_list or not indented
        elif after_blank and not blank and line[0] not in " \t":
            in_list = False
        if (indented and (after_blank or in_indented)) or _ORG_CODE_LINE.match(line):
            spans.append((start, end))
            in_indented = indented
            after_blank = False
            continue
        after_blank = blank
        in_indented = in_indented and blank
        if blank:
            continue
        match = _FENCE.match(line)
        if match is not None and not (match["fence"][0] == "`" and "`" in match["info"]):
            fence, opened = match["fence"], start
            continue
        begin = _ORG_BEGIN.match(line)
        if begin is not None:
            org, opened = begin[1].lower(), start
    if fence or org:
        # A block that is never closed continues to the end, as in every Markdown renderer.
        spans.append((opened, len(text)))
    return spans


def _inline(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the code between backticks, and the formulas, in a span without blocks of code."""
    spans: list[tuple[int, int]] = []
    position = start
    for part in re.split(r"(\n[ \t]*\n)", text[start:end]):
        if "`" in part:
            spans += [(position + first, position + last) for first, last in _between_ticks(part)]
        position += len(part)
    if text.find("$", start, end) >= 0 or text.find("\\", start, end) >= 0:
        code = list(spans)
        starts = [first for first, _ in code]
        for match in _FORMULA.finditer(text, start, end):
            place = bisect_right(starts, match.start()) - 1
            inside = place >= 0 and code[place][1] > match.start()
            overlaps = place + 1 < len(code) and code[place + 1][0] < match.end()
            if not inside and not overlaps:
                spans.append(match.span())
    return spans


def _between_ticks(paragraph: str) -> list[tuple[int, int]]:
    """Return the spans between two runs of equally many backticks."""
    runs = [match.span() for match in _TICKS.finditer(paragraph)]
    later: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[number][1] - runs[number][0], []).append(number)
    spans = []
    number = 0
    while number < len(runs):
        start, end = runs[number]
        waiting = later[end - start]
        while waiting and waiting[-1] <= number:
            waiting.pop()
        if not waiting:
            number += 1
            continue
        closing = waiting[-1]
        spans.append((start, runs[closing][1]))
        number = closing + 1
    return spans
