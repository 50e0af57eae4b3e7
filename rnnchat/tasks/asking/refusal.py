"""Whether notes answer a question at all, by how well the best passage fits it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.ranking import FEATURES, Question

BIAS = -2.0
"""What is added to the weighted evidence."""
WEIGHTS = {"covered": 4.0, "words": 1.0, "latent": 0.5}
"""What the evidence for the best passage counts for; set by hand."""


def is_answered(
    question: Question, found: NDArray[np.float32], scores: NDArray[np.float32], numbers: Sequence[int]
) -> bool:
    """Return whether the best of the passages `numbers` seems to answer the question.

    `found` is the evidence for all passages, (features, passages).
    """
    if not numbers:
        return False
    evidence: dict[str, float] = dict(zip(FEATURES, found[:, numbers[0]].tolist(), strict=True))
    return BIAS + sum(weight * evidence[name] for name, weight in WEIGHTS.items()) > 0
