"""Phrases in capitals get the letters that their words have in the pairs; names that few pairs have."""

from __future__ import annotations

import pytest

from rnnchat.tasks.translation.capitals import sentence_case
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.rare_names import FEWEST_LEARNED, rare_names

ROWS = [
    ("I have never seen Berlin.", "Je n'ai jamais vu Berlin."),
    ("Now I don't work for NASA.", "Je ne travaille plus pour la NASA."),
    ("Mark my words, Mark.", "Écoute-moi bien, Mark."),
    ("Make a mark.", "Faites une marque."),
    ("A brown cat.", "Un chat brun."),
    ("It is March.", "C'est mars."),
    ("I come in March.", "Je viens en mars."),
    ("In March or later.", "En mars ou après."),
    ("It was May.", "On était en mai."),
    ("She was a Smith, not me.", "C'était une Serrurier, pas moi."),
    ("I saw Smith.", "J'ai vu Smith."),
    *[(f"Here is Tom, {number} years.", f"Voici Tom, {number} ans.") for number in range(FEWEST_LEARNED)],
]
MEMORY = TranslationMemory.build([SentencePair(*row, line) for line, row in enumerate(ROWS, 1)])


@pytest.mark.parametrize(
    ("phrase", "calm"),
    [
        ("I HAVE NEVER SEEN BERLIN!", "I have never seen Berlin!"),
        ("I DON'T SEE NASA OR ZOLTAN, NOW", "I don't SEE NASA or ZOLTAN, now"),
        ("“A CAT”", "“A cat”"),
        ("NASA", None),
        ("I", None),
        ("I have NEVER", None),
        ("ZZZ YYY CAT", None),
        ("42", None),
        ("你好", None),
        ("", None),
    ],
)
def test_sentence_case(phrase: str, calm: str | None) -> None:
    assert sentence_case(phrase, MEMORY) == calm


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("Smith is here.", {"Smith": "Smith"}),
        ("I saw Mr. Smith.", {"Smith": "Smith"}),
        ("Mark my cat.", {}),
        ("I saw Mark.", {"Mark": "Mark"}),
        ("Dr. Brown is here.", {"Brown": "Brown"}),
        ("Brown is here.", {}),
        ("It is March, not May.", {"March": "mars"}),
        ("March is here.", {"March": "mars"}),
        ("Here is Tom.", {}),
        ("I saw Berlin, Zoltan.", {"Berlin": "Berlin"}),
    ],
)
def test_rare_names(phrase: str, names: dict[str, str]) -> None:
    assert rare_names(phrase, MEMORY) == names
