"""TF-IDF over the words of texts, without stems.

Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, sections 6.2 and 6.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from rnnchat.tasks.sparse import SparseRows
from rnnchat.tasks.translation.words import words_of


def tfidf_rows(texts: Sequence[str]) -> SparseRows:
    """Return (1 + ln count) · (1 + ln(texts / texts with the word)) of each word, in rows of length 1."""
    numbers: dict[str, int] = {}
    found = [
        (row, numbers.setdefault(word, len(numbers)), count)
        for row, text in enumerate(texts)
        for word, count in Counter(words_of(text)).items()
    ]
    rows, words, counts = np.array(found, np.int64).reshape(-1, 3).T
    rarities = 1 + np.log(len(texts) / np.maximum(np.bincount(words, minlength=len(numbers)), 1))
    values = ((1 + np.log(counts)) * rarities[words]).astype(np.float32)
    return SparseRows.build(rows, words, values, (len(texts), len(numbers))).normalised()
