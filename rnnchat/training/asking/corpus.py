"""Pairs of texts as numbers of their most common terms, as fits read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.training.asking.pairs import QUESTIONS, Texts

VOCABULARY = 30_000
"""How many terms have a vector: those in the most texts."""
OTHER_TEXT = 0.3
"""A text that is in no pair counts as this much of one that is, for the choice of terms."""


@dataclass(frozen=True)
class PairCorpus:
    """Texts as numbers of the most common terms."""

    names: list[str]
    terms: NDArray[np.int64]
    """The terms of all texts, the one that is in the most texts 0."""
    ends: NDArray[np.int64]
    """Where each text ends, with a 0 before the first."""
    rarities: NDArray[np.float32]
    """The inverse document frequency of each term in the texts of pairs."""
    pairs: NDArray[np.int64]
    """Title, heading and passage of each pair, (pairs, 3)."""
    sources: NDArray[np.int64]
    """The number of the source of each pair, (pairs,)."""
    questions: list[int]
    """The numbers of the sources that are questions written about passages."""

    @classmethod
    def of(cls, texts: Texts) -> PairCorpus:
        """Return the corpus of `texts`, with the terms in the most of them."""
        terms, ends = texts.arrays()
        row = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        size = len(texts.vocabulary)
        occurrences = np.unique(row * size + terms)
        in_pairs = np.zeros(len(ends) - 1, bool)
        in_pairs[np.unique(texts.pairs)] = True
        is_paired = in_pairs[occurrences // size]
        found = np.bincount(occurrences[is_paired] % size, minlength=size)
        elsewhere = np.bincount(occurrences[~is_paired] % size, minlength=size)
        chosen = np.argsort(-(found + OTHER_TEXT * elsewhere), kind="stable")[:VOCABULARY]
        place = np.full(size, -1)
        place[chosen] = np.arange(len(chosen))
        numbered = place[terms]
        kept = numbered >= 0
        names = list(texts.vocabulary)
        names_of_sources, sources = np.unique(texts.sources, return_inverse=True)
        return cls(
            [names[number] for number in chosen.tolist()],
            numbered[kept],
            np.concatenate([[0], np.cumsum(kept)])[ends],
            np.log(in_pairs.sum() / (found[chosen] + 1)).astype(np.float32),
            np.array(texts.pairs),
            sources,
            np.flatnonzero(names_of_sources == QUESTIONS).tolist(),
        )

    def groups(self) -> list[NDArray[np.int64]]:
        """Return the pairs of each source."""
        return [np.flatnonzero(self.sources == source) for source in range(int(self.sources.max()) + 1)]

    def text(self, number: int) -> NDArray[np.int64]:
        """Return the terms of a text."""
        return self.terms[self.ends[number] : self.ends[number + 1]]
