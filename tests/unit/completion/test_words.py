"""Whole words: counted in notes, and in the draft at hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.completion.words import DraftWords, WordCounts, breaks_sentence, tokens_before_word, tokens_of

NOTES = ["the river runs\nthe river rises", "a river runs dry", "the rain in the river_bed 雨が好き"]


def test_probabilities_sum_to_one_after_anything() -> None:
    counts = WordCounts(NOTES)
    for before in ([], ["the"], ["\n", "the"], ["nowhere"], ["river", "runs"], ["a", "river", "runs"]):
        _, likely = counts.following(before, "")
        wordless = ["\n", *(w for w in counts.words if not w[0].isalnum())]
        assert likely.min() >= 0
        assert likely.sum() <= 1 + 1e-9
        assert likely.sum() > 0.3, f"{before}: what is no word has little, of {wordless}"


def test_what_followed_is_likelier() -> None:
    counts = WordCounts(NOTES)
    after = counts.completions(["the", "river"], "r", 5)
    assert next(iter(sorted(after, key=lambda text: -after[text]))) in ("uns", "ises")
    assert (
        counts.completions(["a", "river"], "r", 5)["uns"]
        > counts.completions(["the", "river"], "r", 5)["uns"]
    )
    assert sum(after.values()) == pytest.approx(1)
    assert "" not in counts.completions(["the"], "river", 5), "a word that is whole needs nothing"
    assert counts.completions(["the"], "zzz", 5) == {}


def test_scripts_without_spaces_and_endless_words_are_no_words() -> None:
    assert tokens_of("a 雨が好き b\n") == ["a", "\n", "b", "\n"]
    assert tokens_of("x" * 65) == ["\n"]
    assert tokens_of("it’s don't snake_case (x).") == ["it’s", "don't", "snake_case", "(", "x", ")."]


drafts = st.text(st.sampled_from(list("ab 'é_.\n雨")), max_size=30)


@given(st.lists(drafts, min_size=1, max_size=6))
def test_reading_on_and_back_is_as_reading_anew(texts: list[str]) -> None:
    used = DraftWords()
    for text in texts:
        used.read(text)
    fresh = DraftWords()
    fresh.read(texts[-1])
    for prefix in ("", "a", "b", "é"):
        before = tokens_before_word(texts[-1])
        assert used.completions(prefix, before) == pytest.approx(fresh.completions(prefix, before))


def test_the_latest_words_and_those_after_the_same_are_likelier() -> None:
    own = DraftWords()
    own.read("cat car cat car " + "x " * 600 + "cap so ")
    likely = own.completions("ca", ["car", "so"])
    assert likely["p"] > likely["t"]
    own.read("big cat, small car, big ")
    likely = own.completions("ca", [",", "big"])
    assert likely["t"] > likely["r"]
    assert sum(likely.values()) == pytest.approx(1)


def test_a_word_of_long_ago_is_still_there() -> None:
    own = DraftWords()
    own.read("zyxomma " + "word " * 5000)
    assert own.completions("zy", ["word"]) == {"xomma": 1.0}


def test_a_line_that_is_broken_within_a_sentence_goes_on() -> None:
    assert tokens_of("to the\nend.\nA (b)\nc\n\n- d\n- e") == (
        ["to", "the", "end", ".", "\n", "A", "(", "b", ")", "c", "\n", "\n", "-", "d", "\n", "-", "e"]
    )
    assert [breaks_sentence(text) for text in ("to the\n", "a,\n", "end.\n", "a\n\n", "\n", "a")] == (
        [True, True, False, False, False, False]
    )
    assert tokens_before_word("to the\n") == ["\n", "to", "the"]
    counts = WordCounts(["to the end", "the\nend", "a the\nend"])
    assert counts.completions(["the"], "", 3)["end"] > 0.8


@given(
    st.lists(
        st.tuples(st.sampled_from(["a b", "b a", "b c", ""]), st.sampled_from(["", "a", "b"])), max_size=6
    )
)
def test_what_was_asked_before_changes_no_answer(questions: list[tuple[str, str]]) -> None:
    texts = ["a b c a ab b abc", "b a b ba a b c"]
    used = WordCounts(texts)
    for before, prefix in questions:
        used.following(tokens_of(before), prefix)
    first, likely = used.following(["a", "b"], "")
    fresh_first, fresh = WordCounts(texts).following(["a", "b"], "")
    assert first == fresh_first
    np.testing.assert_array_equal(likely, fresh)


def test_counts_of_nothing() -> None:
    counts = WordCounts([])
    assert counts.completions(["a"], "", 3) == {}
    assert np.isfinite(counts.following([], "")[1]).all()
