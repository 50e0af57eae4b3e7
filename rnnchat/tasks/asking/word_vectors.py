"""Vectors of common words, which find what other words say, such as "folder" for "directory".

The sum of the vectors of a question has nearly the same direction as the sum of those of a text that answers
it. `rnnchat/training/asking/` fits them to collections that may be shipped: first, words that are used in the
same company get nearly the same direction, then headings are brought near to the texts below them. What ships
is the mean of the vectors before and after the second step. The first method: O. Levy and Y. Goldberg, Neural
word embedding as implicit matrix factorization, 2014. The second: P.-S. Huang et al., Learning deep
structured semantic models for web search, 2013, without hidden layers. The mean: M. Wortsman et al., Robust
fine-tuning of zero-shot models, 2022.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.asking.latent import Vectors, pack, unit, unpack
from rnnchat.tasks.asking.postings import Postings
from rnnchat.tasks.sparse import SparseRows

FILE = Path(__file__).parent / "word_vectors.safetensors"
"""This file, which is part of the package, holds the vectors."""
LARGEST = 10
"""Their values are whole numbers of at most this size, so that they are compressed by half."""


@dataclass(frozen=True)
class WordVectors:
    """The vectors of common terms; terms are known by their numbers of 64 bits."""

    terms: NDArray[np.uint64]
    """The numbers of the terms, sorted, (terms,)."""
    texts: NDArray[np.int8]
    """What each term adds to the vector of a text, packed, (terms, dimensions)."""
    text_scales: NDArray[np.float32]
    """The scale of each row of `texts`, (terms,)."""
    questions: NDArray[np.int8]
    """What each term adds to the vector of a question, packed, (terms, dimensions)."""
    question_scales: NDArray[np.float32]
    """The scale of each row of `questions`, (terms,)."""

    @classmethod
    def build(cls, terms: NDArray[np.uint64], of_texts: Vectors, of_questions: Vectors) -> WordVectors:
        """Return the packed vectors of the terms with these numbers, which may be in any order."""
        order = np.argsort(terms)
        packed = (pack(vectors[order], LARGEST) for vectors in (of_texts, of_questions))
        return cls(terms[order], *next(packed), *next(packed))

    def places(self, numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the place of each of `numbers` among the terms; -1 for a term without a vector."""
        found = np.minimum(np.searchsorted(self.terms, numbers), len(self.terms) - 1)
        return np.where(self.terms[found] == numbers, found, -1)

    def of_question(self, numbers: NDArray[np.uint64]) -> NDArray[np.float32]:
        """Return the vector of a question with these different terms, (dimensions,), of length 1 or 0."""
        places = self.places(numbers)
        places = places[places >= 0]
        added = unpack(self.questions[places], self.question_scales[places])
        vector: NDArray[np.float32] = unit(added.sum(axis=0, keepdims=True))[0]
        return vector

    def of_terms(self, numbers: NDArray[np.uint64]) -> Vectors:
        """Return what each of these terms adds to a text, (numbers, dimensions); 0 for one without a
        vector."""
        places = self.places(numbers)
        added = unpack(self.texts[places], self.text_scales[places])
        added[places < 0] = 0
        return added

    def cosines(self, number: int, others: NDArray[np.uint64]) -> NDArray[np.float32]:
        """Return the cosines between the vector of a term in questions and those of `others` in texts,
        (others,); 0 where one has no vector."""
        place = int(self.places(np.array([number], np.uint64))[0])
        places = self.places(others)
        asked = unit(self.questions[place].astype(np.float32))
        found: NDArray[np.float32] = unit(self.texts[places].astype(np.float32)) @ asked
        found[(places < 0) | (place < 0)] = 0
        return found

    def of_rows(self, postings: Postings, numbers: NDArray[np.uint64], rows: int) -> Vectors:
        """Return the vector of each of so many `rows`, (rows, dimensions), of length 1 or 0.

        `postings` say how often the terms with these `numbers` occur in each row.
        """
        columns = postings.term_of_each()
        counts = 1 + np.log(postings.counts.astype(np.float32))
        counted = SparseRows.build(postings.rows.astype(np.int64), columns, counts, (rows, len(numbers)))
        places = self.places(numbers)
        added = np.zeros((len(numbers), self.texts.shape[1]), np.float32)
        known = places >= 0
        added[known] = unpack(self.texts[places[known]], self.text_scales[places[known]])
        return unit(counted.dot(added))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of the file."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@cache
def shipped_vectors() -> WordVectors:
    """Return the vectors that are part of the package."""
    tensors = read_safetensors(FILE.read_bytes())
    return WordVectors(**{field.name: tensors[field.name] for field in fields(WordVectors)})
