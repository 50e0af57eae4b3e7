"""What is known of a sentence when key sentences are chosen.

That is where it stands, how long it is, what it has in common with the rest of the text, and which phrases
it has that summaries are often made of, such as "we propose".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.terms import terms_of
from rnnchat.tasks.summarising.words import Rarities, sentence_ngrams, words_of

Features = NDArray[np.float32]
"""An array with a row for each sentence."""
LONGEST = 400
"""Only so many words of a sentence are looked at."""
_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bwe (?:propose|present|introduce|develop|describe|design)\b",
        r"\bwe (?:show|demonstrate|find|prove|observe)\b",
        r"\bwe (?:study|investigate|analyze|explore|examine|evaluate|consider)\b",
        r"\b(?:in )?this (?:paper|work|article|post|note|guide|page)\b",
        r"\bour (?:method|approach|model|algorithm|framework)\b",
        r"\bresults?\b|\bexperiments?\b|\bexperimental",
        r"\bnovel\b|\bnew\b",
        r"\bhowever\b|\bunfortunately\b|\bdespite\b|但是|然而|不过",
        r"\bstate[- ]of[- ]the[- ]art\b|\boutperform",
        r"\b(?:specifically|in particular|furthermore|moreover|additionally|finally|also)\b",
        r"\bfor example\b|\be\.g\b|\bi\.e\b|例如|比如",
        r"https?:|\bcode\b|\bavailable\b",
        r"^(?:we|in this|this|here)\b",
        r"\bto (?:address|this end|tackle|overcome|solve)\b",
        r"[()]",
        r":",
        r"\d",
        r"^(?:it|they|these|this|such|those)\b",
        r"\bthat\b",
        r"\bby\b.*ing\b",
        r"\b(?:in summary|in short|tl;?dr|to sum up|in conclusion|overall|the (?:key|main) )"
        r"|总之|总结|因此|所以|简而言之",
        r"\?\s*$|？\s*$",
        r"\b(?:you can|let'?s|i|my)\b",
        r"`",
    )
)
"""Each matches a phrase that tells more or less likely key sentences apart."""
_FIRST = 9
"""Of so many of the phrases it counts whether the sentence is the first that has one."""
_RIVALS = 4
"""Of so many of the phrases it counts whether other sentences have one, too."""


@dataclass(frozen=True)
class SentenceFeatures:
    """The features of the sentences of one text."""

    dense: Features
    """Those that every sentence has, (sentences, features)."""
    ngrams: list[list[int]]
    """The numbers of the n-grams of words of each sentence."""
    terms: list[dict[str, float]]
    """The terms of each sentence with their weights, of length 1."""


def sentence_features(sentences: Sequence[str], rarities: Rarities) -> SentenceFeatures:
    """Return the features of the sentences of one text, in order."""
    words = [words_of(one)[:LONGEST] for one in sentences]
    counts = [Counter(terms_of(one[: LONGEST * 12])) for one in sentences]
    rare = rarities.of({term for one in counts for term in one})
    weighted = [_unit({term: n * rare[term] for term, n in one.items()}) for one in counts]
    dense = np.hstack(
        [
            _places_and_lengths(np.array([length_in_words(one) for one in words], np.float32)),
            _relations(counts, weighted, rare),
            _phrases(sentences),
        ]
    )
    return SentenceFeatures(dense.astype(np.float32), list(map(sentence_ngrams, words)), weighted)


def length_in_words(words: Sequence[str]) -> float:
    """Return how many words a sentence has; two characters of Chinese count as one."""
    return sum((1.0 if word.isascii() or len(word) > 1 else 0.6) for word in words if word[0].isalnum())


def _unit(weights: dict[str, float]) -> dict[str, float]:
    size = sum(value * value for value in weights.values()) ** 0.5 or 1.0
    return {term: value / size for term, value in weights.items()}


def _places_and_lengths(lengths: Features) -> Features:
    """Return where the sentences stand and how long they are, (sentences, features)."""
    count = len(lengths)
    at = np.arange(count)
    place = at / max(1, count - 1)
    columns = [
        *(at == first for first in range(3)),
        *(at == count - last for last in (1, 2, 3)),
        np.minimum(at, 20) / 10,
        place,
        place**2,
        (place - 0.5) ** 2 > 0.1,
        np.full(count, min(count, 20) / 10),
        np.full(count, float(count == 1)),
        lengths / 30,
        np.minimum(lengths / 30, 3) ** 2,
        *((low <= lengths) & (lengths < high) for low, high in _LENGTHS),
        np.clip((lengths - lengths.mean()) / 10, -4, 4),
    ]
    return np.column_stack(columns).astype(np.float32)


_LENGTHS = ((0, 5), (5, 8), (8, 12), (12, 18), (18, 25), (25, 35), (35, 45), (45, 10_000))
"""Ranges of lengths, in words."""


def _relations(
    counts: Sequence[Counter[str]], weighted: Sequence[dict[str, float]], rare: dict[str, float]
) -> Features:
    """Return what each sentence has in common with the rest of the text, (sentences, features)."""
    count = len(counts)
    centre: Counter[str] = Counter()
    for one in weighted:
        centre.update(one)
    middle = _unit(dict(centre))
    near = np.array([sum(value * middle[term] for term, value in one.items()) for one in weighted])
    rank = np.argsort(np.argsort(-near))
    total: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    for terms in counts:
        total.update(terms)
        holders.update(terms.keys())
    seen: set[str] = set()
    rows = []
    for at, terms in enumerate(counts):
        own = terms.keys()
        neighbours = counts[at + 1] if at + 1 < count else {}, counts[at - 1] if at else {}
        ends = counts[0] if at else {}, counts[-1] if at + 1 < count else {}
        rows.append(
            [
                near[at],
                near[at] - near.max(),
                rank[at] == 0,
                rank[at] == 1,
                rank[at] / count,
                *_masses(own, rare, total, holders),
                *(sum(rare[term] for term in own if term in other) / 10 for other in neighbours),
                sum(rare[term] for term in own if term not in seen) / 20,
                *(len(own & other.keys()) / 5 for other in ends),
            ]
        )
        seen |= own
    return np.array(rows, np.float32)


def _masses(
    own: AbstractSet[str], rare: dict[str, float], total: Counter[str], holders: Counter[str]
) -> list[float]:
    """Return how much the terms of a sentence weigh, and how much those that other sentences have, too.

    `total` is how often the text has each term, and `holders` in how many sentences.
    """
    mass = sum(rare[term] for term in own)
    shared = sum(rare[term] for term in own if holders[term] > 1)
    return [
        shared / (mass + 1e-6),
        min(shared, 150) / 10,
        min(mass, 300) / 30,
        mass / (len(own) + 1),
        min(sum(rare[term] * min(total[term], 6) for term in own), 1000) / 100,
        sum(min(total[term], 12) for term in own) / (len(own) or 1),
    ]


def _phrases(sentences: Sequence[str]) -> Features:
    """Return which phrases each sentence has, and which others have before it or at all."""
    lowered = [one.lower().strip()[: LONGEST * 8] for one in sentences]
    has = np.array([[bool(phrase.search(one)) for phrase in _PHRASES] for one in lowered], np.float32)
    before = np.cumsum(has, axis=0) - has
    place = (np.arange(len(has)) / max(1, len(has) - 1))[:, None]
    first = has * (before == 0)
    others = (has.sum(axis=0) - has > 0) * has
    columns = [
        has,
        first[:, :_FIRST],
        before[:, :_FIRST] > 0,
        has[:, :_FIRST] * place,
        others[:, :_RIVALS],
    ]
    return np.hstack(columns).astype(np.float32)
