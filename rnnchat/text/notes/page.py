"""A note's text while it is cleaned: what is cut out of it, and which line of the file each line was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

GAP = "\x01"
"""Put where something in a line was cut: the blanks around it become one."""
BREAK = "\x02"
"""Put where a line ends if there is text on both sides."""
HIDDEN = "\x03"
"""Stands for each character that a rule must not see."""
# All three are control characters, which a text that is being cleaned has none of.

_LINE_ENDS = re.compile("\r\n?")
_ODD_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_GAPS = re.compile(rf"(?<![ \t])(?P<before>[ \t]*){GAP}(?P<after>[{GAP} \t]*)")
_CLOSING = frozenset(".,;:!?)]}’”…。，、；：！？）」』")
_ONLY_A_MARK = re.compile(r"[ \t]*(?:[-*+>#|:=][ \t]*)*(?:\d{1,3}[.)])?[ \t]*[.,;:!?*_~()]*[ \t]*")


@dataclass(frozen=True)
class Cut:
    """A stretch of a text to take out, what kind of thing it is, and what stands there instead.

    An empty `kind` says that nothing is lost by it.
    """

    start: int
    end: int
    kind: str
    put: str = GAP


@dataclass(frozen=True)
class Removed:
    """What was taken out of a note: its first and last line in the file, its kind and its length."""

    line: int
    end: int
    kind: str
    characters: int


@dataclass(frozen=True)
class Page:
    """A text, the number of each of its lines in the file it came from, and what was taken out."""

    text: str
    numbers: Sequence[int]
    removed: tuple[Removed, ...] = field(default=())

    def with_text(self, text: str) -> Page:
        """Return this page with a text that has the same lines, each changed or not."""
        return replace(self, text=text)

    def with_lines(self, text: str, kept: Sequence[int]) -> Page:
        """Return this page with the text of the lines that were `kept` (their places here, from 1)."""
        return replace(self, text=text, numbers=[self.numbers[place - 1] for place in kept])

    def without(self, cuts: Iterable[Cut]) -> Page:
        """Return this page without `cuts`; one that begins within another is left alone.

        A line that was cut to nothing, or to the mark of a list or a quotation, goes too.
        """
        chosen = sorted(cuts, key=lambda cut: (cut.start, -cut.end))
        if not chosen:
            return self
        pieces: list[str] = []
        numbers = [self.numbers[0]]
        removed = list(self.removed)
        position = line = 0
        for cut in chosen:
            if cut.start < position:
                continue
            kept = self.text[position : cut.start]
            count = kept.count("\n")
            numbers.extend(self.numbers[line + 1 : line + 1 + count])
            line += count
            starts_line = cut.start == 0 or self.text[cut.start - 1] == "\n"
            put = cut.put
            if put == GAP and starts_line and self.text[cut.end - 1] == "\n":
                put += "\n"  # whole lines: the one after them keeps its indentation
            pieces += (kept, put)
            inside = self.text.count("\n", cut.start, cut.end)
            ends = inside - (self.text[cut.end - 1 : cut.end] == "\n" and inside > 0)
            if cut.kind:
                lost = cut.end - cut.start - len(cut.put.strip(GAP + BREAK))
                removed.append(Removed(self.numbers[line], self.numbers[line + ends], cut.kind, lost))
            numbers.extend([self.numbers[line]] * put.count("\n"))
            line += inside
            if starts_line:
                # What follows on the line is all there is of it.
                numbers[-1] = self.numbers[line]
            position = cut.end
        pieces.append(self.text[position:])
        numbers.extend(self.numbers[line + 1 :])
        text, numbers = _mend("".join(pieces), numbers)
        return Page(text, numbers, tuple(removed))


def read_page(text: str) -> Page:
    """Return `text` with plain newlines, each line with the number an editor gives it.

    Vertical tabs, form feeds, next line and the separators of Unicode end lines here, but are not counted.
    """
    text = _LINE_ENDS.sub("\n", text)
    if not _ODD_BREAKS.search(text):
        return Page(text, range(1, text.count("\n") + 2))
    lines: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        parts = unify_breaks(line).split("\n")
        lines += parts
        numbers += [number] * len(parts)
    return Page("\n".join(lines), numbers)


def unify_breaks(text: str) -> str:
    """Return `text` with a newline for every kind of line break, and a blank line for a new page."""
    return _ODD_BREAKS.sub("\n", _LINE_ENDS.sub("\n", text).replace("\x0c", "\n\n"))


def hide(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text`, as long as it was, with HIDDEN for all but the newlines of `spans`."""
    pieces = []
    position = 0
    for start, end in spans:
        pieces.append(text[position:start])
        pieces.append("\n".join(HIDDEN * len(part) for part in text[start:end].split("\n")))
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _mend(text: str, numbers: list[int]) -> tuple[str, list[int]]:
    """Return a text with the marks that cuts have left in it worked out."""
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
