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
    after_ignoring,
    expected_seconds,
)
from rnnchat.completion.search import CandidateWord
from rnnchat.library.settings import Settings

WORDS = [("garden", CandidateWord(0.6, 0.5, (1,))), ("house", CandidateWord(0.2, 0.1, (2,), 0.15))]
PIECES = np.full(10, 0.1)
GATE = InlineGate(has_notes=True)
WITHOUT_NOTES = InlineGate(has_notes=False)


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


def choose(
    offers: list[Offer], threshold: float, ignored: dict[str, int] | None = None
) -> tuple[Offer, float] | None:
    """What the gate chooses after "We sat in the " of some words, and of phrases that begin with them."""
    place = Place("We sat in the ", WORDS, PIECES)
    words = [one for one in offers if one.text == one.first]
    phrases = [one for one in offers if one.text != one.first]
    return GATE.choose(
        place, words, lambda word: [one for one in phrases if one.word is word.word], threshold, ignored or {}
    )


def test_the_offer_that_saves_most_is_chosen_among_the_likely_ones() -> None:
    place = Place("We sat in the ", WORDS, PIECES)
    word, phrase, other = offer("garden", 0.6), offer("garden gate", 0.55), offer("house", 0.2, 1)
    chances = {one.text: GATE.probability(place, one) for one in (word, phrase, other)}
    assert chances["garden"] > chances["house"]
    chosen = choose([word, phrase, other], min(chances.values()))
    assert chosen == (phrase, chances["garden gate"])
    chosen = choose([word, replace(phrase, probability=0.01), other], chances["garden"])
    assert chosen == (word, chances["garden"])
    assert choose([word, phrase, other], 1.0) is None
    assert choose([], 0.0) is None


def test_phrases_are_looked_for_only_where_their_first_word_is_likely() -> None:
    place = Place("We sat in the ", WORDS, PIECES)
    looked_for: list[str] = []

    def phrases(word: Offer) -> list[Offer]:
        looked_for.append(word.text)
        return []

    words = [offer("garden", 0.6), offer("house", 0.2, 1)]
    GATE.choose(place, words, phrases, GATE.probability(place, words[0]))
    assert looked_for == ["garden"]


def test_what_the_writer_ignored_makes_room_for_others() -> None:
    word, phrase = offer("garden", 0.6), offer("garden gate", 0.55)
    other = Offer("greenhouse", 0.35, "greenhouse", CandidateWord(0.35, 0.3, (3,)))
    fresh = choose([other], 0.0)
    assert fresh is not None
    for times in (2, 3):
        chosen = choose([word, phrase, other], fresh[1], {"garden": times})
        assert chosen is not None
        assert chosen[0] is other
        assert chosen[1] > fresh[1], "the others become likelier by what it lost"
    chosen = choose([word, phrase], 0.0, {"garden gate": 1})
    assert chosen is not None
    assert chosen[0] is word, "who ignored a phrase may want its first word"


@given(st.floats(0, 1), st.integers(0, 9))
def test_what_was_ignored_more_often_is_less_likely(probability: float, times: int) -> None:
    once_less, revised = (
        after_ignoring("garden gate", probability, {"garden": count, "gard": 5})
        for count in (times, times + 1)
    )
    assert 0 <= revised <= once_less <= 1


def test_unspaced_scripts_need_less_and_models_without_notes_more() -> None:
    assert GATE.least_probability("garden", 0.4) == pytest.approx(0.4)
    assert GATE.least_probability("公园", 0.4) < 0.4 < WITHOUT_NOTES.least_probability("garden", 0.4)
    for gate in (GATE, WITHOUT_NOTES):
        for text in ("garden", "公园"):
            bounds = [gate.least_probability(text, bound) for bound in (0.0, 1.0)]
            assert bounds == pytest.approx([0.0, 1.0])


def test_unspaced_scripts_have_an_estimate_of_their_own() -> None:
    place = Place("我们去", [("公园", CandidateWord(0.3, 0.3, (1,)))], PIECES)
    word = CandidateWord(0.3, 0.3, (1,))
    estimates = {gate.probability(place, Offer("公园", 0.3, "公园", word)) for gate in (GATE, WITHOUT_NOTES)}
    assert len(estimates) == 1
