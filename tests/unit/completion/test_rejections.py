"""Rejections reach phrases, and only those that begin with what was rejected as whole words."""

from __future__ import annotations

import pytest

from rnnchat.completion.rejections import begins_with_any


@pytest.mark.parametrize(
    ("phrase", "is_rejected"),
    [
        ("ver", True),
        ("ver runs", True),
        ("ver-like", True),
        ("very", False),
        ("verse one", False),
        ("", False),
    ],
)
def test_a_phrase_begins_with_a_rejected_word(phrase: str, is_rejected: bool) -> None:
    assert begins_with_any(phrase, {"ver", "mill"}) is is_rejected
    assert not begins_with_any(phrase, set())
