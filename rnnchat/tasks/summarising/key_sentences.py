"""The key sentences of a text: a learned choice.

Each sentence gets a linear score of its features and of its n-grams of words, fitted listwise to the
sentences that have the most in common with summaries that people wrote (`rnnchat/training/summarising/`).
There are two sets of weights, since abstracts of papers are built otherwise than notes.

Further sentences are chosen one after the other, less likely if they repeat what those before say:
J. Carbonell and J. Goldstein, The use of MMR, diversity-based reranking for reordering documents, SIGIR 1998.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.summarising.features import SentenceFeatures, length_in_words, sentence_features
from rnnchat.tasks.summarising.line_kinds import is_label_with_names
from rnnchat.tasks.summarising.listwise import Scorer
from rnnchat.tasks.summarising.words import Rarities, words_of

FILE = Path(__file__).parent / "key_sentences.safetensors"
"""This file, which is part of the package, holds the weights."""
REPETITION = 3.0
"""The score of a sentence falls by this times its likeness to a sentence that was chosen before."""
SAME = 0.98
"""A sentence that is more like one chosen before than this, as the cosine, is not chosen at all."""
PAPERS, NOTES = "papers", "notes"
"""The names of the two sets of weights."""
FEWEST_WORDS = 4
"""A sentence of fewer words is chosen only where there are no others."""
_LAST = 1e3
"""Puts a sentence after all others."""
LONGEST_ABSTRACT = 25
"""The abstract of a paper has at most so many sentences."""
_OF_A_PAPER = re.compile(
    r"\b(?:this|our|the proposed|these)"
    r" (?:paper|work|method|approach|model|algorithm|framework|experiments?|results)\b"
    r"|\bwe (?:also |further |then |first |empirically |theoretically )*(?:propose|present|introduce|show"
    r"|demonstrate|study|investigate|develop|prove|find|evaluate|analyze|explore|describe|address|provide"
    r"|consider|argue|design|apply|establish|examine|compare)\b|state[- ]of[- ]the[- ]art",
    re.I,
)
"""Matches what the abstracts of papers say: one of it is in 98 of 100 abstracts, and in 2 of 100 notes."""


@dataclass(frozen=True)
class KeySentenceRanker:
    """Scores sentences by how likely a summary is made of them."""

    scorers: Mapping[str, Scorer]
    """The weights for PAPERS and for NOTES."""
    rarities: Rarities

    def scores(self, features: SentenceFeatures, kind: str) -> NDArray[np.float32]:
        """Return a score for each sentence of a text, (sentences,); the kind is PAPERS or NOTES."""
        return self.scorers[kind].scores(features.dense, features.ngrams)

    def choose(self, sentences: Sequence[str], count: int) -> list[int]:
        """Return the numbers of at most `count` key sentences, the best first."""
        if not sentences:
            return []
        features = sentence_features(sentences, self.rarities)
        scores = self.scores(features, kind_of(sentences)).astype(np.float64)
        scores[list(map(_is_last, sentences))] -= _LAST
        chosen: list[int] = []
        while len(chosen) < count and scores.max() > -np.inf:
            best = int(scores.argmax())
            chosen.append(best)
            likeness = np.array([_likeness(features.terms[best], one) for one in features.terms])
            scores -= REPETITION * likeness
            scores[likeness > SAME] = -np.inf
            scores[best] = -np.inf
        return chosen


def _is_last(sentence: str) -> bool:
    """Return whether a sentence is chosen only after all others: it is short, or a label with names."""
    return length_in_words(words_of(sentence)) < FEWEST_WORDS or is_label_with_names(sentence)


def kind_of(sentences: Sequence[str]) -> str:
    """Return whether a text reads like the abstract of a paper, PAPERS, or is anything else, NOTES."""
    is_short = len(sentences) <= LONGEST_ABSTRACT
    return PAPERS if is_short and any(_OF_A_PAPER.search(one) for one in sentences) else NOTES


def _likeness(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    return sum(weight * second.get(term, 0.0) for term, weight in first.items())


@cache
def shipped_ranker() -> KeySentenceRanker:
    """Return the ranker that is part of the package."""
    tensors = read_safetensors(FILE.read_bytes())
    scorers = {
        kind: Scorer(tensors[f"{kind}.dense"], tensors[f"{kind}.ngrams"].astype(np.float32))
        for kind in (PAPERS, NOTES)
    }
    rarities = Rarities(
        tensors["terms"], tensors["rarities"].astype(np.float32), float(tensors["highest_rarity"][0])
    )
    return KeySentenceRanker(scorers, rarities)


def to_tensors(ranker: KeySentenceRanker) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of the file."""
    tensors: dict[str, NDArray[np.generic]] = {
        "terms": ranker.rarities.terms,
        "rarities": ranker.rarities.values.astype(np.float16),
        "highest_rarity": np.array([ranker.rarities.highest], np.float32),
    }
    for kind, scorer in ranker.scorers.items():
        tensors[f"{kind}.dense"] = scorer.dense
        tensors[f"{kind}.ngrams"] = scorer.numbered.astype(np.float16)
    return tensors
