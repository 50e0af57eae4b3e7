"""Multinomial naive Bayes: the score of a label is the sum of ln P(feature | label) over a text's features.

TF-IDF values take the place of counts. Few examples are enough for it, and joined with a linear classifier it
is better than either.

Sources: Rennie et al., Tackling the Poor Assumptions of Naive Bayes Text Classifiers, ICML 2003; Wang and
Manning, Baselines and Bigrams, ACL 2012.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.classification.linear import LinearScores
from rnnchat.tasks.sparse import SparseRows, label_sums

SMOOTHING = 0.05
"""As much of each feature is added to what each label has of it."""


def fit_naive_bayes(rows: SparseRows, targets: NDArray[np.bool_], features: int) -> LinearScores:
    """Fit the score of each label to examples; `targets` (rows, labels) says which rows have which labels.

    Only the first `features` columns, none of which is negative, take part. The mean over all labels is
    subtracted from the weights of each feature, so that one above 0 speaks for the label.
    """
    sums = label_sums(rows, targets, features)
    sums += np.float32(SMOOTHING)
    logs = np.log(sums / sums.sum(0))
    logs -= logs.mean(1, keepdims=True)
    weights = np.zeros((rows.width, targets.shape[1]), np.float32)
    weights[:features] = logs
    return LinearScores(weights, np.zeros(targets.shape[1], np.float32))
