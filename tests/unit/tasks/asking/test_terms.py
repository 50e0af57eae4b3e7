"""Terms: stems, names in code, scripts without spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.asking.stems import stem
from rnnchat.tasks.asking.terms import MAXIMUM_TERM, term_number, terms_of


@pytest.mark.parametrize(
    ("word", "expected"),
    # From the table of examples in Porter's article.
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("agreed", "agre"),
        ("plastered", "plaster"),
        ("motoring", "motor"),
        ("conflated", "conflat"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("happy", "happi"),
        ("relational", "relat"),
        ("vietnamization", "vietnam"),
        ("adoption", "adopt"),
        ("replacement", "replac"),
        ("rate", "rate"),
        ("controlling", "control"),
        ("generalizations", "gener"),
        ("go", "go"),
        ("café", "café"),
    ],
)
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I search it?", ["search"]),
        ("git-rebase", ["git", "rebas", "gitrebase"]),
        ("parseHTML2", ["pars", "html", "2", "parsehtml2"]),
        ("snake_case_name", ["snake", "case", "name", "snakecasename"]),
        ("C++", ["c", "c++"]),
        ("Café", ["cafe"]),
        ("don't", []),
        ("学习机器", ["学习", "习机", "机器"]),
        ("x" * (MAXIMUM_TERM + 1), []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms_of(text) == expected


@given(st.text(max_size=80))
def test_any_text_has_terms_and_numbers(text: str) -> None:
    for term in terms_of(text):
        assert 0 <= term_number(term) < 2**64
