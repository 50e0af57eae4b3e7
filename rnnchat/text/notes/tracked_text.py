"""A note's text while it is cleaned: each line keeps its number in the file, and each removal is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

GAP = "\x01"
"""Left where something inside a line was removed: the blanks around it become one."""
BREAK = "\x02"
"""Left where a block was removed: a line break, if there is text on both sides."""
MASKED = "\x03"
"""Replaces each character that a rule must not match."""
# All three are control characters, which are gone from a text before any rule runs.

_LINE_ENDS = re.compile("\r\n?")
_ODD_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_GAPS = re.compile(rf"(?<![ \t])(?P<before>[ \t]*){GAP}(?P<after>[{GAP} \t]*)")
_CLOSING = frozenset(".,;:!?)]}’”…。，、；：！？）」』")
_ONLY_A_MARK = re.compile(r"[ \t]*(?:[-*+>#|:=][ \t]*)*(?:\d{1,3}[.)])?[ \t]*[.,;:!?*_~()]*[ \t]*")


@dataclass(frozen=True)
class Edit:
    """A span of a text to replace, what kind of thing it is, and what replaces it.

    `start` and `end` are offsets in characters. An edit without a `kind` is not reported, as nothing of the
    note is lost.
    """

    start: int
    end: int
    kind: str
    replacement: str = GAP


@dataclass(frozen=True)
class RemovedSpan:
    """What was removed from a note: its first and last line in the file (from 1), its kind and its length."""

    line: int
    end: int
    kind: str
    characters: int


@dataclass(frozen=True)
class TrackedText:
    """A text, the number in the file (from 1) of each of its lines, and what was removed."""

    text: str
    line_numbers: Sequence[int]
    removed: tuple[RemovedSpan, ...] = field(default=())

    def with_text(self, text: str) -> TrackedText:
        """Return this with a `text` of as many lines, each changed or not."""
        return replace(self, text=text)

    def with_lines(self, text: str, kept: Sequence[int]) -> TrackedText:
        """Return this with the `text` of only those lines that were `kept` (their positions here, from 1)."""
        return replace(self, text=text, line_numbers=[self.line_numbers[place - 1] for place in kept])

    def apply(self, edits: Iterable[Edit]) -> TrackedText:
        """Return this with `edits` applied; an edit that begins inside another one is ignored.

        A line that was cut to nothing, or to the mark of a list or a quotation, goes too.
        """
        chosen = sorted(edits, key=lambda edit: (edit.start, -edit.end))
        if not chosen:
            return self
        pieces: list[str] = []
        numbers = [self.line_numbers[0]]
        removed = list(self.removed)
        position = line = 0
        for edit in chosen:
            if edit.start < position:
                continue
            kept = self.text[position : edit.start]
            count = kept.count("\n")
            numbers.extend(self.line_numbers[line + 1 : line + 1 + count])
            line += count
            starts_line = edit.start == 0 or self.text[edit.start - 1] == "\n"
            put = edit.replacement
            if put == GAP and starts_line and self.text[edit.end - 1] == "\n":
                put += "\n"  # whole lines: the one after them keeps its indentation
            pieces += (kept, put)
            inside = self.text.count("\n", edit.start, edit.end)
            ends = inside - (self.text[edit.end - 1 : edit.end] == "\n" and inside > 0)
            if edit.kind:
                lost = edit.end - edit.start - len(edit.replacement.strip(GAP + BREAK))
                removed.append(
                    RemovedSpan(self.line_numbers[line], self.line_numbers[line + ends], edit.kind, lost)
                )
            numbers.extend([self.line_numbers[line]] * put.count("\n"))
            line += inside
            if starts_line:
                # What follows on the line is all there is of it.
                numbers[-1] = self.line_numbers[line]
            position = edit.end
        pieces.append(self.text[position:])
        numbers.extend(self.line_numbers[line + 1 :])
        text, numbers = _mend("".join(pieces), numbers)
        return TrackedText(text, numbers, tuple(removed))


def track_lines(text: str) -> TrackedText:
    """Return `text` with plain newlines, each line with the number an editor gives it.

    Vertical tabs, form feeds, next line and the Unicode separators end a line, but an editor does not count
    them, so the lines that they separate share a number.
    """
    text = _LINE_ENDS.sub("\n", text)
    if not _ODD_BREAKS.search(text):
        return TrackedText(text, range(1, text.count("\n") + 2))
    lines: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        parts = unify_breaks(line).split("\n")
        lines += parts
        numbers += [number] * len(parts)
    return TrackedText("\n".join(lines), numbers)


def unify_breaks(text: str) -> str:
    """Return `text` with a newline for every kind of line break, and a blank line for a form feed."""
    return _ODD_BREAKS.sub("\n", _LINE_ENDS.sub("\n", text).replace("\x0c", "\n\n"))


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text`, as long as it was, with MASKED for all but the newlines of `spans`."""
    pieces = []
    position = 0
    for start, end in spans:
        pieces.append(text[position:start])
        pieces.append("\n".join(MASKED * len(part) for part in text[start:end].split("\n")))
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _mend(text: str, numbers: list[int]) -> tuple[str, list[int]]:
    """Return a text with every GAP and BREAK resolved, and the file's number of each of its lines."""
    lines: list[str] = []
    kept: list[int] = []
    line_is_gone = False
    for line, number in zip(text.split("\n"), numbers, strict=True):
        if GAP not in line and BREAK not in line:
            if line_is_gone and not line.strip() and (not lines or not lines[-1].strip()):
                continue
            lines.append(line)
            kept.append(number)
            line_is_gone = False
            continue
        first, *others = line.split(BREAK)
        parts = [_close_gaps(first).rstrip(), *(_close_gaps(part).strip() for part in others)]
        parts = [part for part in parts if not _ONLY_A_MARK.fullmatch(part)]
        lines += parts
        kept += [number] * len(parts)
        line_is_gone = not parts
    if not lines:
        return "", numbers[:1]
    return "\n".join(lines), kept


def _close_gaps(part: str) -> str:
    if GAP not in part:
        return part

    def blank(match: re.Match[str]) -> str:
        if match.start() == 0:
            return ""
        before, after = match["before"], match["after"].replace(GAP, "")
        following = part[match.end() : match.end() + 1]
        if not following:
            return ""
        if before and following in _CLOSING:
            return ""
        return " " if before or after else ""

    return _GAPS.sub(blank, part)
