"""The neural cache and the adapted output: both raise the probability of what was read."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.lm.adapted_output import AdaptedOutput
from rnnchat.lm.mixture.history import TokenHistory
from rnnchat.lm.neural_cache import cache_log_lift, cached
from rnnchat.lm.recurrent import RecurrentNetwork, softmax
from rnnchat.lm.shape import NetworkShape
from tests.helpers.models import random_weights

VOCABULARY = 40
SHAPE = NetworkShape(VOCABULARY, embedding=8, units=12)
NETWORK = RecurrentNetwork(SHAPE, random_weights(SHAPE, 3))


def test_the_cache_and_the_adapted_output_raise_what_was_read() -> None:
    base = np.full(VOCABULARY, 1 / VOCABULARY, np.float32)
    history = TokenHistory(2)
    np.testing.assert_array_equal(cached(history.vectors, history.leaves, np.ones(2, np.float32), base), base)
    for vector, piece in (([9, 0], 7), ([0, 9], 8)):
        history = history.after(piece, np.array(vector, np.float32))
    near = cached(history.vectors, history.leaves, np.array([9, 0], np.float32), base)
    assert near.argmax() == 7
    assert near.sum() == pytest.approx(1, abs=1e-5)
    adapted, top = AdaptedOutput(NETWORK), np.ones(12, np.float32)
    vector, before = adapted.predict(top)
    for _ in range(64):
        adapted.learn(top, 11, adapted.predict(top)[1])
    moved, after = adapted.predict(top)
    assert after[11] > 2 * before[11]
    assert vector.shape == moved.shape == (8,)
    np.testing.assert_allclose(NETWORK.step(0, NETWORK.start())[0].sum(), 1, atol=1e-5)


def test_the_lift_of_the_cache_gives_its_prediction() -> None:
    random = np.random.default_rng(1)
    logits = random.normal(size=(3, VOCABULARY)).astype(np.float32)
    history, vectors = TokenHistory(2), random.normal(size=(3, 2)).astype(np.float32) * 9
    nothing = cache_log_lift(history.vectors, history.leaves, vectors, logits)
    assert [part.shape for part in nothing] == [(0,), (3, 0)]
    for stood, piece in (([9, 0], 7), ([0, 9], 8), ([3, 3], 7)):
        history = history.after(piece, np.array(stood, np.float32))
    successors, lift = cache_log_lift(history.vectors, history.leaves, vectors, logits)
    assert successors.tolist() == [7, 8]
    raised = logits.copy()
    raised[:, successors] += lift
    for own, changed, vector in zip(logits, raised, vectors, strict=True):
        expected = cached(history.vectors, history.leaves, vector, softmax(own))
        np.testing.assert_allclose(softmax(changed), expected, rtol=1e-4)


def test_a_unit_whose_state_is_always_small_is_adapted_too() -> None:
    """Its gradients are a twentieth of the others', and its steps are not."""
    tops = np.random.default_rng(0).normal(size=(64, 12)).astype(np.float32)
    tops[:, 3] /= 20
    adapted = AdaptedOutput(NETWORK)
    for top in tops:
        adapted.learn(top, 11, adapted.predict(top)[1])
    steps = np.abs(adapted.weights[1] - random_weights(SHAPE, 3)["projection.kernel"]).mean(axis=1)
    others = np.delete(steps, 3)
    assert others.mean() / 10 < steps[3] < others.mean()
