"""Latent semantic analysis: short vectors of texts, in which texts about the same things are near each other.

A text is a vector of its terms' weights, (1 + log count) · rarity, of length 1. A truncated singular value
decomposition of all notes gives the directions that keep most of it. The methods: S. Deerwester et al.,
Indexing by latent semantic analysis, 1990; N. Halko, P.-G. Martinsson and J. Tropp, Finding structure with
randomness, 2011.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.decomposition import truncated_svd
from rnnchat.tasks.sparse import SparseRows

DIMENSIONS = 200
"""A text's vector has at most this many values."""
MOST_FITTED = 4_000
"""The directions are fitted to at most this many notes, spread over the whole collection."""
MOST_TERMS = 40_000
"""At most this many terms take part, the most frequent ones."""

Vectors = NDArray[np.float32]
"""An array of vectors, (texts, dimensions)."""


@dataclass(frozen=True)
class LatentSpace:
    """The directions of a collection of notes."""

    terms: NDArray[np.int64]
    """The terms that take part, sorted; terms are numbered as in the index, (terms,)."""
    directions: Vectors
    """The directions, (terms, dimensions)."""

    @classmethod
    def fit(cls, matrix: SparseRows) -> LatentSpace:
        """Return the directions of a matrix of notes by terms, whose rows have length 1."""
        frequencies = np.bincount(matrix.columns, minlength=matrix.width)
        shared = np.flatnonzero(frequencies > 1)
        if len(shared) > MOST_TERMS:
            shared = np.sort(shared[np.argsort(-frequencies[shared], kind="stable")[:MOST_TERMS]])
        notes = len(matrix)
        if notes > MOST_FITTED:
            matrix = matrix.take(np.linspace(0, notes - 1, MOST_FITTED).astype(np.int64))
        chosen = _with_columns(matrix, shared)
        size = min(DIMENSIONS, len(chosen) - 1, len(shared))
        if size < 2:
            return cls(shared[:0], np.zeros((0, 0), np.float32))
        turned = chosen.transposed()
        _, _, directions = truncated_svd(chosen.dot, turned.dot, (len(chosen), chosen.width), size)
        return cls(shared, directions)

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> LatentSpace:
        """Return the space that `tensors` saved."""
        return cls(tensors["latent.terms"], unpack(tensors["latent.directions"], tensors["latent.scales"]))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to save."""
        packed, scales = pack(self.directions)
        return {"latent.terms": self.terms, "latent.directions": packed, "latent.scales": scales}

    def project(self, matrix: SparseRows) -> Vectors:
        """Return a vector of length 1, or 0, for each row of a matrix of texts by terms."""
        if not len(self.terms):
            return np.zeros((len(matrix), 0), np.float32)
        return unit(_with_columns(matrix, self.terms).dot(self.directions))


def unit(vectors: Vectors) -> Vectors:
    """Return `vectors` with length 1; zero stays zero."""
    lengths = np.sqrt((vectors**2).sum(axis=-1, keepdims=True))
    result: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return result


def pack(vectors: Vectors, largest: int = 127) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return vectors as whole numbers from -`largest` to `largest`, and the scale of each."""
    scales = np.abs(vectors).max(axis=-1, initial=0) / largest
    packed = np.rint(vectors / np.maximum(scales, 1e-12)[..., None])
    return packed.astype(np.int8), scales.astype(np.float32)


def unpack(packed: NDArray[np.int8], scales: NDArray[np.float32]) -> Vectors:
    """Return the vectors that `pack` was given, nearly."""
    result: Vectors = packed.astype(np.float32)
    result *= scales[..., None]
    return result


def _with_columns(matrix: SparseRows, columns: NDArray[np.int64]) -> SparseRows:
    """Return the matrix of some sorted `columns`, renumbered."""
    places = np.full(matrix.width, -1, np.int64)
    places[columns] = np.arange(len(columns))
    rows = matrix.row_of_each()
    kept = places[matrix.columns] >= 0
    starts = np.searchsorted(rows[kept], np.arange(len(matrix.starts)))
    return SparseRows(starts, places[matrix.columns[kept]], matrix.values[kept], len(columns))
