"""A text as the rules for secrets read it, and how its lines are found quickly."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from rnnchat.notes.secrets.trie import as_pattern

_ODD = re.compile(
    "[\u00a0\u00ad\u0130\u034f\u0300-\u036f\u1680\u180e\u2000-\u200f\u2010-\u2012\u2028-\u202f\u205f-\u2064\u3000\ufe55"
    "\ufe58\ufe63\ufeff\uff01-\uff5e]"
)
_FOREIGN = re.compile("[^\x00-\x7f\u2000-\u2bff\ufe0f\U0001f000-\U0001ffff]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


@dataclass(frozen=True)
class Hit:
    """The lines of one secret, counted from 0, and its kind in plain words."""

    first: int
    last: int
    kind: str


class Vocabulary:
    """The words, in lower case, whose lines a reading can tell; all are looked for at once."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))

    def search(self, ascii_only: bool) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
        """Return a pattern of the longest word at a place, and for each word those that it begins with."""
        return self._ascii if ascii_only else self._all

    @cached_property
    def _all(self) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
        return _searched(self._words)

    @cached_property
    def _ascii(self) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
        return _searched([word for word in self._words if word.isascii()])


def _searched(words: Sequence[str]) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    beginnings = {word: tuple(other for other in words if word.startswith(other)) for word in words}
    return re.compile(as_pattern(words, gaps=False)), beginnings


class Reading:
    """A text, its lines, and the same in lower case, written with one form of each character.

    Full-width letters and signs are read as the plain ones, and marks that have no width are not read.
    No line is added or taken away, so that the numbers of the lines stay right.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.text = text if text.isascii() else _ODD.sub(_plain_form, text)
        self.lower = self.text.lower()
        self.lines = self.text.split("\n")
        self.ascii = text.isascii() or _FOREIGN.search(text) is None
        """Whether all letters are of English, so that words of other alphabets need not be looked for."""

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return _starts_of(self.lines)

    def lines_with(self, words: Iterable[str]) -> list[int]:
        """Return the lines that hold one of `words`, which are words of the vocabulary."""
        found: set[int] = set()
        for word in words:
            found.update(self._lines_of.get(word, ()))
        return sorted(found)

    @cached_property
    def _lines_of(self) -> dict[str, list[int]]:
        """The lines that hold each word of the vocabulary."""
        lines: dict[str, list[int]] = {}
        pattern, beginnings = self._vocabulary.search(self.ascii)
        match = pattern.search(self.lower)
        while match:
            line = self.line_at(match.start())
            for word in beginnings[match.group()]:
                held = lines.setdefault(word, [])
                if not held or held[-1] != line:
                    held.append(line)
            match = pattern.search(self.lower, match.start() + 1)
        return lines

    def line_at(self, place: int) -> int:
        """Return the line that holds a place of the text."""
        return bisect_right(self.starts, place) - 1

    def end_of(self, line: int) -> int:
        """Return where a line ends in the text."""
        return self.starts[line] + len(self.lines[line])

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield each match of `pattern` in the text, which never holds a line's end, with its line."""
        for match in pattern.finditer(self.text):
            yield self.line_at(match.start()), match

    def next_written(self, line: int, within: int = 2) -> int | None:
        """Return the next line that is not blank, no more than `within` lines after `line`."""
        for number in range(line + 1, min(line + 1 + within, len(self.lines))):
            if self.lines[number].strip():
                return number
        return None

    def nearby(self, line: int) -> str:
        """Return a line with the one or two written lines above it, in lower case: where its label stands."""
        above = [text for text in self.lines[max(0, line - 3) : line] if text.strip()][-2:]
        return " ".join(text[-300:] for text in (*above, self.lines[line])).lower()


def _plain_form(match: re.Match[str]) -> str:
    character = match.group()
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    if character in "\u2010\u2011\u2012\ufe58\ufe63":
        return "-"
    if character == "\ufe55":
        return ":"
    if character == "\u0130":
        return "I"  # the one letter that is longer in lower case: places are the same in both
    return " " if _SPACES.match(character) else ""


def _starts_of(lines: list[str]) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in lines[:-1])]
