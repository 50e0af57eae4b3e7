"""A copy is the same text; what differs in a figure, a sign or an accent is another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.text.notes import scan
from rnnchat.text.notes.deduplicate import Deduplicator

OTHERS = [
    ("I ran 1 km today.", "I ran 2 km today."),
    ("Balance: +99", "Balance: -15"),
    ("Balance: 15", "Balance: -15"),
    ("x² + 1", "x2 + 1"),
    ("a < b", "a > b"),
    ("Lunch with Ada 😀", "Lunch with Ada 😢"),
    ("👍🏽", "👍🏿"),
    ("👩‍👧", "👩👧"),
    ("कि", "की"),
    ("वह आता है", "वह आती है"),
    ("มา", "ม้า"),
    ("résumé", "resume"),
    ("שָׁלוֹם", "שלום"),
    ("你去。", "你去?"),
    ("「はい」", "『はい』"),
    ("Really?", "Really!"),
    ("1.5", "15"),
    ("$10", "€10"),
    ("a_b", "ab"),
    ("- [ ] call", "- [x] call"),
]
SAME = [
    ("It rained  all\tday.", "It rained all day.\n"),
    ("IT RAINED", "it rained"),
    ("Z\u00fcrich", "Zu\u0308rich"),
    ("“It’s”", '"It\'s"'),
    ("co\u2011operate", "co-operate"),
]


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_texts_that_say_something_else_are_both_kept(one: str, other: str) -> None:
    copies = Deduplicator()
    assert not copies.is_copy(one)
    assert not copies.is_copy(other)
    long_one, long_other = (f"{text} and so on and on. " * 20 for text in (one, other))
    assert copies.remove_copies(long_one) == long_one
    assert copies.remove_copies(long_other) == long_other


@pytest.mark.parametrize(("one", "other"), SAME)
def test_texts_that_differ_in_how_they_are_typed_are_copies(one: str, other: str) -> None:
    copies = Deduplicator()
    assert not copies.is_copy(one)
    assert copies.is_copy(other)
    long_one, long_other = (f"{text} and so on and on. " * 20 for text in (one, other))
    assert copies.remove_copies(long_one) == long_one
    assert copies.remove_copies(long_other) == ""


def test_daily_notes_with_other_figures_are_all_read(tmp_path: Path) -> None:
    for day in range(1, 8):
        (tmp_path / f"{day}.md").write_text(f"Day {day}: I ran {day} km, slept {day % 3 + 6} hours.\n" * 5)
    (tmp_path / "again.md").write_text("Day 3: I ran 3 km, slept 6 hours.\n" * 5)
    found = scan([tmp_path])
    assert len(found.notes) == 7
    assert [item.reason for item in found.skipped] == ["a copy of another note"]


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_copy_is_the_same_but_for_what_is_folded(one: str, other: str) -> None:
    copies = Deduplicator()
    copies.is_copy(one)
    assert copies.is_copy(one)
    if copies.is_copy(other):
        letters = [sorted(c for c in text.casefold() if c.isalnum()) for text in (one, other)]
        assert letters[0] == letters[1] or any(ord(c) > 127 for c in one + other)
