"""What is taken out of notes before they are learned: told by kind and by place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.text.notes.page import Page, Removed

COPIES = "copies of other paragraphs"

MANY = frozenset(
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
"""Kinds that a note may have everywhere: told once for each note, with their number."""

_PARAGRAPHS = re.compile(r"\n{2,}")


@dataclass(frozen=True)
class Dropped:
    """What was taken out of a note: where it stood, what kind of thing it was, and how long."""

    path: Path
    line: int
    """The first line of the first such place in the file, from 1."""
    end: int
    """The last line of the first such place."""
    kind: str
    characters: int
    """In all places together."""
    places: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Return this, for programs."""
        return {
            "path": str(self.path),
            "line": self.line,
            "end": self.end,
            "kind": self.kind,
            "characters": self.characters,
            "places": self.places,
        }

    def __str__(self) -> str:
        """Return what was dropped and where: "front matter, lines 1–5"."""
        lines = f"line {self.line}" if self.line == self.end else f"lines {self.line}–{self.end}"
        if self.places == 1:
            return f"{self.kind}, {lines}"
        return f"{self.kind}, {self.places:,} places, the first in {lines}"


def in_places(path: Path, removed: Iterable[Removed]) -> tuple[Dropped, ...]:
    """Return what was removed from the note at `path`, by line; what it has many of, as one."""
    single: list[Dropped] = []
    many: dict[str, Dropped] = {}
    for item in sorted(removed, key=lambda item: item.line):
        one = Dropped(path, item.line, item.end, item.kind, item.characters)
        if item.kind not in MANY:
            single.append(one)
            continue
        first = many.get(item.kind, one)
        already = (first.characters, first.places) if item.kind in many else (0, 0)
        many[item.kind] = Dropped(
            path, first.line, first.end, item.kind, already[0] + item.characters, already[1] + 1
        )
    return tuple(sorted([*single, *many.values()], key=lambda item: item.line))


def paragraphs_gone(page: Page, kept: str) -> Iterator[Removed]:
    """Yield the paragraphs of `page` that are not in `kept`, which has the others in their order."""
    if page.text == kept:
        return
    left = iter(_PARAGRAPHS.split(kept))
    waiting = next(left, None)
    position = line = 0
    for match in [*_PARAGRAPHS.finditer(page.text), None]:
        end = match.start() if match else len(page.text)
        paragraph = page.text[position:end]
        last = line + paragraph.count("\n")
        if paragraph == waiting:
            waiting = next(left, None)
        elif paragraph.strip():
            yield Removed(page.numbers[line], page.numbers[last], COPIES, len(paragraph))
        if match is not None:
            line = last + match.end() - match.start()
            position = match.end()
