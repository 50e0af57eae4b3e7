"""ROUGE, against values that the package rouge-score 0.1.2 gives with its stemmer."""

from __future__ import annotations

import pytest

from rnnchat.training.summarising.rouge import best_rouge, rouge, rouge_words

SCORES = [
    ("The cat sat on the mat", "A cat was sitting on a mat", (0.461538, 0.0, 0.461538)),
    ("Undo the last commit in Git", "Undoing commits with git reset", (0.545455, 0.0, 0.545455)),
    (
        "We propose, in 2019, state-of-the-art models!",
        "We propose new state of the art modelling",
        (0.823529, 0.666667, 0.823529),
    ),
    ("a b c d e", "e d c b a", (1.0, 0.0, 0.2)),
    ("nothing", "else entirely", (0.0, 0.0, 0.0)),
    ("", "a text", (0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(("found", "reference", "scores"), SCORES)
def test_the_scores_are_those_of_rouge_score(found: str, reference: str, scores: tuple[float, ...]) -> None:
    assert rouge(rouge_words(found), rouge_words(reference)) == pytest.approx(scores, abs=1e-6)


def test_the_best_reference_is_the_one_that_shares_most_words() -> None:
    references = [["x"], ["a", "b"], ["a"]]
    assert best_rouge(["a", "b"], references) == (1.0, 1.0, 1.0)
