"""Learning the notes by the output side alone: it predicts them better, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.evaluation.scoring import score_pieces
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.training import learn_output
from rnnchat.training.learn_output import learn_output as learn
from tests.helpers.models import random_weights

START = 1
SHAPE = NetworkShape(50, embedding=16, units=24)
WEIGHTS = random_weights(SHAPE, 3)
NETWORK = RecurrentNetwork(SHAPE, WEIGHTS)


def _notes(count: int, seed: int) -> np.ndarray:
    """Notes of few pieces, which often come in the same order."""
    random = np.random.default_rng(seed)
    notes = []
    for _ in range(count):
        notes += [START]
        for _ in range(8):
            first = int(random.integers(5, 20))
            notes += [first, first + 20]
    return np.array(notes)


def _bits(network: RecurrentNetwork, pieces: np.ndarray) -> float:
    return sum(piece.bits for piece in score_pieces(network, pieces.tolist()))


@pytest.mark.parametrize("count", [1, 12, 600])
def test_what_was_learned_predicts_other_notes_better(count: int) -> None:
    learned = learn(NETWORK, _notes(count, seed=1), START)
    network = RecurrentNetwork(SHAPE, {**WEIGHTS, **learned})
    before, after = (_bits(one, _notes(20, seed=2)) for one in (NETWORK, network))
    assert after < before
    if count == 600:
        assert after < 0.95 * before
    assert set(learned) == {"projection.kernel", "projection.bias", "output.bias"}
    assert network.has_states_of(network)
    assert RecurrentNetwork(SHAPE, WEIGHTS, network).has_states_of(network), "only the output side differs"


def test_it_ends_after_about_the_time_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(np.arange(0.0, 1e6))  # a second passes each time that anybody looks
    monkeypatch.setattr(learn_output.time, "monotonic", lambda: float(next(clock)))
    taken = []
    take = learn_output.OutputSteps.take

    def count(steps, tops, gradients, rate, bias_rate):  # type: ignore[no-untyped-def]
        taken.append(rate)
        take(steps, tops, gradients, rate, bias_rate)

    monkeypatch.setattr(learn_output.OutputSteps, "take", count)
    # TIMED_STEPS steps took a second, so that there is time for twice as many in two.
    learn(NETWORK, _notes(600, seed=1), START, seconds=2.0)
    assert len(taken) == 2 * learn_output.TIMED_STEPS
    assert taken[-1] < taken[0], "the rate falls to nothing by then"


def test_parts_of_the_notes_begin_anew_with_each_note() -> None:
    """What stood in one note has no influence on the state in the next."""
    pieces = np.array([START, 5, 6, START, 7, 8, 9, 10])
    states = [tops for tops, _ in learn_output._states(NETWORK, pieces[None], START)]
    state = NETWORK.start()
    for piece in (START, 7, 8):
        state = NETWORK.advance(piece, state)
    np.testing.assert_allclose(states[5][0], NETWORK.top(state), rtol=1e-5, atol=1e-6)
