"""Pairs in which only a number is another one."""

from __future__ import annotations

import pytest

from rnnchat.tasks.translation.substitution import substitute_numbers

PAIR = ("I have 3 cats.", "J'ai 3 chats.")


@pytest.mark.parametrize(
    ("text", "pair", "translation"),
    [
        ("i have 12 cats", PAIR, "J'ai 12 chats."),
        ("It costs 5,500 yen.", ("It costs 1,000 yen.", "Ça coûte 1 000 yens."), "Ça coûte 5 500 yens."),
        ("From 4 to 9", ("From 2 to 5", "De 2 à 5"), "De 4 à 9"),
        ("I have 1 cats.", PAIR, None),
        ("I have 3 cats.", PAIR, None),
        ("I have 5 dogs.", PAIR, None),
        ("I have 5 cats and 3 dogs.", PAIR, None),
        ("I have cats.", PAIR, None),
        ("At 11:30", ("At 7", "À 7 heures"), None),
        ("I am 50.", ("I am 30.", "J'ai trente ans."), None),
        ("2 and 4", ("3 and 3", "3 et 3"), None),
        ("The B12 is 5", ("The B11 is 4", "Le B11 est 4"), None),
    ],
)
def test_numbers_take_the_place_of_others(text: str, pair: tuple[str, str], translation: str | None) -> None:
    found = substitute_numbers(text, *pair)
    assert (found.text if found else None) == translation


def test_what_was_replaced_is_named() -> None:
    found = substitute_numbers("From 4 to 5", "From 2 to 5", "De 2 à 5")
    assert found is not None
    assert found.numbers == (("2", "4"),)
