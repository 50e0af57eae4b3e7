"""Whether notes answer a question at all, by how well the best passage fits it.

`rnnchat/training/asking/fit_ranking.py` fitted the weights to questions and titles, asked of other people's
notes with and without the note that answers them, and to titles of other documents. The bias is such that
7 % of the first questions are refused.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.ranking import FEATURES

EVIDENCE = ("covered", "most_covered", "words", "latent")
"""What speaks for an answer, in the order of WEIGHTS: evidence for the best passage, and the share of the
question that any passage has."""
WEIGHTS = np.array([0.62, 2.64, 2.0, 1.72], np.float32)
"""What each of them counts for."""
BIAS = -2.77
"""What is added to the weighted evidence."""


def is_answered(found: NDArray[np.float32], first: int) -> bool:
    """Return whether notes seem to answer a question, given the best passage in the first order, or -1.

    `found` is the evidence for all passages, (features, passages).
    """
    return first >= 0 and float(WEIGHTS @ answer_evidence(found, first)) + BIAS > 0


def answer_evidence(found: NDArray[np.float32], best: int) -> NDArray[np.float32]:
    """Return what speaks for an answer where the passage `best` is the best one, in the order of EVIDENCE."""
    covered = FEATURES.index("covered")
    words, latent = FEATURES.index("words"), FEATURES.index("latent")
    return np.array(
        [found[covered, best], found[covered].max(), found[words, best], found[latent, best]], np.float32
    )
