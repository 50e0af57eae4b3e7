"""BM25 over the words of texts, without stems: the usual baseline of retrieval.

Source: S. Robertson and H. Zaragoza, The probabilistic relevance framework: BM25 and beyond, 2009.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.postings import Postings, rarity, saturated
from rnnchat.tasks.translation.words import words_of


class Bm25:
    """Ranks texts by the words that they share with a question."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._numbers: dict[str, int] = {}
        rows = [
            [self._numbers.setdefault(word, len(self._numbers)) for word in words_of(text)] for text in texts
        ]
        sizes = np.array([len(row) for row in rows], np.int64)
        words = np.array([word for row in rows for word in row], np.int64)
        row_of_each = np.repeat(np.arange(len(rows), dtype=np.int64), sizes)
        self._postings = Postings.build(words, row_of_each, np.ones(len(words), np.int64), len(self._numbers))
        self._relative_lengths = (sizes / max(float(sizes.mean()), 1e-6)).astype(np.float32)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the score of each text, (texts,); 0 without a word of the question."""
        scores = np.zeros(len(self._relative_lengths), np.float32)
        for word in dict.fromkeys(words_of(question)):
            if word in self._numbers:
                rows, counts = self._postings.of(self._numbers[word])
                weight = rarity(len(rows), len(scores))
                scores[rows] += weight * saturated(counts, self._relative_lengths[rows])
        return scores
