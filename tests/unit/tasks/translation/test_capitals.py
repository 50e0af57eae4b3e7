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
    ("She was a Smith, not me.", "C'était une Serrurier, pas moi."),
    ("I saw Smith.", "J'ai vu Smith."),
    *[(f"Here is Tom, {number} years.", f"Voici Tom, {number} ans.") for number in range(FEWEST_LEARNED)],
]
MEMORY = TranslationMemory.build([SentencePair(*row, line) for line, row in enumerate(ROWS, 1)])


@pytest.mark.parametrize(
    ("phrase", "calm"),
    [
        ("I HAVE NEVER SEEN BERLIN!", "I have never seen Berlin!"),
        ("I DON'T SEE NASA OR ZOLTAN, NOW", "I don't SEE NASA OR ZOLTAN, now"),
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
        ("Smith is here.", {"Smith"}),
        ("I saw Mr. Smith.", {"Smith"}),
        ("Mark my cat.", set()),
        ("I saw Mark.", {"Mark"}),
        ("Dr. Brown is here.", {"Brown"}),
        ("Brown is here.", set()),
        ("It is March, Mrs. March.", set()),
        ("Here is Tom.", set()),
        ("I saw Berlin, Zoltan.", {"Berlin"}),
    ],
)
def test_rare_names(phrase: str, names: set[str]) -> None:
    assert rare_names(phrase, MEMORY) == names
