"""A text prepared for the rules that find secrets: it finds the lines with given words quickly."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
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
class Finding:
    """The first and last line of one secret, counted from 0, and its kind in plain words."""

    first: int
    last: int
    kind: str


_as_set = lru_cache(maxsize=100)(frozenset[str])


class TriggerWords:
    """The words, in lower case, that the rules look for; one pass over a text finds all of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))

    @cached_property
    def ascii_pattern(self) -> re.Pattern[str]:
        """Match, where a word of the text begins, the longest word that begins with ASCII."""
        return re.compile(rf"(?<![a-z])(?=({as_pattern(word for word in self.words if word[0].isascii())}))")

    @cached_property
    def other_pattern(self) -> re.Pattern[str]:
        """Match, anywhere in the text, the longest word that begins with any other letter."""
        return re.compile(f"(?=({as_pattern(word for word in self.words if not word[0].isascii())}))")

    @cached_property
    def prefixes(self) -> dict[str, tuple[str, ...]]:
        """For each word, the words that are a prefix of it, the longest (itself) first."""
        known = set(self.words)
        return {
            word: tuple(word[:n] for n in range(len(word), 0, -1) if word[:n] in known) for word in self.words
        }


class SearchableText:
    """A text, its lines and its lower-case form, with one form of each character.

    Full-width characters become plain ones, and characters without width are removed. The number of lines
    stays the same.
    """

    def __init__(self, text: str, trigger_words: TriggerWords) -> None:
        self._trigger_words = trigger_words
        self.text = text if text.isascii() else _ODD.sub(_plain_form, text)
        self.lower = self.text.lower()
        self.lines = self.text.split("\n")
        self.is_ascii_only = text.isascii() or _FOREIGN.search(text) is None
        """Whether all letters are ASCII, so that words of other alphabets need not be looked for."""

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line begins."""
        return _starts_of(self.lines)

    def lines_with(self, words: Iterable[str]) -> list[int]:
        """Return the numbers, from 0, of the lines that hold one of `words`, which must be trigger words."""
        wanted = _as_set(tuple(words))
        return sorted({line for word, lines in self._lines_of.items() if word in wanted for line in lines})

    def lines_with_next(self, words: Iterable[str]) -> Iterator[int]:
        """Yield each line that holds one of `words`, and the next line that is not blank."""
        for line in self.lines_with(words):
            yield line
            below = self.next_nonblank_line(line)
            if below is not None:
                yield below

    def find_lines(self, words: Iterable[str], holds: Callable[[str], bool], kind: str) -> Iterator[Finding]:
        """Yield a finding of `kind` for each line that holds one of `words` and for which `holds` is true."""
        for line in self.lines_with(words):
            if holds(self.lines[line]):
                yield Finding(line, line, kind)

    @cached_property
    def trigger_matches(self) -> list[tuple[int, str]]:
        """The offset of each trigger word in the text, with the longest trigger word there.

        Most are found only at the beginning of a word of the text; those of _WITHIN also inside longer words.
        """
        found = {
            match.start(): match.group(1) for match in self._trigger_words.ascii_pattern.finditer(self.lower)
        }
        if not self.is_ascii_only:
            found |= {
                match.start(): match.group(1)
                for match in self._trigger_words.other_pattern.finditer(self.lower)
            }
        for word in _WITHIN:
            place = self.lower.find(word)
            while place >= 0:
                found.setdefault(place, word)
                place = self.lower.find(word, place + 1)
        return sorted(found.items())

    def prefixes_of(self, word: str) -> tuple[str, ...]:
        """Return the trigger words that are a prefix of a trigger word, the longest first."""
        return self._trigger_words.prefixes[word]

    @cached_property
    def _lines_of(self) -> dict[str, list[int]]:
        """The lines that hold each trigger word."""
        lines: dict[str, list[int]] = {}
        for place, longest in self.trigger_matches:
            line = self.line_at(place)
            for word in self._trigger_words.prefixes[longest]:
                lines.setdefault(word, []).append(line)
        return lines

    @cached_property
    def lines_with_long_numbers(self) -> list[int]:
        """The lines with enough digits for the number of a card, an account or a person."""
        found: list[int] = []
        for line, match in self.matches(_NUMERIC):
            figures = len(_FIGURE.findall(match.group()))
            if (figures >= 9 or (figures >= 4 and _LETTER_AFTER.search(match.group()))) and found[-1:] != [
                line
            ]:
                found.append(line)
        return found

    def line_at(self, place: int) -> int:
        """Return the number of the line, from 0, that holds the offset `place`."""
        return bisect_right(self.starts, place) - 1

    def end_of(self, line: int) -> int:
        """Return the offset at which a line ends."""
        return self.starts[line] + len(self.lines[line])

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield each match of `pattern`, which must not match a line's end, with its line."""
        for match in pattern.finditer(self.text):
            yield self.line_at(match.start()), match

    def lines_matching(self, pattern: re.Pattern[str]) -> Iterator[int]:
        """Yield, once, each line in which `pattern` matches."""
        last = -1
        for line, _ in self.matches(pattern):
            if line != last:
                last = line
                yield line

    def next_nonblank_line(self, line: int, within: int = 2) -> int | None:
        """Return the next line that is not blank, at most `within` lines below; None if there is none."""
        for number in range(line + 1, min(line + 1 + within, len(self.lines))):
            if self.lines[number].strip():
                return number
        return None

    def context_of(self, line: int) -> str:
        """Return, in lower case, a line with up to two non-blank lines above it, where its label may be."""
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
        return "I"  # the one letter that is longer in lower case: offsets must be the same in both
    return " " if _SPACES.match(character) else ""


def _starts_of(lines: list[str]) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in lines[:-1])]
