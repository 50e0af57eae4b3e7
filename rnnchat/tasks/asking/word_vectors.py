"""Vectors of common words: words that other people use in the same company have nearly the same direction.

They find what other words say, such as "folder" for "directory".
`rnnchat/training/asking/fit_word_vectors.py` fits them to the collections named there, which may be shipped.
The method: O. Levy and Y. Goldberg, Neural word embedding as implicit matrix factorization, 2014.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.asking.latent import SparseRows, Vectors, pack, unit, unpack

FILE = Path(__file__).parent / "word_vectors.safetensors"
"""This file, which is part of the package, holds the vectors."""
LEAST_LIKENESS = 0.5
"""Terms whose vectors are less alike than this, as the cosine, do not stand for each other."""
MOST_SIMILAR = 12
"""At most this many terms stand for another one."""


@dataclass(frozen=True)
class WordVectors:
    """The vectors of common terms; terms are known by their numbers of 64 bits."""

    terms: NDArray[np.uint64]
    """The numbers of the terms, sorted, (terms,)."""
    vectors: Vectors
    """The vectors, of length 1, (terms, dimensions)."""

    def places(self, numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the place of each of `numbers` among the terms; -1 for a term without a vector."""
        found = np.minimum(np.searchsorted(self.terms, numbers), len(self.terms) - 1)
        return np.where(self.terms[found] == numbers, found, -1)

    def sums(self, matrix: SparseRows, numbers: NDArray[np.uint64]) -> Vectors:
        """Return the sum of vectors of each text, (texts, dimensions), of length 1 or 0.

        `matrix` has a row for each text and a column for each of the terms with these `numbers`; its values
        are the weights of the terms.
        """
        places = self.places(numbers)
        return unit(matrix.times(np.where(places[:, None] >= 0, self.vectors[places], 0)))

    def similar(
        self, asked: NDArray[np.uint64], known: NDArray[np.uint64]
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Return for each term of a question which of the `known` terms can stand for it, and how alike they
        are.

        Likeness is from 0 to 1. A term does not stand for itself.
        """
        places, asked_places = self.places(known), self.places(asked)
        columns = np.flatnonzero(places >= 0)
        nothing = (np.zeros(0, np.int64), np.zeros(0, np.float32))
        if not len(columns) or not len(asked):
            return [nothing] * len(asked)
        alike = self.vectors[asked_places] @ self.vectors[places[columns]].T
        found = []
        for row, place in enumerate(asked_places.tolist()):
            if place < 0:
                found.append(nothing)
                continue
            likeness = alike[row]
            count = min(MOST_SIMILAR + 1, len(columns))
            best = np.argpartition(-likeness, count - 1)[:count]
            best = best[(likeness[best] >= LEAST_LIKENESS) & (places[columns[best]] != place)]
            found.append((columns[best], likeness[best]))
        return found


@cache
def shipped_vectors() -> WordVectors:
    """Return the vectors that are part of the package."""
    tensors = read_safetensors(FILE.read_bytes())
    return WordVectors(tensors["terms"], unit(unpack(tensors["vectors"], tensors["scales"])))


def to_tensors(vectors: WordVectors) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of the file."""
    packed, scales = pack(vectors.vectors)
    return {"terms": vectors.terms, "vectors": packed, "scales": scales}
