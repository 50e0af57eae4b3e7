"""A text as the rules for secrets read it, and how its lines are found quickly."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from rnnchat.text.notes.secrets.trie import as_pattern

_ODD = re.compile(
    "[\u00a0\u00ad\u0130\u034f\u0300-\u036f\u1680\u180e\u2000-\u200f\u2010-\u2012\u2028-\u202f\u205f-\u2064\u3000\ufe55"
    "\ufe58\ufe63\ufeff\uff01-\uff5e]"
)
_FOREIGN = re.compile("[^\x00-\x7f\u2000-\u2bff\ufe0f\U0001f000-\U0001ffff]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_NUMERIC = re.compile(r"[0-9][0-9A-Za-z ./+-]{4,}")
_WITHIN = (
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "wachtwoord",
    "://",
    "q~",
    "karte",
    "card",
)
_FIGURE = re.compile(r"[0-9]")
_LETTER_AFTER = re.compile(r"[0-9][ -]?[A-Za-z](?![A-Za-z])")


@dataclass(frozen=True)
class Hit:
    """The lines of one secret, counted from 0, and its kind in plain words."""

    first: int
    last: int
    kind: str


_as_set = lru_cache(maxsize=100)(frozenset[str])


class Vocabulary:
    """The words, in lower case, whose lines a reading can tell; all are looked for at once."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))

    @cached_property
    def english(self) -> re.Pattern[str]:
        """Finds, where a word begins, the longest word that begins with an English letter or a sign."""
        return re.compile(rf"(?<![a-z])(?=({as_pattern(word for word in self.words if word[0].isascii())}))")

    @cached_property
    def foreign(self) -> re.Pattern[str]:
        """Finds the longest word that begins with any other letter, wherever it stands."""
        return re.compile(f"(?=({as_pattern(word for word in self.words if not word[0].isascii())}))")

    @cached_property
    def beginnings(self) -> dict[str, tuple[str, ...]]:
        """For each word the words that it begins with, itself first."""
        known = set(self.words)
        return {
            word: tuple(word[:n] for n in range(len(word), 0, -1) if word[:n] in known) for word in self.words
        }


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
        wanted = _as_set(tuple(words))
        return sorted({line for word, lines in self._lines_of.items() if word in wanted for line in lines})

    @cached_property
    def places(self) -> list[tuple[int, str]]:
        """Each place where a word of the vocabulary begins, with the longest such word.

        That is where a word of the text begins; a few are found within longer words, too.
        """
        found = {match.start(): match.group(1) for match in self._vocabulary.english.finditer(self.lower)}
        if not self.ascii:
            found |= {
                match.start(): match.group(1) for match in self._vocabulary.foreign.finditer(self.lower)
            }
        for word in _WITHIN:
            place = self.lower.find(word)
            while place >= 0:
                found.setdefault(place, word)
                place = self.lower.find(word, place + 1)
        return sorted(found.items())

    def beginnings_of(self, word: str) -> tuple[str, ...]:
        """Return the words of the vocabulary that a word of it begins with, the longest first."""
        return self._vocabulary.beginnings[word]

    @cached_property
    def _lines_of(self) -> dict[str, list[int]]:
        """The lines that hold each word of the vocabulary."""
        lines: dict[str, list[int]] = {}
        for place, longest in self.places:
            line = self.line_at(place)
            for word in self._vocabulary.beginnings[longest]:
                lines.setdefault(word, []).append(line)
        return lines

    @cached_property
    def numeric_lines(self) -> list[int]:
        """The lines with so many figures that they may hold the number of a card or a person."""
        found: list[int] = []
        for line, match in self.matches(_NUMERIC):
            figures = len(_FIGURE.findall(match.group()))
            if (figures >= 9 or (figures >= 4 and _LETTER_AFTER.search(match.group()))) and found[-1:] != [
                line
            ]:
                found.append(line)
        return found

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

    def lines_matching(self, pattern: re.Pattern[str]) -> Iterator[int]:
        """Yield each line with a match of `pattern` once."""
        last = -1
        for line, _ in self.matches(pattern):
            if line != last:
                last = line
                yield line

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
