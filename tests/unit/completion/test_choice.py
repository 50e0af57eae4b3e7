"""The choice of a menu: what its suggestions save together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rnnchat.completion.choice import SINGLE_WORDS, choose, distinct_as_shown, order_shown, saved_keys

WORDS = [("ver", 0.4), ("se", 0.2), ("ght", 0.1), ("ch", 0.05), ("ot", 0.02), ("pe", 0.019), ("d", 0.018)]

scored = st.dictionaries(st.text("ab c", min_size=1).filter(str.strip), st.floats(0, 1), max_size=12)


@given(words=scored, phrases=scored, count=st.integers(1, 8))
def test_a_menu_is_full_sorted_and_begins_with_the_likeliest_words(
    words: dict[str, float], phrases: dict[str, float], count: int
) -> None:
    ranked = sorted(words.items(), key=lambda pair: -pair[1])
    menu = choose(ranked, phrases, count)
    texts = [text for text, _ in menu]
    assert len(texts) == len(set(texts)) == min(count, len(words.keys() | phrases.keys()))
    assert [probability for _, probability in menu] == sorted((one for _, one in menu), reverse=True)
    assert {text for text, _ in ranked[: min(count, SINGLE_WORDS)]} <= set(texts)


def test_a_likely_phrase_takes_the_place_of_an_unlikely_word() -> None:
    menu = [text for text, _ in choose(WORDS, {"ver runs": 0.3}, 6)]
    assert "ver runs" in menu
    assert "pe" not in menu
    assert "ver" in menu, "its beginning stays, as the writer may go on in another way"


def test_an_unlikely_phrase_does_not() -> None:
    assert "ver runs" not in [text for text, _ in choose(WORDS, {"ver runs": 0.001}, 6)]


def test_of_two_forms_of_a_phrase_one_is_enough() -> None:
    phrases = {"ver runs": 0.31, "ver runs past the mill": 0.3}
    menu = [text for text, _ in choose(WORDS, phrases, 6)]
    assert "ver runs past the mill" in menu
    assert "ver runs" not in menu, "it would hardly ever be right where the longer one is not"


def test_a_single_letter_saves_little_and_further_words_much() -> None:
    assert saved_keys("s") < saved_keys("st") == saved_keys("straight")
    assert saved_keys("st runs") > saved_keys(" st") > saved_keys("st")
    assert saved_keys("水流很") > saved_keys("水流") > saved_keys("水")


def test_a_menu_does_not_begin_with_one_phrase_in_three_lengths() -> None:
    texts = [" of", " of the", " of the old", " in", " of a", " to"]
    assert order_shown(texts) == [" of", " of the", " in", " of a", " to", " of the old"]
    assert order_shown([" of", " of the"]) == [" of", " of the"]
    assert order_shown([]) == []


@given(st.lists(st.text("ab ", min_size=1), max_size=8, unique=True))
def test_the_order_that_is_shown_leaves_nothing_out(texts: list[str]) -> None:
    assert sorted(order_shown(texts)) == sorted(texts)


def test_texts_that_look_alike_in_a_menu_are_offered_once() -> None:
    found = distinct_as_shown([(" The", 0.4), ("It", 0.3), ("The", 0.2), ("   ", 0.1)])
    assert found == [(" The", 0.4), ("It", 0.3), ("   ", 0.1)]
