"""An inverted list: for each term, the rows (passages or notes) that have it, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

K1 = 1.5
"""How soon further occurrences of a term count for nothing, in BM25."""
B = 0.75
"""How far a long text counts less for the same occurrences, in BM25: 0 not at all, 1 in full."""
_MOST_COUNTED = 255
"""More occurrences of a term in a row than this count as this many."""


@dataclass(frozen=True)
class Postings:
    """The rows of each term; terms are numbered from 0 and rows, too."""

    starts: NDArray[np.int64]
    """Where the rows of each term begin in `rows`, (terms + 1,)."""
    rows: NDArray[np.uint32]
    """The rows of all terms, those of one term in order."""
    counts: NDArray[np.uint8]
    """How often the term occurs in each of `rows`."""

    @classmethod
    def build(
        cls,
        terms: NDArray[np.integer[Any]],
        rows: NDArray[np.int64],
        counts: NDArray[np.int64],
        vocabulary: int,
    ) -> Postings:
        """Return the postings where `terms[i]` occurs `counts[i]` times in `rows[i]`, for every i."""
        width = int(rows.max(initial=0)) + 1
        order = np.argsort(terms * width + rows, kind="stable")
        occurrences = (terms * width + rows)[order]
        first = np.flatnonzero(np.diff(occurrences, prepend=-1))
        keys = occurrences[first]
        counts = np.add.reduceat(counts[order], first) if len(first) else counts
        starts = np.searchsorted(keys, np.arange(vocabulary + 1, dtype=np.int64) * width)
        return cls(
            starts.astype(np.int64),
            (keys % width).astype(np.uint32),
            np.minimum(counts, _MOST_COUNTED).astype(np.uint8),
        )

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], name: str) -> Postings:
        """Return the postings that `tensors` saved under `name`."""
        return cls(*(tensors[f"{name}.{part}"] for part in ("starts", "rows", "counts")))

    def tensors(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the arrays to save, under names that begin with `name`."""
        return {f"{name}.starts": self.starts, f"{name}.rows": self.rows, f"{name}.counts": self.counts}

    def of(self, term: int) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """Return the rows that have a term, and how often it occurs in each."""
        begin, end = int(self.starts[term]), int(self.starts[term + 1])
        return self.rows[begin:end], self.counts[begin:end]

    @property
    def frequencies(self) -> NDArray[np.int64]:
        """How many rows have each term, (terms,)."""
        return np.diff(self.starts)

    def term_of_each(self) -> NDArray[np.int64]:
        """Return the term of each entry of `rows`."""
        return np.repeat(np.arange(len(self.starts) - 1), self.frequencies)


def saturated(counts: NDArray[Any], relative_length: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what occurrences count for in BM25, from 0 to 1.

    `relative_length` is the length of each row's text divided by the mean length. The method: S. Robertson
    and H. Zaragoza, The probabilistic relevance framework: BM25 and beyond, 2009.
    """
    counted = np.asarray(counts, np.float32)
    return np.asarray(counted / (counted + K1 * (1 - B + B * relative_length)), np.float32)


def rarity(frequencies: NDArray[Any] | int, rows: int) -> NDArray[np.float32]:
    """Return the inverse document frequency of terms that occur in so many of `rows`."""
    found = np.asarray(frequencies, np.float32)
    result: NDArray[np.float32] = np.log1p((rows - found + 0.5) / (found + 0.5))
    return result
