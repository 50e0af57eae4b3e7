"""What is probably wrong with a network's translation is said."""

from __future__ import annotations

import pytest

from rnnchat.tasks.translation.doubts import doubt_about
from rnnchat.tasks.translation.result import NetworkTranslation


def doubt(phrase: str, translation: str) -> str:
    return doubt_about(phrase, NetworkTranslation(translation, (), 0.0, 0.5, None), lambda word: True)


@pytest.mark.parametrize(
    ("phrase", "translation", "said"),
    [
        ("I have 3 cats.", "J'ai 3 chats.", ""),
        ("I have 3 cats.", "J'ai les chats.", "check the numbers"),
        ("The price is ½.", "Le prix est cinq.", "check the numbers"),
        ("The price is ½.", "Le prix est ½.", ""),
        ("x² is 4", "x² est 4", ""),
        ("x² is 4", "x est 4", "check the numbers"),
        ("Ⅻ cats", "des chats", "check the numbers"),
        ("三 cats", "trois chats", ""),
        ("Meet me at 5 pm.", "Viens à 5 heures.", "“5 pm”: check whether it is morning or evening"),
        ("It opens at 7:30 A.M.", "Il ouvre à 7:30.", "“7:30 A.M.”: check whether it is morning or evening"),
        ("Meet me at 5 pm.", "Meet me at 5 p.m.", ""),
        ("I have 5 pmx.", "J'ai 5 pmx.", ""),
    ],
)
def test_what_is_wrong_is_said(phrase: str, translation: str, said: str) -> None:
    assert doubt(phrase, translation) == said
