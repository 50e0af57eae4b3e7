"""Multinomial naive Bayes over the words of texts, with the shares of the labels as priors.

Source: McCallum and Nigam, A Comparison of Event Models for Naive Bayes Text Classification, 1998.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.classification.training import LabelledTexts
from rnnchat.tasks.sparse import Floats, SparseRows, label_sums
from rnnchat.tasks.translation.words import words_of


def naive_bayes_scores(known: LabelledTexts, texts: Sequence[str]) -> Floats:
    """Return ln P(label) + Σ ln P(word | label) of each of `texts` (texts, labels), learned from `known`.

    One is added to each count (Laplace). Words that no known text has are left out.
    """
    numbers: dict[str, int] = {}
    counts = [Counter(words_of(text)) for text in known.texts]
    for words in counts:
        for word in words:
            numbers.setdefault(word, len(numbers))
    rows = _rows(counts, numbers)
    of_labels = label_sums(rows, known.targets, rows.width) + np.float32(1)
    logs = np.log(of_labels / of_labels.sum(0)).astype(np.float32)
    priors = np.log((known.targets.sum(0) + 1) / (len(known.texts) + len(known.labels)))
    scores = _rows([Counter(words_of(text)) for text in texts], numbers).dot(logs)
    scores += priors.astype(np.float32)
    return scores


def largest_label_scores(known: LabelledTexts, texts: Sequence[str]) -> Floats:
    """Return how many of the `known` texts have each label, the same for each of `texts` (texts, labels)."""
    sizes: NDArray[np.float32] = known.targets.sum(0).astype(np.float32)
    return np.tile(sizes, (len(texts), 1))


def _rows(counts: Sequence[Counter[str]], numbers: dict[str, int]) -> SparseRows:
    """Return how often each known word is in each text (texts, words)."""
    known = [
        (row, numbers[word], count)
        for row, words in enumerate(counts)
        for word, count in words.items()
        if word in numbers
    ]
    rows, columns, values = np.array(known, np.int64).reshape(-1, 3).T
    return SparseRows.build(rows, columns, values.astype(np.float32), (len(counts), len(numbers)))
