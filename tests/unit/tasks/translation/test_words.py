"""The words that sentences are compared by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.translation.words import comparison_key, is_spaceless, without_accents, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't  stop!", ["don", "t", "stop"]),
        ("It costs $3.50, or -5% (1,000).", ["it", "costs", "$", "3.50", "or", "-5", "%", "1,000"]),
        ("At 12:30, covid-19 and pages 10-20", ["at", "12:30", "covid", "19", "and", "pages", "10", "20"]),
        ("今天下雨。Ｂ３？", ["今", "天", "下", "雨", "b", "3"]),
        ("हिन्दी में।", ["हिन्दी", "में"]),
        ("C# x² ½", ["c", "#", "x", "²", "½"]),
        ("…!?", []),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_case_and_spaces_make_no_difference(text: str) -> None:
    assert words_of(f"  {text.upper().lower()} ") == words_of(text.upper().lower())
    assert "" not in words_of(text)
    assert comparison_key(text) == " ".join(words_of(text))


def test_accents_are_told_from_vowel_marks() -> None:
    assert without_accents("où élève Ώ") == "ou eleve Ω"
    assert without_accents("हिन्दी") == "हिन्दी"
    assert is_spaceless("雨")
    assert not is_spaceless("a")
    assert not is_spaceless("")
