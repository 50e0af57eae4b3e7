"""Accuracy and macro-F1."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.tasks.classification.metrics import macro_f1, measure


def test_macro_f1_is_the_mean_over_labels() -> None:
    expected, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert macro_f1(expected, predicted, 5) == pytest.approx((2 * 2 / 5 + 2 * 1 / 3) / 2)


def test_a_text_with_several_labels_is_right_with_any() -> None:
    targets = np.array([[True, True, False], [False, False, True]])
    found = measure(np.array([[0.1, 0.8, 0.1], [0.6, 0.3, 0.1]]), targets)
    assert (found.accuracy, found.accuracy_top3, found.texts) == (0.5, 1.0, 2)
    assert measure(np.zeros((0, 2)), np.zeros((0, 2), bool)).accuracy == 0
