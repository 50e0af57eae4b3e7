"""Whether notes answer a question at all, by how well the best answer in them fits it.

`rnnchat/training/asking/fit_refusal.py` fitted the weights to questions about other people's notes, which
were asked of these notes and of others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.answers import AnswerCandidate
from rnnchat.tasks.asking.ranking import FEATURES
from rnnchat.tasks.asking.reranking import SOFTENED
from rnnchat.tasks.asking.sentence_evidence import FEATURES as OF_SENTENCE

_OF_PASSAGE = ("covered", "words", "words_title")
_OF_ANSWER = (
    "covered",
    "covered_with_neighbours",
    "words",
    "translated",
    "similar",
    "asks_for_words",
)
EVIDENCE = (
    *_OF_PASSAGE,
    "most_covered",
    "lead",
    *(f"answer_{name}" for name in _OF_ANSWER),
)
"""What speaks for an answer, in the order of WEIGHTS.

Evidence for its passage, the share of the question that any passage has, how far the passage is ahead of the
next one, and evidence for the answer itself.
"""
WEIGHTS = np.array([1.56, 5.27, 2.82, 4.81, 0.1, 0.48, 1.01, 3.11, 0.02, 1.0, 0.86], np.float32)
"""What each of them counts for."""
BIAS = -7.69
"""What is added to the weighted evidence."""
LARGEST_LEAD = 5.0
"""A passage that is further ahead than this counts as this far ahead, as a natural logarithm of odds."""


def is_answered(evidence: NDArray[np.float32]) -> bool:
    """Return whether notes seem to answer a question, given the `answer_evidence` (evidence,)."""
    return float(WEIGHTS @ evidence) + BIAS > 0


def answer_evidence(
    found: NDArray[np.float32],
    scores: NDArray[np.float32],
    answer: AnswerCandidate,
) -> NDArray[np.float32]:
    """Return what speaks for an answer, (evidence,), in the order of EVIDENCE.

    `found` is the evidence for all passages, (features, passages), and `scores` are those of the second
    order, (passages,).
    """
    of_passage = found[[FEATURES.index(name) for name in _OF_PASSAGE], answer.passage]
    others = np.delete(scores, answer.passage)
    odds = max(float(scores[answer.passage]), 1e-6) / max(float(others.max(initial=0)), 1e-6)
    return np.array(
        [
            *of_passage,
            found[FEATURES.index("covered")].max(),
            np.clip(SOFTENED * np.log(odds), -LARGEST_LEAD, LARGEST_LEAD),
            *answer.evidence[[OF_SENTENCE.index(name) for name in _OF_ANSWER]],
        ],
        np.float32,
    )
