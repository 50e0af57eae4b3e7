"""What cleaning removed from the notes, reported by kind and by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.text.notes.tracked_text import RemovedSpan, TrackedText

COPIES = "copies of other paragraphs"

SUMMED_KINDS = frozenset(
    (
        "HTML",
        "comment",
        "template tags",
        "import or export",
        "wiki link",
        "embed",
        "link to a resource",
        "bare URL",
        "tracking",
        "identifier",
        "attributes",
        "properties",
        COPIES,
    )
)
"""Kinds that may occur all over a note: reported once a note, with the number of places."""

_PARAGRAPHS = re.compile(r"\n{2,}")


@dataclass(frozen=True)
class RemovedText:
    """What was removed from a note: where it was, what kind of thing it was, and how long."""

    path: Path
    line: int
    """The first line of the first place, in the file, from 1."""
    end: int
    """The last line of the first place."""
    kind: str
    characters: int
    """The number of characters in all places together."""
    places: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {
            "path": str(self.path),
            "line": self.line,
            "end": self.end,
            "kind": self.kind,
            "characters": self.characters,
            "places": self.places,
        }

    def __str__(self) -> str:
        """Return what was removed and where: "front matter, lines 1–5"."""
        lines = f"line {self.line}" if self.line == self.end else f"lines {self.line}–{self.end}"
        if self.places == 1:
            return f"{self.kind}, {lines}"
        return f"{self.kind}, {self.places:,} places, the first in {lines}"


def summarise_removals(path: Path, removed: Iterable[RemovedSpan]) -> tuple[RemovedText, ...]:
    """Return what was removed from the note at `path`, by line, with SUMMED_KINDS summed up."""
    single: list[RemovedText] = []
    many: dict[str, RemovedText] = {}
    for item in sorted(removed, key=lambda item: item.line):
        one = RemovedText(path, item.line, item.end, item.kind, item.characters)
        if item.kind not in SUMMED_KINDS:
            single.append(one)
            continue
        first = many.get(item.kind, one)
        already = (first.characters, first.places) if item.kind in many else (0, 0)
        many[item.kind] = RemovedText(
            path, first.line, first.end, item.kind, already[0] + item.characters, already[1] + 1
        )
    return tuple(sorted([*single, *many.values()], key=lambda item: item.line))


def removed_paragraphs(tracked: TrackedText, kept: str) -> Iterator[RemovedSpan]:
    """Yield the paragraphs of `tracked` that are missing from `kept`, which has the others in their order."""
    if tracked.text == kept:
        return
    left = iter(_PARAGRAPHS.split(kept))
    waiting = next(left, None)
    position = line = 0
    for match in [*_PARAGRAPHS.finditer(tracked.text), None]:
        end = match.start() if match else len(tracked.text)
        paragraph = tracked.text[position:end]
        last = line + paragraph.count("\n")
        if paragraph == waiting:
            waiting = next(left, None)
        elif paragraph.strip():
            yield RemovedSpan(tracked.line_numbers[line], tracked.line_numbers[last], COPIES, len(paragraph))
        if match is not None:
            line = last + match.end() - match.start()
            position = match.end()
