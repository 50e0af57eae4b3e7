"""The split of pairs: no sentence is on two sides."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.split import components_of, split_pairs
from rnnchat.tasks.translation.words import comparison_key

PAIRS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
        lambda numbers: SentencePair(f"Source {numbers[0]}.", f"target {numbers[1]}", 1)
    )
)


@given(PAIRS, st.randoms(use_true_random=False))
def test_sides_share_no_sentence(pairs: list[SentencePair], order: random.Random) -> None:
    split = split_pairs(pairs, 0.3)
    sides = (split.train, split.validation, split.test)
    assert sorted(pair for side in sides for pair in side) == sorted(pairs)
    for column in (0, 1):
        keys = [{comparison_key(str(pair[column])) for pair in side} for side in sides]
        assert not (keys[0] & keys[1] or keys[0] & keys[2] or keys[1] & keys[2])
    shuffled = pairs[:]
    order.shuffle(shuffled)
    assert sorted(split_pairs(shuffled, 0.3).test) == sorted(split.test)


def test_sentences_that_differ_in_punctuation_are_one_component() -> None:
    pairs = [
        SentencePair("Hi!", "Salut.", 1),
        SentencePair("Hello", "SALUT", 2),
        SentencePair("No", "Non", 3),
    ]
    first, second, third = components_of(pairs)
    assert first == second != third


def test_shares() -> None:
    pairs = [SentencePair(f"one {number}", f"un {number}", number) for number in range(10_000)]
    split = split_pairs(pairs)
    assert 850 < len(split.test) < 1_150
    assert 400 < len(split.validation) < 600


def test_a_large_component_is_for_training() -> None:
    pairs = [SentencePair("always the same", f"toujours {number}", number) for number in range(60)]
    assert len(split_pairs(pairs, 1.0).train) == 60
    assert len(split_pairs(pairs[:40], 1.0).test) == 40
