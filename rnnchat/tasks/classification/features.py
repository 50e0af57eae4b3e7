"""TF-IDF features of texts: words, pairs of words, and runs of 2 to 5 characters inside words.

Features are identified by 64-bit hashes, so a saved classifier does not hold the words of its examples.

TF-IDF with sublinear counts: Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008,
sections 6.2 and 6.4.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.sparse import Floats, SparseRows, stack_columns

SHORTEST_RUN, LONGEST_RUN = 2, 5
"""Runs of characters have at least and at most this many."""
MAXIMUM_CHARACTERS = 20_000
"""Only this many characters at the beginning of a text are used."""
_WORD = re.compile(r"\w+")
_MULTIPLIER, _INCREMENT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
"""Two odd numbers that spread the bits of a hash."""
_SPACE = 32
"""The code point of a space."""

Hashes = NDArray[np.uint64]
Counts = tuple[tuple[Hashes, NDArray[np.int64]], ...]
"""For each group of features (words, characters): the hashes in a text, each once, with their number."""


def count_features(text: str) -> Counts:
    """Return the features of a text, with how often each occurs."""
    text = text[:MAXIMUM_CHARACTERS].lower()
    return tuple(_unique(hashes(text)) for hashes in GROUPS)


def word_features(text: str) -> dict[str, int]:
    """Return the hash of each word and each pair of words in a text."""
    words = [found[0] for found in _WORD.finditer(text[:MAXIMUM_CHARACTERS].lower())]
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(words)]
    hashes = _word_hashes(" ".join(words)).tolist()
    return dict(zip([*words, *pairs], hashes, strict=True))


@dataclass(frozen=True)
class Vocabulary:
    """The features that were seen in examples: for each group the sorted hashes and their weights."""

    hashes: tuple[Hashes, ...]
    """The hashes of each group, in ascending order."""
    weights: tuple[Floats, ...]
    """The inverse document frequency of each hash: ln((1 + texts) / (1 + texts with it)) + 1."""
    unseen_weight: float
    """The same of a feature that is not among them: ln(1 + texts) + 1."""

    @classmethod
    def of(cls, counts: Sequence[Counts], least: int = 1) -> Vocabulary:
        """Return the features that occur in at least `least` of the texts."""
        hashes, weights = [], []
        for group in range(len(GROUPS)):
            parts = [text[group][0] for text in counts]
            found, texts = np.unique(np.concatenate(parts or [np.zeros(0, np.uint64)]), return_counts=True)
            kept = texts >= least
            hashes.append(found[kept])
            weights.append((np.log((1 + len(counts)) / (1 + texts[kept])) + 1).astype(np.float32))
        return cls(tuple(hashes), tuple(weights), float(np.log(1 + len(counts)) + 1))

    @property
    def width(self) -> int:
        """The number of features of all groups together."""
        return sum(map(len, self.hashes))

    def rows(self, counts: Sequence[Counts]) -> SparseRows:
        """Return a row of TF-IDF values for each text, (texts, width).

        Each group of a row has length 1 with the features that are not among these, which the row leaves out:
        the more of a text is unknown, the shorter is its row.
        """
        return stack_columns([self._group_rows(counts, group) for group in range(len(GROUPS))])

    def columns_of(self, hashes: Sequence[int]) -> NDArray[np.int64]:
        """Return the column of each hash of a word or a pair of words; -1 for one that was not seen."""
        return _find(self.hashes[0], np.array(hashes, np.uint64))

    def _group_rows(self, counts: Sequence[Counts], group: int) -> SparseRows:
        columns, values, starts = [], [], [0]
        for text in counts:
            hashes, times = text[group]
            places = _find(self.hashes[group], hashes)
            known = places >= 0
            places = places[known]
            frequencies = 1 + np.log(times)
            row = (frequencies[known] * self.weights[group][places]).astype(np.float32)
            unseen = frequencies[~known] * self.unseen_weight
            length = float(np.sqrt(row @ row + unseen @ unseen))
            columns.append(places.astype(np.int32))
            values.append(row / length if length else row)
            starts.append(starts[-1] + len(places))
        width = len(self.hashes[group])
        if not columns:
            return SparseRows(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), width)
        return SparseRows(np.array(starts), np.concatenate(columns), np.concatenate(values), width)


def _find(known: Hashes, wanted: Hashes) -> NDArray[np.int64]:
    """Return the place of each wanted hash in the sorted `known` ones; -1 for one that is not there."""
    if not len(known):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[places] == wanted, places, -1)


def _unique(hashes: Hashes) -> tuple[Hashes, NDArray[np.int64]]:
    found, times = np.unique(hashes, return_counts=True)
    return found, times


@lru_cache(maxsize=2**17)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _word_hashes(text: str) -> Hashes:
    """Return the hash of each word, then of each pair of neighbouring words."""
    words = np.array([_word_hash(word) for word in _WORD.findall(text)], np.uint64)
    return np.concatenate((words, (words[:-1] * _MULTIPLIER) ^ (words[1:] + _INCREMENT)))


def _run_hashes(text: str) -> Hashes:
    """Return the hash of each run of characters; a run crosses no space, but may begin or end with one."""
    spaced = f" {' '.join(text.split())} ".encode("utf-32-le", "replace")
    codes = np.frombuffer(spaced, np.uint32).astype(np.uint64)
    is_space = codes == _SPACE
    found = []
    hashes = codes
    for length in range(SHORTEST_RUN, min(LONGEST_RUN, len(codes)) + 1):
        hashes = hashes[:-1] * _MULTIPLIER + codes[length - 1 :] * _INCREMENT
        hashes ^= hashes >> np.uint64(29)
        inside = np.ones(len(hashes), bool)
        for place in range(1, length - 1):
            inside &= ~is_space[place : place + len(hashes)]
        if length == SHORTEST_RUN:
            inside &= ~(is_space[:-1] & is_space[1:])
        found.append(hashes[inside])
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


GROUPS: tuple[Callable[[str], Hashes], ...] = (_word_hashes, _run_hashes)
"""The groups of features; each takes a text in lower case and returns the hashes of its features."""
