"""The hidden Markov model learns what a unigram cannot know."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.lm.hmm import HiddenMarkovModel


def bits(model: HiddenMarkovModel, pieces: list[int]) -> float:
    probabilities, state = model.step(pieces[0], model.start())
    total = 0.0
    for piece in pieces[1:]:
        total -= math.log2(probabilities[piece])
        probabilities, state = model.step(piece, state)
    return total / (len(pieces) - 1)


def test_it_finds_hidden_states() -> None:
    """Two regimes, each with pieces of its own, lasting long: one bit a piece where a unigram needs two."""
    random = np.random.default_rng(0)
    regimes = np.cumsum(random.random(20_000) < 0.02) % 2
    pieces = 2 * regimes + random.integers(0, 2, 20_000)
    model = HiddenMarkovModel.fit(pieces[:16_000], 4, states=4, passes=60, seconds=60)
    assert bits(model, pieces[16_000:].tolist()) < 1.3


def test_each_batch_explains_what_it_learned_from_better() -> None:
    pieces = np.tile([0, 1, 2, 0, 2, 1, 3], 400)
    before = HiddenMarkovModel.fit(pieces, 4, states=8, passes=1)
    after = HiddenMarkovModel.fit(pieces, 4, states=8, passes=30)
    assert bits(after, pieces[:500].tolist()) < bits(before, pieces[:500].tolist())


def test_forward_and_backward_count_what_enumeration_counts() -> None:
    """All sequences of three states over four pieces, one by one."""
    random = np.random.default_rng(1)
    model = HiddenMarkovModel._random(np.full(5, 0.2, np.float32), 3, random)
    pieces = [4, 0, 3, 1]
    transition, emission, initial, total = np.zeros((3, 3)), np.zeros((3, 5)), np.zeros(3), 0.0
    for sequence in np.ndindex(3, 3, 3, 3):
        p = model.initial[sequence[0]] * model.emission[sequence[0], pieces[0]]
        for a, b, piece in zip(sequence, sequence[1:], pieces[1:], strict=False):
            p *= model.transition[a, b] * model.emission[b, piece]
        total += p
        initial[sequence[0]] += p
        for a, b in pairwise(sequence):
            transition[a, b] += p
        for state, piece in zip(sequence, pieces, strict=True):
            emission[state, piece] += p
    found = model._expected_counts(np.array([pieces]))
    np.testing.assert_allclose(found.transition * 4, transition / total, rtol=1e-4)
    np.testing.assert_allclose(found.emission * 4, emission / total, rtol=1e-4)
    np.testing.assert_allclose(found.initial * 4, initial / total, rtol=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=40))
def test_its_predictions_sum_to_one(context: list[int]) -> None:
    model = HiddenMarkovModel.fit(np.arange(200) % 5, 7, states=6, passes=2)
    probabilities, state = model.step(0, model.start())
    for piece in context:
        probabilities, state = model.step(piece, state)
    assert probabilities.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    assert (probabilities > 0).all()


def test_what_cannot_be_learned_is_refused() -> None:
    with pytest.raises(ModelError):
        HiddenMarkovModel.fit(np.array([0, 9]), 4)
    with pytest.raises(ModelError):
        HiddenMarkovModel.fit(np.array([0, 1, -1, 2]), 4)
    with pytest.raises(ModelError):
        HiddenMarkovModel.fit(np.zeros(0, int), 4)
    with pytest.raises(ModelError, match="no piece"):
        HiddenMarkovModel.fit(np.arange(200) % 5, 7, states=2, passes=1).step(7, np.ones(2, np.float32))
