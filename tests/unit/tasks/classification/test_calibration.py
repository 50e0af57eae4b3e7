"""Probabilities and thresholds are fitted to texts that were kept back."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.tasks.classification.calibration import (
    NEVER_SURE,
    fit_shares,
    fit_threshold,
    least_probability,
    softmax_rows,
)


def test_the_scale_makes_the_probabilities_true() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(4000, 3)).astype(np.float32)
    probabilities = softmax_rows(2.5 * scores)
    labels = (probabilities.cumsum(1) < random.random((4000, 1))).sum(1).clip(max=2)
    (scale,) = fit_shares([scores], np.eye(3, dtype=bool)[labels])
    assert scale == pytest.approx(2.5, rel=0.1)


def test_scores_that_say_nothing_get_a_small_share() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 2000)
    targets = np.eye(3, dtype=bool)[labels]
    good = (targets + random.normal(size=(2000, 3)) * 0.4).astype(np.float32)
    noise = random.normal(size=(2000, 3)).astype(np.float32)
    shares = fit_shares([good, noise], targets)
    assert shares[0] > 20 * shares[1]


def test_the_threshold_lies_between_texts_with_and_without_a_label() -> None:
    threshold = fit_threshold(np.array([0.9, 0.8, 0.95]), np.array([True] * 3), np.array([0.2, 0.3, 0.4]))
    assert 0.4 < threshold <= 0.8
    assert fit_threshold(np.zeros(0), np.zeros(0, bool), np.array([0.2])) < -1000


def test_the_least_probability_keeps_the_share_of_right_labels() -> None:
    probabilities = np.linspace(0.99, 0.5, 50)
    is_right = np.arange(50) < 30
    found = least_probability(probabilities, is_right, 10, 0.85, 0.6)
    kept = is_right[probabilities >= found]
    assert kept.mean() >= 0.85
    assert is_right[probabilities >= found - 0.02].mean() < 0.85


def test_the_least_probability_depends_on_the_number_of_labels() -> None:
    probabilities, is_right = np.full(20, 0.9), np.ones(20, bool)
    assert least_probability(probabilities, is_right, 2, 0.85, 0.6) == 0.75
    assert least_probability(probabilities, is_right, 50, 0.85, 0.6) == 0.6
    assert least_probability(probabilities, ~is_right, 2, 0.85, 0.6) == NEVER_SURE
    assert least_probability(probabilities[:1], is_right[:1], 2, 0.85, 0.6) == 0.75
