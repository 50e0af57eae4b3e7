"""Whether notes answer a question at all, by how well the best passage fits it.

The weights were fitted to titles and headings of other people's notes: asked of the notes that they are from,
whole or with some of their words left out, and of the notes of somebody else. With them, 5 % of the first are
refused and 53 % of the others, many of which are about the same subjects.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.ranking import FEATURES, Question

BIAS = -3.65
"""What is added to the weighted evidence."""
WEIGHTS = {"covered": 3.43, "covered_by_note": 1.09, "words": 4.17, "latent": 1.16}
"""What the evidence for the best passage counts for."""


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
