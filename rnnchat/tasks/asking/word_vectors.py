"""Vectors of common words, which find what other words say, such as "folder" for "directory".

The sum of the vectors of a question has nearly the same direction as the sum of those of a text that answers
it. `rnnchat/training/asking/` fits them to collections that may be shipped: first, words that are used in the
same company get nearly the same direction, then headings are brought near to the texts below them. The first
method: O. Levy and Y. Goldberg, Neural word embedding as implicit matrix factorization, 2014. The second:
P.-S. Huang et al., Learning deep structured semantic models for web search, 2013, without hidden layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.asking.latent import Vectors, pack, unit, unpack
from rnnchat.tasks.sparse import SparseRows

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
    of_texts: Vectors
    """What each term adds to the vector of a text, (terms, dimensions)."""
    of_questions: Vectors
    """What each term adds to the vector of a question, (terms, dimensions)."""

    @cached_property
    def directions(self) -> Vectors:
        """The vectors of the terms in texts, of length 1, (terms, dimensions)."""
        return unit(self.of_texts)

    def places(self, numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the place of each of `numbers` among the terms; -1 for a term without a vector."""
        found = np.minimum(np.searchsorted(self.terms, numbers), len(self.terms) - 1)
        return np.where(self.terms[found] == numbers, found, -1)

    def question(self, numbers: NDArray[np.uint64]) -> NDArray[np.float32]:
        """Return the vector of a question with these different terms, (dimensions,), of length 1 or 0."""
        places = self.places(numbers)
        vector: NDArray[np.float32] = unit(self.of_questions[places[places >= 0]].sum(axis=0, keepdims=True))[
            0
        ]
        return vector

    def texts(self, counts: SparseRows, numbers: NDArray[np.uint64]) -> Vectors:
        """Return the vector of each text, (texts, dimensions), of length 1 or 0.

        `counts` has a row for each text and a column for each of the terms with these `numbers`; its values
        are how often the term occurs.
        """
        places = self.places(numbers)
        damped = SparseRows(counts.starts, counts.columns, 1 + np.log(counts.values), counts.width)
        return unit(damped.dot(np.where(places[:, None] >= 0, self.of_texts[places], 0)))

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
        alike = self.directions[asked_places] @ self.directions[places[columns]].T
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
    return WordVectors(
        tensors["terms"],
        unpack(tensors["texts"], tensors["text_scales"]),
        unpack(tensors["questions"], tensors["question_scales"]),
    )


def to_tensors(vectors: WordVectors) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of the file."""
    texts, text_scales = pack(vectors.of_texts)
    questions, question_scales = pack(vectors.of_questions)
    return {
        "terms": vectors.terms,
        "texts": texts,
        "text_scales": text_scales,
        "questions": questions,
        "question_scales": question_scales,
    }
