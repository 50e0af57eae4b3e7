"""A network in brief: the network itself where there is room for all of it, and close to it elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.lm.mixture.low_rank import LowRankNetwork
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from tests.helpers.models import random_weights

NOTES = np.random.default_rng(2).integers(3, 20, 400)


def network(cell: str = "gru", layers: int = 1, units: int = 12) -> RecurrentNetwork:
    shape = NetworkShape(40, embedding=8, units=units, layers=layers, cell=cell)
    return RecurrentNetwork(shape, random_weights(shape, 4))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_with_room_for_all_it_is_the_network(cell: str, layers: int) -> None:
    whole = network(cell, layers)
    brief = LowRankNetwork(whole, NOTES)
    state = about = whole.start()
    for piece in (3, 9, 30, 4):
        state, about = whole.advance(piece, state), brief.advance(piece, about)
        for one, other in zip(state, about, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)
    vector = whole.project(state)
    np.testing.assert_allclose(
        brief.embedding_scores(vector), whole.embedding_scores(vector)[brief.pieces], rtol=1e-5
    )
    np.testing.assert_array_equal(brief.top(state), whole.top(state))


def test_of_few_numbers_those_for_the_notes_say_most(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = network(units=48)
    monkeypatch.setattr("rnnchat.lm.mixture.low_rank.RANK", 6)
    fitted = LowRankNetwork(whole, NOTES)
    unfitted = LowRankNetwork(whole, NOTES[:0])
    missed = {"fitted": 0.0, "unfitted": 0.0, "nothing": 0.0}
    state = whole.start()
    for piece in NOTES[:60].tolist():
        after = whole.top(whole.advance(piece, state))
        missed["fitted"] += float(np.square(whole.top(fitted.advance(piece, state)) - after).sum())
        missed["unfitted"] += float(np.square(whole.top(unfitted.advance(piece, state)) - after).sum())
        alone = whole.top(whole.advance(piece, whole.start()))
        missed["nothing"] += float(np.square(alone - after).sum())
        state = whole.advance(piece, state)
    assert missed["fitted"] < 0.7 * missed["unfitted"] < 0.7 * missed["nothing"]


def test_it_knows_the_pieces_of_the_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnchat.lm.mixture.low_rank.FIRST", 2)
    monkeypatch.setattr("rnnchat.lm.mixture.low_rank.COVERED", 0.95)
    notes = np.array([*[30] * 60, *[31] * 39, 32])
    brief = LowRankNetwork(network(), notes)
    assert brief.pieces.tolist() == [0, 1, 30, 31]
    assert brief.places[[0, 31, 32]].tolist() == [0, 3, 4], "4 is for all others"
