"""Texts are read as often as their repeats say, in another order each round."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.training.data.rounds import Rounds

SPANS = np.array([[0, 10], [10, 20], [30, 5], [35, 1]], np.int64)
REPEATS = np.array([[1.5, 0.25], [2, 1], [1, 0], [0.1, 3]], np.float32)


def times_read(rounds: Rounds, number: int, *, is_last_part: bool = False) -> np.ndarray:
    texts = rounds.texts(rounds.random(number), is_last_part=is_last_part)
    return np.array([(texts == span).all(axis=1).sum() for span in SPANS])


def test_without_repeats_every_text_is_read_once_in_an_order_of_its_own() -> None:
    rounds = Rounds(SPANS, seed=0)
    assert (times_read(rounds, 0) == 1).all()
    assert not rounds.has_last_part
    assert rounds.pieces == 36
    orders = {tuple(rounds.texts(rounds.random(number))[:, 0]) for number in range(20)}
    assert len(orders) > 5
    assert (rounds.texts(rounds.random(3)) == Rounds(SPANS, seed=0).texts(rounds.random(3))).all()


@pytest.mark.parametrize("part", [0, 1])
def test_over_many_rounds_each_text_is_read_as_often_as_it_says(part: int) -> None:
    rounds = Rounds(SPANS, REPEATS, seed=1)
    assert rounds.has_last_part
    counts = np.array([times_read(rounds, number, is_last_part=bool(part)) for number in range(2000)])
    assert np.abs(counts.mean(axis=0) - REPEATS[:, part]).max() < 0.05
    assert (counts >= np.floor(REPEATS[:, part])).all()
    assert (counts <= np.ceil(REPEATS[:, part])).all()


def test_a_round_has_the_pieces_of_the_texts_and_their_repeats() -> None:
    rounds = Rounds(SPANS, REPEATS, seed=1)
    read = [rounds.texts(rounds.random(number))[:, 1].sum() for number in range(2000)]
    assert np.mean(read) == pytest.approx(rounds.pieces, rel=0.02)


def test_no_round_is_empty() -> None:
    never = np.zeros((4, 2), np.float32)
    assert (times_read(Rounds(SPANS, never, seed=0), 0) == 1).all()


def test_the_last_part_is_known_by_other_repeats() -> None:
    same = np.full((4, 2), 2, np.float32)
    assert not Rounds(SPANS, same, seed=0).has_last_part
