"""Pairs of sentences, read from a table of two columns that a tab separates."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rnnchat.errors import NotesError
from rnnchat.storage.display import display_path
from rnnchat.tasks.translation.words import words_of
from rnnchat.text.notes.clean import sanitize
from rnnchat.text.notes.decode import UnreadableError, decode_text, read_file
from rnnchat.text.scripts import main_script

MAXIMUM_FILE = 256 * 2**20
"""A file of pairs has at most this many bytes."""
MAXIMUM_PAIRS = 1_000_000
"""At most this many pairs are read."""
FEWEST_FOR_NETWORK = 2_000
"""A network that learned from fewer pairs than this would be worse than the nearest pair."""
LONGEST_SENTENCE = 60
"""A sentence of a pair has at most this many words, or characters in scripts without spaces."""
LONGEST_TEXT = 1_000
"""A sentence of a pair has at most this many characters."""
FEWEST_PAIRS = 20
"""Fewer pairs than this are of no use."""
_ONE_COLUMN_SHARE = 0.5
"""A file with this share of lines without a tab is not a table of pairs."""
_SAMPLE = 2_000
"""Scripts and languages are compared on about this many pairs."""
_MIXED_SHARE = 0.05
"""A column mixes scripts where this share of its sentences is in another one than most are."""
_FREQUENT_WORDS = 200
"""Two columns are compared by this many of their most frequent words."""
_SAME_LANGUAGE_SHARE = 0.5
"""Two columns that share this much of their frequent words may be in the same language."""
_BLANKS = re.compile(r"[ \t]+")
_INNER_BREAKS = str.maketrans(dict.fromkeys("\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))
"""A line of a table ends with a newline; other signs that break lines belong to a sentence."""
_HINT = "Each line holds a sentence, a tab, and its translation."


class SentencePair(NamedTuple):
    """A sentence and its translation."""

    source: str
    """The sentence in the language that is translated from, in NFC."""
    target: str
    """Its translation, in NFC."""
    line: int
    """The line of the file that it was read from, from 1."""


@dataclass(frozen=True)
class PairTable:
    """The pairs of a file, and what was left out."""

    pairs: tuple[SentencePair, ...]
    """The pairs in the order of the file; none is there twice."""
    duplicates: int = 0
    """How many lines repeated an earlier pair."""
    too_long: int = 0
    """How many lines had a sentence that is too long."""
    incomplete: int = 0
    """How many lines had no sentence on one of the sides."""
    more: int = 0
    """How many lines came after the first MAXIMUM_PAIRS pairs."""
    warnings: tuple[str, ...] = ()
    """What seems wrong with the pairs, in sentences."""


def read_pairs(path: Path, *, reverse: bool = False) -> PairTable:
    """Return the pairs of the file at `path`, from its first two columns; further columns are ignored.

    With `reverse`, the second column is translated into the first. Raises NotesError where the file cannot
    be read or holds no pairs.
    """
    name = display_path(path.name or path)
    try:
        # The file is named by a person, so it may be a link.
        text = decode_text(read_file(Path(os.path.realpath(path)), MAXIMUM_FILE)).text
    except UnreadableError as reason:
        raise NotesError(f"{name} cannot be used: {reason}.", f"Name a file of pairs. {_HINT}") from None
    table = parse_pairs(text, reverse=reverse)
    if not table.pairs:
        raise NotesError(f"There are no pairs in {name}.", _HINT)
    if len(table.pairs) < FEWEST_PAIRS:
        raise NotesError(
            f"{name} has only {len(table.pairs)} different pair{'s' * (len(table.pairs) > 1)}.",
            f"At least {FEWEST_PAIRS} are needed to look sentences up, and thousands to train a network.",
        )
    return table


def parse_pairs(text: str, *, reverse: bool = False) -> PairTable:
    """Return the pairs of a table as `read_pairs` does; raise NotesError where it has no two columns."""
    lines = sanitize(text.removeprefix("\ufeff").translate(_INNER_BREAKS)).split("\n")
    _require_two_columns(lines)
    left_out: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    pairs: list[SentencePair] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        first, second = _two_cells(line)
        problem = _problem(first, second, seen)
        if not problem and len(pairs) == MAXIMUM_PAIRS:
            problem = "more"
        if problem:
            left_out[problem] += 1
            continue
        seen.add((first, second))
        pairs.append(SentencePair(second, first, number) if reverse else SentencePair(first, second, number))
    return PairTable(tuple(pairs), warnings=tuple(_warnings(pairs)), **left_out)


def pair_lines(pairs: Iterable[SentencePair]) -> str:
    """Return pairs as lines of a table, as `parse_pairs` reads them."""
    return "".join(f"{pair.source}\t{pair.target}\n" for pair in pairs)


def _two_cells(line: str) -> tuple[str, str]:
    cells = [*line.split("\t", 2)[:2], ""]
    first, second = (_BLANKS.sub(" ", unicodedata.normalize("NFC", cell)).strip() for cell in cells[:2])
    return first, second


def _problem(first: str, second: str, seen: set[tuple[str, str]]) -> str:
    """Return why a line is left out, as PairTable calls it; nothing where it is a new pair."""
    if (first, second) in seen:
        return "duplicates"
    if not first or not second:
        return "incomplete"
    return "too_long" if any(map(_is_too_long, (first, second))) else ""


def _is_too_long(text: str) -> bool:
    if len(text) <= LONGEST_SENTENCE:
        return False
    return len(text) > LONGEST_TEXT or len(words_of(text)) > LONGEST_SENTENCE


def _require_two_columns(lines: Sequence[str]) -> None:
    """Raise NotesError where most lines have one column, or the first column holds numbers."""
    filled = [line for line in lines if line.strip()]
    single = sum("\t" not in line for line in filled)
    if filled and single >= _ONE_COLUMN_SHARE * len(filled):
        others = next((sign for sign in (";", ",", "|") if _separates(sign, filled)), "")
        hint = f"If {others!r} separates the columns, save the table with tabs instead (TSV)."
        said = "None of the lines has" if single == len(filled) else f"{single:,} of the lines do not have"
        raise NotesError(f"{said} two columns that a tab separates.", hint if others else _HINT)
    numbers = sum(line.partition("\t")[0].strip().isdecimal() for line in filled)
    if filled and numbers > len(filled) / 2:
        raise NotesError(
            "The first column holds numbers, not sentences.",
            "Keep the two columns with sentences, such as with `cut -f2,4 OLD.tsv > NEW.tsv`.",
        )


def _separates(sign: str, lines: Sequence[str]) -> bool:
    """Return whether a sign is in nearly all lines once."""
    return sum(line.count(sign) == 1 for line in lines) > 0.9 * len(lines)


def _warnings(pairs: Sequence[SentencePair]) -> Iterator[str]:
    """Yield what seems wrong with pairs: a column in several scripts, or both in the same language."""
    sample = pairs[:: max(1, len(pairs) // _SAMPLE)]
    columns = ([pair.source for pair in sample], [pair.target for pair in sample])
    for what, texts in zip(("The sentences to translate", "The translations"), columns, strict=True):
        scripts = Counter(script for text in texts if (script := main_script(text)))
        (most, count), *others = scripts.most_common(2) or [("", 0)]
        total = scripts.total()
        if others and total - count > _MIXED_SHARE * total:
            shares = f"{count / total:.0%} {most}, {others[0][1] / total:.0%} {others[0][0]}"
            yield f"{what} are in several scripts ({shares}): the column may mix languages."
    sources, targets = map(_frequent_words, columns)
    if len(sources & targets) > _SAME_LANGUAGE_SHARE * min(len(sources), len(targets)) > 0:
        yield "Both columns share most of their words: they may be in the same language, or mixed up."


def _frequent_words(texts: Sequence[str]) -> set[str]:
    counts = Counter(word for text in texts for word in words_of(text) if word.isalpha())
    return {word for word, _ in counts.most_common(_FREQUENT_WORDS)}
