"""Beam search with pieces that are required, and with repetitions that are less probable."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from rnnchat.tasks.translation.decoding import SearchRules, beam_search
from rnnchat.tasks.translation.network import DecoderState, EncodedSource, Floats, TranslationNetwork
from rnnchat.tasks.translation.pair_tokenizer import END, START
from rnnchat.tasks.translation.repetition import AT_ONCE, LATER, RepetitionRule

A, B, N1, N2 = range(4, 8)


class ScriptedNetwork:
    """Predicts the same pieces at each step: those of `steps`, and then the end."""

    def __init__(self, *steps: dict[int, float]) -> None:
        self._steps = steps

    def encode(self, source: object) -> EncodedSource:
        none = np.zeros((1, 1), np.float32)
        return EncodedSource(none, none, none[0])

    def start(self) -> DecoderState:
        return DecoderState(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.float32))

    def step(
        self, source: EncodedSource, pieces: Floats, state: DecoderState, *, is_first: bool = False
    ) -> tuple[Floats, DecoderState, Floats]:
        number = int(state.first[0, 0])
        step = self._steps[number] if number < len(self._steps) else {END: 0.9}
        row = np.full(8, 1e-4, np.float32)
        row[list(step)] = list(step.values())
        return np.tile(row, (len(pieces), 1)), DecoderState(state.first + 1, state.second), row[None]


def search(rules: SearchRules, *steps: dict[int, float]) -> tuple[int, ...]:
    network = cast(TranslationNetwork, ScriptedNetwork(*steps))
    return beam_search(network, [A, B, END], rules).pieces


def test_a_required_piece_comes_once_although_it_is_improbable() -> None:
    steps = ({A: 0.98}, {A: 0.5, B: 0.4, N1: 0.01}, {B: 0.6, N1: 0.3})
    assert N1 not in search(SearchRules(START, END), *steps)
    found = search(SearchRules(START, END, required=(N1,)), *steps)
    assert found.count(N1) == 1
    both = search(SearchRules(START, END, required=(N1, N2)), *steps, {N2: 0.05, A: 0.9})
    assert sorted(piece for piece in both if piece in (N1, N2)) == [N1, N2]


def test_a_search_ends_where_a_required_piece_never_comes() -> None:
    rules = SearchRules(START, END, forbidden=(N1,), required=(N1,))
    assert search(rules, {A: 0.9}, {B: 0.9}) == (A, B)


@pytest.mark.parametrize(
    ("prefix", "factors"),
    [
        ((), {}),
        ((A,), {A: AT_ONCE}),
        ((B,), {}),
        ((A, B, A), {A: AT_ONCE, B: AT_ONCE}),
        ((A, B, N1, N2, A, B), {N1: LATER}),
        ((A, N1, N2, A, N1), {N1: AT_ONCE, N2: LATER * AT_ONCE}),
    ],
)
def test_repetitions_are_less_probable(prefix: tuple[int, ...], factors: dict[int, float]) -> None:
    probabilities = np.ones((1, 8), np.float32)
    RepetitionRule({B}).apply(probabilities, [prefix])
    assert probabilities[0] == pytest.approx([factors.get(piece, 1.0) for piece in range(8)])


@pytest.mark.parametrize(
    ("phrase", "prefix", "factors"),
    [
        ((A, A, B), (A,), {}),
        ((A, A, B), (A, B, A), {B: AT_ONCE}),
        ((A, B, N1, N2, A, B, N1), (A, B, A), {A: AT_ONCE}),
        ((A, B, A, B), (A, B, A), {A: AT_ONCE, B: AT_ONCE}),
    ],
)
def test_a_phrase_that_repeats_something_may_be_translated_so(
    phrase: tuple[int, ...], prefix: tuple[int, ...], factors: dict[int, float]
) -> None:
    probabilities = np.ones((1, 8), np.float32)
    RepetitionRule.for_phrase(phrase, ()).apply(probabilities, [prefix])
    assert probabilities[0] == pytest.approx([factors.get(piece, 1.0) for piece in range(8)])
