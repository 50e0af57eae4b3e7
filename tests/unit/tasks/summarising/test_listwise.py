"""Fitting a linear score to lists of candidates."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.tasks.summarising.listwise import Candidates, Scorer, fit_scorer, minimise, softmax_of_groups


def lists(count: int = 60, seed: int = 0) -> Candidates:
    """Return lists of four candidates; the gain grows with the first feature and with number 1."""
    random = np.random.default_rng(seed)
    dense = random.normal(size=(4 * count, 3)).astype(np.float32)
    numbers = random.integers(0, 3, 4 * count)
    gains = dense[:, 0] + 2.0 * (numbers == 1)
    return Candidates(dense, numbers, np.arange(4 * count + 1), np.repeat(np.arange(count), 4), gains)


def test_the_better_candidates_get_higher_scores() -> None:
    scorer = fit_scorer(lists(), 4, temperature=0.3, decay=0.001)
    new = lists(40, seed=1)
    scores = scorer.scores(new.dense, [[number] for number in new.numbers.tolist()])
    right = scores.reshape(-1, 4).argmax(axis=1) == new.gains.reshape(-1, 4).argmax(axis=1)
    assert right.mean() > 0.9
    assert abs(scorer.dense[1]) < 0.3 * scorer.dense[0]
    assert scorer.numbered[3] == 0


def test_weights_stay_near_those_before_where_change_is_dear() -> None:
    start = Scorer(np.array([5, 0, 0], np.float32), np.zeros(4, np.float32))
    kept = fit_scorer(lists(), 4, temperature=0.3, decay=1e6, start=start)
    assert kept.dense == pytest.approx(start.dense, abs=0.01)
    moved = fit_scorer(lists(), 4, temperature=0.3, decay=0.001, start=start)
    assert moved.numbered[1] > 1


def test_a_softmax_of_each_list_sums_to_one() -> None:
    groups = np.array([0, 0, 1, 2, 2, 2])
    shares = softmax_of_groups(np.array([900.0, 1, -5, 0, 0, 0]), groups)
    assert np.bincount(groups, shares) == pytest.approx([1, 1, 1])
    assert shares[3] == pytest.approx(1 / 3)


def test_the_minimum_of_a_bent_valley_is_found() -> None:
    def valley(at: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = at
        value = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        return value, np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])

    assert minimise(valley, np.array([-1.0, 1.0]), 200) == pytest.approx([1, 1], abs=1e-3)
