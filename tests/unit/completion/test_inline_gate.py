"""The gate: what is shown unasked, and when nothing is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.completion.inline_gate import (
    FEATURES,
    THRESHOLD,
    WEIGHTS,
    InlineGate,
    Offer,
    Place,
    expected_seconds,
    least_probability,
)
from rnnchat.completion.search import CandidateWord
from rnnchat.library.settings import Settings

WORDS = [("garden", CandidateWord(0.6, 0.5, (1,))), ("house", CandidateWord(0.2, 0.1, (2,), 0.15))]
PIECES = np.full(10, 0.1)
GATE = InlineGate(has_notes=True)


def offer(text: str, probability: float, number: int = 0) -> Offer:
    """An offer that begins with one of WORDS."""
    return Offer(text, probability, *WORDS[number])


def test_each_feature_has_a_weight_and_a_name() -> None:
    place = Place("We sat in the ", WORDS, PIECES)
    assert place.features(offer("garden", 0.6)).shape == (len(FEATURES),)
    assert {len(weights) for weights in WEIGHTS.values()} == {len(FEATURES)}


def test_the_setting_begins_with_the_threshold_that_ships() -> None:
    assert Settings().inline_from == THRESHOLD


@given(st.text(max_size=60), st.text(min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_features_and_estimates_are_finite(
    before: str, text: str, probability: float, counted: float
) -> None:
    word = CandidateWord(probability, probability / 2, (1,), probability * counted)
    place = Place(before, [(text, word)], np.array([1.0, 0.0]))
    one = Offer(text, probability, text, word)
    assert np.isfinite(place.features(one)).all()
    assert 0 < GATE.probability(place, one) < 1


@pytest.mark.parametrize("has_notes", [True, False])
def test_what_is_likelier_is_estimated_likelier(has_notes: bool) -> None:
    gate, place = InlineGate(has_notes=has_notes), Place("We sat in the ", WORDS, PIECES)
    chances = [gate.probability(place, offer("garden", probability)) for probability in (0.1, 0.3, 0.6)]
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]


def test_a_word_repeated_after_the_same_word_is_likelier() -> None:
    new, repeated = (
        Place(f"{before} We sat in the ", WORDS, PIECES) for before in ("A cold day.", "In the garden.")
    )
    assert GATE.probability(repeated, offer("garden", 0.4)) > GATE.probability(new, offer("garden", 0.4))


def test_a_short_text_does_not_pay() -> None:
    assert expected_seconds("a", 0.4) < 0 < expected_seconds("garden", 0.5)
    assert expected_seconds("garden", 0.05) < 0
    assert expected_seconds("garden gate", 0.5) > expected_seconds("garden", 0.5)
    assert expected_seconds("公园", 0.9) > expected_seconds("ga", 0.9)


def test_the_offer_that_saves_most_is_chosen_among_the_likely_ones() -> None:
    place = Place("We sat in the ", WORDS, PIECES)
    word, phrase, other = offer("garden", 0.6), offer("garden gate", 0.55), offer("house", 0.2, 1)
    chances = {one.text: GATE.probability(place, one) for one in (word, phrase, other)}
    assert chances["garden"] > chances["house"]
    chosen = GATE.choose(place, [word, phrase, other], min(chances.values()))
    assert chosen == (phrase, chances["garden gate"])
    chosen = GATE.choose(place, [word, replace(phrase, probability=0.01), other], chances["garden"])
    assert chosen == (word, chances["garden"])
    assert GATE.choose(place, [word, phrase, other], 1.0) is None
    assert GATE.choose(place, [], 0.0) is None


def test_unspaced_scripts_need_less() -> None:
    assert least_probability("garden", 0.4) == 0.4
    assert least_probability("公园", 0.4) < 0.4
    assert [least_probability("公园", bound) for bound in (0.0, 1.0)] == [0.0, 1.0]


def test_unspaced_scripts_have_an_estimate_of_their_own() -> None:
    place = Place("我们去", [("公园", CandidateWord(0.3, 0.3, (1,)))], PIECES)
    word = CandidateWord(0.3, 0.3, (1,))
    estimates = {
        gate.probability(place, Offer("公园", 0.3, "公园", word))
        for gate in (GATE, InlineGate(has_notes=False))
    }
    assert len(estimates) == 1
