"""A network with less in it: equal to the network where nothing is left out, and close to it elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.lm.mixture.low_rank import LowRankShortlistNetwork
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from tests.helpers.models import random_weights

NOTES = np.random.default_rng(2).integers(3, 20, 400)


def network(cell: str = "gru", layers: int = 1, units: int = 12) -> RecurrentNetwork:
    shape = NetworkShape(40, embedding=8, units=units, layers=layers, cell=cell)
    return RecurrentNetwork(shape, random_weights(shape, 4))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_of_full_rank_it_is_the_network(cell: str, layers: int) -> None:
    full = network(cell, layers)
    reduced = LowRankShortlistNetwork(full, NOTES)
    state = approximate = full.start()
    for piece in (3, 9, 30, 4):
        state = full.advance(piece, state)
        (approximate,) = reduced.advance([piece], [approximate])
        for one, other in zip(state, approximate, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)
    vector = full.project(state)
    np.testing.assert_allclose(
        reduced.embedding_scores(vector), full.embedding_scores(vector)[reduced.shortlist], rtol=1e-5
    )
    np.testing.assert_array_equal(reduced.top(state), full.top(state))


def test_a_low_rank_fitted_to_the_notes_has_a_smaller_error(monkeypatch: pytest.MonkeyPatch) -> None:
    full = network(units=48)
    monkeypatch.setattr("rnnchat.lm.mixture.low_rank.RANK", 6)
    fitted = LowRankShortlistNetwork(full, NOTES)
    unfitted = LowRankShortlistNetwork(full, NOTES[:0])
    error = {"fitted": 0.0, "unfitted": 0.0, "nothing": 0.0}
    state = full.start()
    for piece in NOTES[:60].tolist():
        after = full.top(full.advance(piece, state))
        error["fitted"] += float(np.square(full.top(fitted.advance([piece], [state])[0]) - after).sum())
        error["unfitted"] += float(np.square(full.top(unfitted.advance([piece], [state])[0]) - after).sum())
        alone = full.top(full.advance(piece, full.start()))
        error["nothing"] += float(np.square(alone - after).sum())
        state = full.advance(piece, state)
    assert error["fitted"] < 0.7 * error["unfitted"] < 0.7 * error["nothing"]


def test_the_shortlist_has_the_pieces_of_the_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnchat.lm.mixture.low_rank.ALWAYS_LISTED", 2)
    monkeypatch.setattr("rnnchat.lm.mixture.low_rank.COVERED", 0.95)
    notes = np.array([*[30] * 60, *[31] * 39, 32])
    reduced = LowRankShortlistNetwork(network(), notes)
    assert reduced.shortlist.tolist() == [0, 1, 30, 31]
    assert reduced.index[[0, 31, 32]].tolist() == [0, 3, 4], "4 is for all others"
