"""Pairs of sentences and a stand-in for a network, for the tests of translation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.translation.confidence import ConfidenceModel
from rnnchat.tasks.translation.copying_rules import CopyingRules
from rnnchat.tasks.translation.network import TranslationShape
from rnnchat.tasks.translation.pairs import SentencePair, pair_lines
from rnnchat.tasks.translation.protocols import DecodedPhrase, NearPair

SUBJECTS = (
    ("The cat", "Le chat"),
    ("The dog", "Le chien"),
    ("My aunt", "Ma tante"),
    ("The judge", "Le juge"),
)
VERBS = (("sees", "voit"), ("follows", "suit"), ("draws", "dessine"), ("forgets", "oublie"))
OBJECTS = (
    ("a boat", "un bateau"),
    ("a lamp", "une lampe"),
    ("a tree", "un arbre"),
    ("two eggs", "deux œufs"),
    ("the moon", "la lune"),
)


def sentence_pairs() -> list[SentencePair]:
    """Return 80 pairs in English and French, in which every sentence is there once."""
    combined = list(product(SUBJECTS, VERBS, OBJECTS))
    return [
        SentencePair(*(f"{' '.join(words)}." for words in zip(*parts, strict=True)), number)
        for number, parts in enumerate(combined, 1)
    ]


def write_pairs(path: Path, pairs: Sequence[SentencePair] | None = None) -> Path:
    """Write pairs as a table, and return its path."""
    path.write_text(pair_lines(sentence_pairs() if pairs is None else pairs), encoding="utf-8")
    return path


class UpperCaseDecoder:
    """Translates a phrase into capital letters, word by word, and remembers what it was given."""

    def __init__(self, probability: float = 0.4) -> None:
        self.probability = probability
        self.near: list[Sequence[NearPair]] = []
        self.texts: list[str] = []
        self.copying: CopyingRules | None = None
        self.confidence: ConfidenceModel | None = None

    def decode(
        self,
        text: str,
        near: Sequence[NearPair] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> DecodedPhrase:
        self.near.append(near)
        self.texts.append(text)
        words = text.upper().split()
        for count in range(1, len(words) + 1):
            if on_text is not None:
                on_text(" ".join(words[:count]))
        return DecodedPhrase(" ".join(words), self.probability)


def random_translation_weights(
    shape: TranslationShape, seed: int = 0, scale: float = 0.4
) -> dict[str, NDArray[np.float32]]:
    """Return weights of an encoder–decoder at random."""
    random = np.random.default_rng(seed)
    return {name: random.normal(0, scale, size).astype(np.float32) for name, size in shape.weights().items()}
