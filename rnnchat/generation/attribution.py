"""Attribution: which passages of a text occur word for word in the notes, and in which line of which file."""

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
"""A passage of fewer pieces is a common phrase, not a copy."""
SHORTEST_TEXT = 24
"""A passage of fewer characters is a common phrase, not a copy."""
SOURCES = "sources"
"""The array of a saved memory that holds the paths of its notes, as JSON in bytes."""
_MOST_PATHS = 4_000_000
"""More paths than a memory can have, with the commas in their names."""
_CANDIDATES = 256
"""At most this many occurrences of a long passage are followed further back."""
_MOST_LINES = 1000
"""At most this many occurrences of a passage in its file are compared by their line."""


@dataclass(frozen=True)
class Attribution:
    """A passage of a text that occurs in a note."""

    text: str
    """The passage, without white space around it."""
    path: str
    """The note's file; empty where that is not known."""
    line: int
    """The line of the file in which the passage begins, from 1."""
    start: int
    """The passage's first character in the text that was searched, from 0."""

    def as_dict(self) -> dict[str, Any]:
        """Return the attribution as a JSON object."""
        return asdict(self)


class AttributionIndex:
    """Finds passages in the notes that a model learned; `paths` are the notes' files in their order."""

    def __init__(self, memory: NgramMemory, tokenizer: Tokenizer, paths: Sequence[str]) -> None:
        self._memory, self._tokenizer = memory, tokenizer
        self._starts = np.flatnonzero(memory.pieces == tokenizer.roles.start)
        # A memory that is full drops its oldest notes, which come first.
        self._paths = list(paths)[max(0, len(paths) - len(self._starts)) :]
        self._newline = tokenizer.encode("\n")[0]

    @classmethod
    def from_tensors(
        cls, tensors: Mapping[str, NDArray[Any]], memory: NgramMemory, tokenizer: Tokenizer
    ) -> AttributionIndex:
        """Return the index of a saved memory, whose `tensors` hold the paths."""
        return cls(memory, tokenizer, paths_from(tensors.get(SOURCES)))

    def find(self, text: str) -> list[Attribution]:
        """Return the longest passages of `text` that occur in the notes, in the order of the text."""
        pieces = self._tokenizer.encode(text)
        found: list[Attribution] = []
        end = len(pieces)
        while end >= SHORTEST_PIECES:
            length, last = self._longest_match(pieces[:end])
            passage = self._tokenizer.decode(pieces[end - length : end])
            if length >= SHORTEST_PIECES and len(passage.strip()) >= SHORTEST_TEXT:
                before = self._tokenizer.decode(pieces[: end - length])
                found.append(self._attribute(passage, len(before), last - length + 1))
                end -= length
            else:
                end -= 1
        return found[::-1]

    def _longest_match(self, pieces: Sequence[int]) -> tuple[int, int]:
        """Return how many of the last `pieces` occur together in the notes, and where the last one is."""
        intervals = self._memory.intervals(pieces)
        if not intervals:
            return 0, 0
        notes, longest = self._memory.pieces, len(intervals)
        candidates = self._memory.positions(intervals[-1])[:_CANDIDATES].tolist()
        best = candidates[0]
        if longest == LONGEST_MATCH:
            for last in candidates:
                length = longest
                while length < min(len(pieces), last + 1) and notes[last - length] == pieces[-1 - length]:
                    length += 1
                if length > longest:
                    longest, best = length, last
        return longest, best

    def _attribute(self, passage: str, before: int, first: int) -> Attribution:
        """Return the attribution of a passage whose first piece is number `first` of the notes.

        `before` is the number of characters before it in the text.
        """
        number = int(np.searchsorted(self._starts, first, side="right")) - 1
        note_start = int(self._starts[number]) if number >= 0 else 0
        line = 1 + int((self._memory.pieces[note_start:first] == self._newline).sum())
        path = self._paths[number] if 0 <= number < len(self._paths) else ""
        indent = len(passage) - len(passage.lstrip())
        line += passage[:indent].count("\n")
        text = passage.strip()
        return Attribution(text, path, _line_in_file(path, text, line), before + indent)


def paths_to(paths: Sequence[str]) -> NDArray[np.uint8]:
    """Return the notes' files as an array (bytes,) that is saved with a memory."""
    text = json.dumps(list(paths), ensure_ascii=False)
    # The bytes of names that are not UTF-8 become JSON's escapes.
    return np.frombuffer(text.encode("utf-8", "backslashreplace"), np.uint8)


def paths_from(array: NDArray[Any] | None) -> list[str]:
    """Return the files that `paths_to` made an array of; none where it is missing or damaged."""
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

    They can differ, because notes are cleaned before they are learned.
    """
    if not path:
        return line
    try:
        content = decode(read_file(Path(path), MAXIMUM_BYTES))
    except (OSError, UnreadableError):
        return line
    lines: list[int] = []
    counted, number, start = 0, 1, content.find(text)
    while start >= 0 and len(lines) < _MOST_LINES:
        number += content.count("\n", counted, start)
        lines.append(number)
        counted, start = start, content.find(text, start + 1)
    return min(lines, key=lambda one: abs(one - line), default=line)
