"""A recurrent network that reads several texts side by side: each as if it were alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.lm.recurrent import RecurrentNetwork, softmax
from rnnchat.lm.shape import NetworkShape
from tests.helpers.models import random_weights

NETWORKS = {
    (cell, layers): RecurrentNetwork(shape, random_weights(shape, 4))
    for cell in ("gru", "lstm", "rnn")
    for layers in (1, 2)
    for shape in [NetworkShape(30, embedding=8, units=12, layers=layers, cell=cell)]
}
kinds = st.sampled_from(sorted(NETWORKS))
texts = st.lists(st.lists(st.integers(0, 29), max_size=12), max_size=7)


@settings(max_examples=40, deadline=None)
@given(kinds, texts)
def test_texts_side_by_side_are_read_as_one_by_one(kind: tuple[str, int], texts: list[list[int]]) -> None:
    network = NETWORKS[kind]
    found = network.read_texts(texts)
    assert [len(tops) for tops in found] == [len(text) for text in texts]
    for text, tops in zip(texts, found, strict=True):
        state = network.start()
        for piece, top in zip(text, tops, strict=True):
            state = network.advance(piece, state)
            np.testing.assert_allclose(top, network.top(state), atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(kinds, st.lists(st.integers(0, 29), min_size=1, max_size=9))
def test_a_few_steps_together_are_the_steps_one_by_one(kind: tuple[str, int], pieces: list[int]) -> None:
    network = NETWORKS[kind]
    states = [network.advance(piece, network.start()) for piece in reversed(pieces)]
    together = network.advance_few(pieces, states)
    for piece, state, after in zip(pieces, states, together, strict=True):
        for one, other in zip(network.advance(piece, state), after, strict=True):
            np.testing.assert_allclose(other, one, atol=1e-5)


@pytest.mark.parametrize("piece", [-1, 30])
def test_a_piece_out_of_range_is_refused_among_others(piece: int) -> None:
    network = NETWORKS["gru", 1]
    with pytest.raises(ModelError, match="no piece"):
        network.read_texts([[3, 4], [5, piece]])
    with pytest.raises(ModelError, match="no piece"):
        network.advance_few([3, piece], [network.start()] * 2)


def test_probabilities_of_several_rows_sum_to_one_each() -> None:
    logits = np.random.default_rng(0).normal(size=(3, 30)).astype(np.float32) * 9
    rows = softmax(logits)
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(rows[1], softmax(logits[1]))
