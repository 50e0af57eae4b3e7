"""Where notes have other words that stand for a word of a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.translations import shipped_translations
from rnnchat.tasks.asking.word_vectors import shipped_vectors

LEAST_COSINE = 0.3
"""Words whose vectors have a lower cosine than this have nothing to do with each other."""


@dataclass(frozen=True)
class OtherWords:
    """How well the other words of each passage stand for one word of a question."""

    translated: NDArray[np.float32]
    """The square root of the probability of the best translation in each passage, (passages,)."""
    similar: NDArray[np.float32]
    """How alike the vector of the most similar word in each passage is, from 0 to 1, (passages,)."""

    @classmethod
    def of(cls, index: PassageIndex, number: int) -> OtherWords:
        """Return where the passages of an index, their headings or titles have words for the term with this
        number."""
        found = cls(np.zeros(len(index), np.float32), np.zeros(len(index), np.float32))
        others, probabilities = shipped_translations().of(number)
        terms = index.known(others)
        known = terms >= 0
        if not known.any():
            return found
        alike = _alike(number, others[known])
        for values, best in ((np.sqrt(probabilities[known]), found.translated), (alike, found.similar)):
            of_titles = np.zeros(len(index.files), np.float32)
            for at in np.argsort(values, kind="stable").tolist():  # the highest value is written last
                term, value = int(terms[known][at]), float(values[at])
                if value > 0:
                    best[index.bodies.of(term)[0]] = value
                    best[index.headings.of(term)[0]] = value
                    of_titles[index.titles.of(term)[0]] = value
            np.maximum(best, of_titles[index.notes], out=best)
        return found


def others_for(number: int) -> dict[int, tuple[float, float]]:
    """Return the terms that may stand for the term with this number, by their numbers.

    Of each, the square root of the probability that it does, and how alike their vectors are, from 0 to 1.
    """
    others, probabilities = shipped_translations().of(number)
    if not len(others):
        return {}
    values = np.stack([np.sqrt(probabilities), _alike(number, others)], axis=1)
    return {
        other: (root, alike) for other, (root, alike) in zip(others.tolist(), values.tolist(), strict=True)
    }


def _alike(number: int, others: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Return how alike the vectors of `others` are to that of a term, from 0 to 1, (others,)."""
    cosines = shipped_vectors().cosines(number, others)
    alike: NDArray[np.float32] = np.maximum(cosines - LEAST_COSINE, 0) / (1 - LEAST_COSINE)
    return alike
