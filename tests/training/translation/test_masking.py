"""Pairs with placeholders, of which a network learns to copy."""

from __future__ import annotations

import pytest

from rnnchat.tasks.translation.copied_names import NO_NAMES, CopiedNames
from rnnchat.tasks.translation.placeholders import (
    COMPOUND_PLACEHOLDERS,
    COPY_PLACEHOLDERS,
    NUMBER_PLACEHOLDERS,
    PLACEHOLDERS,
)
from rnnchat.training.translation import masking
from rnnchat.training.translation.masking import COMPOUND_COPIES, COPIES, masked, names_and_style, with_copies
from rnnchat.training.translation.number_words import number_words_in_both

N1 = NUMBER_PLACEHOLDERS[0]


@pytest.fixture(autouse=True)
def nothing_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "FEWEST_ADDED", 0)
    monkeypatch.setattr(masking, "ADDED_SHARE", 0)


def test_pairs_with_something_to_copy_come_several_times() -> None:
    pairs = [("I am 5.", "J'ai 5 ans."), ("A cat.", "Un chat."), ("At 2:30.", "À 2 h 30.")]
    found = with_copies(pairs, NO_NAMES, 0)
    assert found[:3] == [
        (f"I am {N1}.", f"J'ai {N1} ans."),
        pairs[1],
        (f"At {COMPOUND_PLACEHOLDERS[0]}.", f"À {COMPOUND_PLACEHOLDERS[0]}."),
    ]
    copies = found[3:]
    assert len(copies) == COPIES + COMPOUND_COPIES
    for source, target in copies:
        assert [sign for sign in source if sign in PLACEHOLDERS] == [
            sign for sign in target if sign in PLACEHOLDERS
        ]
    assert len(set(copies)) > COPIES
    assert found == with_copies(pairs, NO_NAMES, 0)


def test_words_for_numbers_and_names_are_replaced_in_copies_alone() -> None:
    pairs = [("Tom has three cats.", "Tom a trois chats.")] * 200
    names = CopiedNames(frozenset(), frozenset(("Tom",)))
    found = with_copies(pairs, names, 0)
    assert found[:200] == pairs
    assert sum("three" not in source and "trois" not in target for source, target in found) >= 200 * COPIES
    assert any(source[0] in COPY_PLACEHOLDERS and target[0] == source[0] for source, target in found)
    assert masked(pairs[:1], names) == pairs[:1]
    rare = CopiedNames(frozenset(("Tom",)), frozenset())
    assert masked(pairs[:1], rare)[0][0].startswith(COPY_PLACEHOLDERS[0])


def test_some_pairs_end_with_a_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "FEWEST_ADDED", 300)
    added = with_copies([("Where is it?", "Où est-ce ?"), ("A cat", "猫。")], NO_NAMES, 0)[2:]
    assert len(added) == 300
    assert {sign for source, _ in added for sign in source} >= set(PLACEHOLDERS)
    for sign in PLACEHOLDERS[:1]:
        assert (f"Where is it {sign}?", f"Où est-ce {sign} ?") in added
        assert (f"A cat {sign}", f"猫{sign}。") in added


def test_names_and_the_style_of_numbers_are_found() -> None:
    pairs = [("We saw Zoltan pay 1,000 yen.", "Nous avons vu Zoltan payer 1 000 yens.")] * 3
    names, style = names_and_style(pairs)
    assert names.rare == {"Zoltan"}
    assert style.apply("5,500") == "5 500"


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("I have three cats.", "J'ai trois chats.", [("three", "trois")]),
        ("Three men, ten dogs", "三个人，十只狗", [("Three", "三"), ("ten", "十")]),
        ("It is twelve.", "二十五", []),
        ("He is twelve.", "他十二岁。", [("twelve", "十二")]),
        ("I once had two, two", "deux et deux, onze", []),
        ("Twenty-two", "vingt-deux", []),
    ],
)
def test_words_for_the_same_number(source: str, target: str, words: list[tuple[str, str]]) -> None:
    found = number_words_in_both(source, target)
    assert [(one.text, other.text) for one, other in found] == words
