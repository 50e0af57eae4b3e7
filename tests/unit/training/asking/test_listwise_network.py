"""Networks that tell the right candidate of a list from the others."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.training.asking import listwise_network
from rnnchat.training.asking.listwise_network import CandidateList, NetworkFit, fit_network


def lists(count: int, share: float = 1.0, *, column: int = 0) -> list[CandidateList]:
    """Return lists of five candidates, of which the right one has the highest value in a column."""
    random = np.random.default_rng(column)
    found = []
    for _ in range(count):
        table = random.normal(size=(5, 3)).astype(np.float32)
        found.append(CandidateList(table, np.arange(5) == table[:, column].argmax(), share))
    return found


def accuracy(network: ScoringNetwork, asked: list[CandidateList]) -> float:
    return float(np.mean([one.is_right[network.scores(one.features).argmax()] for one in asked]))


def test_a_network_learns_which_candidate_is_right() -> None:
    fitted = fit_network(lists(300)[:200], NetworkFit(steps=200))
    assert accuracy(fitted, lists(300)[200:]) > 0.85


def test_a_list_is_read_as_often_as_its_share_says() -> None:
    mixed = [*lists(100, 9.0), *lists(100, 1.0, column=1)]
    fitted = fit_network(mixed, NetworkFit(steps=200))
    assert accuracy(fitted, lists(100)) > accuracy(fitted, lists(100, column=1)) + 0.3


def test_features_far_from_what_was_seen_do_not_count_without_end() -> None:
    fitted = fit_network(lists(50), NetworkFit(steps=50))
    far = np.full((1, 3), 1e9, np.float32)
    np.testing.assert_allclose(fitted.scores(far), fitted.scores(far * 1e3))


@pytest.mark.parametrize("part", range(4))
def test_gradients_are_those_of_the_loss(part: int) -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(7, 3)).astype(np.float32)
    is_right, sizes = np.array([1, 0, 0, 1, 0, 1, 0], bool), np.array([3, 4])
    weights = [random.normal(size=shape) for shape in ((3,), (3, 2), (2,), (2,))]
    kept, decay = np.array([2.0, 1.0]), 0.1

    def loss(changed: list[np.ndarray]) -> float:
        linear, hidden, biases, output = changed
        scores = inputs @ linear + (np.tanh(inputs @ hidden + biases) * kept) @ output
        parts = [(scores[:3], is_right[:3]), (scores[3:], is_right[3:])]
        probable = [np.exp(own[right]).sum() / np.exp(own).sum() for own, right in parts]
        decayed = sum((one**2).sum() for one in (linear, hidden, output))
        return float(-np.mean(np.log(probable)) + decay * decayed / 2)

    found = listwise_network._gradients(weights, inputs, is_right, sizes, kept, decay)[part]
    for place in np.ndindex(found.shape):
        higher, lower = ([one.copy() for one in weights] for _ in range(2))
        higher[part][place] += 1e-5
        lower[part][place] -= 1e-5
        assert found[place] == pytest.approx((loss(higher) - loss(lower)) / 2e-5, abs=1e-4)
