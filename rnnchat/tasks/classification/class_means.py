"""The nearest class mean: the score of a label is the cosine of a text with the mean of the label's examples.

Source: Rocchio classification; Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008,
section 14.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.classification.linear import LinearScores
from rnnchat.tasks.sparse import SparseRows, label_sums


def fit_class_means(rows: SparseRows, targets: NDArray[np.bool_]) -> LinearScores:
    """Fit the direction of each label's mean; `targets` (rows, labels) says which rows have which labels.

    The mean over all labels is subtracted from the weights of each feature, which changes no difference
    between labels, so that a weight above 0 speaks for the label.
    """
    sums = label_sums(rows, targets, rows.width)
    directions = sums / np.maximum(np.linalg.norm(sums, axis=0), 1e-9)
    directions -= directions.mean(1, keepdims=True)
    return LinearScores(directions.astype(np.float32), np.zeros(targets.shape[1], np.float32))
