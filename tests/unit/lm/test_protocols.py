"""What each language model offers beyond predicting, as the protocols declare it."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.lm.hmm import HiddenMarkovModel
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.protocols import AdaptiveModel, LanguageModel, Lookahead
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from tests.helpers.models import random_weights

SHAPE = NetworkShape(9, embedding=4, units=5)
NETWORK = RecurrentNetwork(SHAPE, random_weights(SHAPE, 1))
NGRAM = NgramModel(NgramMemory.build(np.arange(40) % 9, 9))
MARKOV = HiddenMarkovModel.fit(np.arange(40) % 9, 9, states=2, passes=1)


@pytest.mark.parametrize(
    ("model", "adapts", "looks_ahead"),
    [(NETWORK, False, True), (NGRAM, True, True), (MARKOV, False, False)],
    ids=["recurrent", "n-gram", "hidden Markov"],
)
def test_models_declare_what_they_offer(model: object, adapts: bool, looks_ahead: bool) -> None:
    assert isinstance(model, LanguageModel)
    assert isinstance(model, AdaptiveModel) == adapts
    assert isinstance(model, Lookahead) == looks_ahead


@pytest.mark.parametrize("model", [NETWORK, NGRAM], ids=["recurrent", "n-gram"])
def test_without_a_faster_way_every_step_is_a_full_one(model: Lookahead[object]) -> None:
    probabilities, state = model.step(3, model.start())
    model.build_fast_path()
    model.reuse_buffer(state)
    expected, after = model.step(5, state)
    for step in (model.step_sampled, model.approximate_step):
        found, reached = step(5, state)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(np.array(reached), np.array(after))
    np.testing.assert_array_equal(np.array(model.advance(5, state)), np.array(after))
    assert not np.array_equal(expected, probabilities)
