"""Where a phrase comes from: the stretches of a text that stand word for word in the notes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.suffix_array import LONGEST_MATCH
from rnnchat.text.notes.decode import UnreadableError, decode, read_file
from rnnchat.text.notes.walk import MAXIMUM_BYTES
from rnnchat.text.tokenizer import Tokenizer

SHORTEST_PIECES = 5
SHORTEST_TEXT = 24
"""A stretch of fewer pieces or characters is how anybody says it."""
SOURCES = "sources"
"""The array of a memory that tells its notes' files, as JSON in bytes."""
_MOST_PATHS = 4_000_000  # more than a memory has pieces, with commas in their names
_TRIED = 256  # of the places that a long stretch stands at, so many are followed further back


@dataclass(frozen=True)
class Origin:
    """A stretch of text that stands in a note."""

    text: str
    path: str
    """The note's file; nothing where that is not known."""
    line: int
    """The line in which the stretch begins, from 1."""
    start: int
    """The characters before it in the text it was looked for in."""

    def as_dict(self) -> dict[str, Any]:
        """Return the origin for programs."""
        return asdict(self)


class Origins:
    """Looks phrases up in the notes of a model."""

    def __init__(self, memory: NgramMemory, tokenizer: Tokenizer, paths: Sequence[str]) -> None:
        self._memory, self._tokenizer = memory, tokenizer
        self._starts = np.flatnonzero(memory.pieces == tokenizer.roles.start)
        # The oldest notes are the ones that a memory may have lost.
        self._paths = list(paths)[max(0, len(paths) - len(self._starts)) :]
        self._newline = tokenizer.encode("\n")[0]

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[Any]], memory: NgramMemory, tokenizer: Tokenizer) -> Origins:
        """Return the origins that a saved memory tells."""
        return cls(memory, tokenizer, paths_from(tensors.get(SOURCES)))

    def find(self, text: str) -> list[Origin]:
        """Return the longest stretches of `text` that stand in the notes, in the order of the text."""
        pieces = self._tokenizer.encode(text)
        found: list[Origin] = []
        end = len(pieces)
        while end >= SHORTEST_PIECES:
            length, place = self._longest(pieces[:end])
            stretch = self._tokenizer.decode(pieces[end - length : end])
            if length >= SHORTEST_PIECES and len(stretch.strip()) >= SHORTEST_TEXT:
                before = self._tokenizer.decode(pieces[: end - length])
                found.append(self._origin(stretch, len(before), place - length + 1))
                end -= length
            else:
                end -= 1
        return found[::-1]

    def _longest(self, pieces: Sequence[int]) -> tuple[int, int]:
        """Return how many of the last `pieces` stand together in the notes, and where they end."""
        intervals = self._memory.intervals(pieces)
        if not intervals:
            return 0, 0
        notes, best, where = self._memory.pieces, len(intervals), 0
        places = self._memory.positions(intervals[-1])[:_TRIED].tolist()
        where = places[0]
        if best == LONGEST_MATCH:
            for place in places:
                length = best
                while length < min(len(pieces), place + 1) and notes[place - length] == pieces[-1 - length]:
                    length += 1
                if length > best:
                    best, where = length, place
        return best, where

    def _origin(self, stretch: str, before: int, place: int) -> Origin:
        number = int(np.searchsorted(self._starts, place, side="right")) - 1
        first = int(self._starts[number]) if number >= 0 else 0
        line = 1 + int((self._memory.pieces[first:place] == self._newline).sum())
        path = self._paths[number] if 0 <= number < len(self._paths) else ""
        lead = len(stretch) - len(stretch.lstrip())
        line += stretch[:lead].count("\n")
        text = stretch.strip()
        return Origin(text, path, _line_in_file(path, text, line), before + lead)


def paths_to(paths: Sequence[str]) -> NDArray[np.uint8]:
    """Return the notes' files as an array that is saved with a memory."""
    text = json.dumps(list(paths), ensure_ascii=False)
    # The bytes of names that are not UTF-8 become JSON's escapes.
    return np.frombuffer(text.encode("utf-8", "backslashreplace"), np.uint8)


def paths_from(array: NDArray[Any] | None) -> list[str]:
    """Return the files that `paths_to` made an array of; none where it is missing or is something else."""
    if array is None:
        return []
    text = array.astype(np.uint8).tobytes()
    if text.count(b",") + text.count(b"[") > _MOST_PATHS:
        return []
    try:
        paths = json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        return []
    return [str(path) for path in paths] if isinstance(paths, list) else []


def _line_in_file(path: str, text: str, line: int) -> int:
    """Return the line of `text` in the file as it is now, the nearest to `line`; `line` where it is gone.

    What was learned may have been cleaned of some lines.
    """
    if not path:
        return line
    try:
        content = decode(read_file(Path(path), MAXIMUM_BYTES))
    except (OSError, UnreadableError):
        return line
    lines: list[int] = []
    passed, number, place = 0, 1, content.find(text)
    while place >= 0 and len(lines) < 1000:
        number += content.count("\n", passed, place)
        lines.append(number)
        passed, place = place, content.find(text, place + 1)
    return min(lines, key=lambda found: abs(found - line), default=line)
