"""The validation split: which part of a corpus is kept back to measure a model with."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

VALIDATION_SHARE = 0.05
"""The share of a corpus, in bytes, that is kept back."""
VALIDATION_LIMIT = 200_000
"""At most this many bytes are kept back: more would cost more time than they add precision."""
LARGEST_NOTE = 3
"""A note is kept back only if that makes at most this many times the bytes that are wanted."""
FEWEST = 1 / 4
"""Notes are kept back only if they make at least this share of the bytes that are wanted."""
LONGEST_CUT = 0.2
"""At most this share of a note is cut off."""
SHORTEST_END = 20
"""A cut leaves at least this many characters after it, unless no paragraph, line or word ends there."""


@dataclass(frozen=True)
class ValidationSplit:
    """How a corpus is split: by whole notes, or by cutting the longest one where no notes fit."""

    kept_back: frozenset[int]
    """The numbers of the notes that are kept back; empty where a note is cut instead."""
    cut_note: int | None
    """The number of the note whose end is kept back, where none is kept back whole."""
    wanted: int
    """About how many bytes are to be kept back."""


def split_notes(
    names: Sequence[str], sizes: Sequence[int], learned: Collection[int] = (), *, wanted: int | None = None
) -> ValidationSplit:
    """Return how to split notes, given their `names` and their `sizes` in bytes.

    About `wanted` bytes are kept back, by default those of `validation_bytes_for`. The notes `learned` by
    an earlier training, given by number, are never kept back, but one of them may be cut.
    """
    wanted = validation_bytes_for(sum(sizes)) if wanted is None else wanted
    chosen = choose_validation(names, sizes, learned, wanted=wanted)
    longest = None if chosen else sizes.index(max(sizes))
    return ValidationSplit(frozenset(chosen), longest, wanted)


def validation_bytes_for(size: int) -> int:
    """Return about how many of a corpus's `size` bytes are kept back."""
    return int(min(size * VALIDATION_SHARE, VALIDATION_LIMIT))


def choose_validation(
    names: Sequence[str], sizes: Sequence[int], learned: Collection[int] = (), *, wanted: int | None = None
) -> set[int]:
    """Return the numbers of the notes to keep back; none where the notes are too few or too large.

    The choice follows the hashes of the notes' names, so that the same notes are chosen again. Arguments
    are those of `split_notes`.
    """
    wanted = validation_bytes_for(sum(sizes)) if wanted is None else wanted
    # A name need not be UTF-8; one that is has had the same digest since version 0.1.
    digests = [hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest() for name in names]
    ranked = sorted(range(len(names)), key=lambda number: digests[number])
    chosen: set[int] = set()
    size = 0
    for number in ranked:
        if number not in learned and size < wanted and size + sizes[number] <= LARGEST_NOTE * wanted:
            chosen.add(number)
            size += sizes[number]
    return chosen if size >= wanted * FEWEST else set()


def place_to_cut(text: str, wanted: int) -> int:
    """Return the character where to cut about `wanted` bytes off the end of a text.

    It is between paragraphs where possible, else between lines, else between words.
    """
    share = wanted / max(1, len(text.encode()))
    place = max(1, int(len(text) * (1 - min(share, LONGEST_CUT))))
    for mark in ("\n\n", "\n", " "):
        found = text.find(mark, place)
        if 0 < found < len(text) - SHORTEST_END:
            return found + len(mark)
    return place
