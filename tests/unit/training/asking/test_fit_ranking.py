"""Fitting the ranking: weights go to the evidence that tells right passages from others."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.tasks.asking.ranking import FEATURES
from rnnchat.training.asking import fit_ranking
from rnnchat.training.asking.fit_ranking import Example, accuracy, fit

RIGHT = 3
"""The right passage of every question here."""
TELLING = FEATURES.index("covered")


def examples(count: int = 40) -> list[Example]:
    """Return questions whose right passage has the highest value of one kind of evidence."""
    random = np.random.default_rng(1)
    found = []
    for number in range(count):
        table = random.random((len(FEATURES), 8)).astype(np.float32)
        table[TELLING] *= 0.5
        table[TELLING, RIGHT] = 0.9
        kind = "questions" if number % 2 else "titles"
        found.append(Example(kind, table, np.arange(8) == RIGHT))
    return found


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_ranking, "STEPS", 60)


def test_telling_evidence_counts_most() -> None:
    weights = fit(examples())
    assert weights.argmax() == TELLING
    assert weights.min() >= 0
    assert accuracy(examples(), weights) == (1.0, 1.0)


def test_a_place_counts_the_passages_before_the_right_one() -> None:
    weights = np.zeros(len(FEATURES))
    weights[TELLING] = -1
    assert accuracy(examples(), weights) == (0.0, 0.0)
