"""ROUGE: how many words, pairs of words and words in order a text shares with another one.

The F1 of each, over stems, as the package rouge-score computes it, except for a few stems. Source: C.-Y. Lin,
ROUGE: A package for automatic evaluation of summaries, 2004.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rnnchat.tasks.asking.stems import stem

_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST_UNSTEMMED = 3
"""A word of at most this many characters keeps its ending."""


@lru_cache(maxsize=100_000)
def _stemmed(word: str) -> str:
    return stem(word) if len(word) > _LONGEST_UNSTEMMED and word.isalpha() else word


def rouge_words(text: str) -> list[str]:
    """Return the words that ROUGE compares."""
    return [_stemmed(word) for word in _OTHER.sub(" ", text.lower()).split()]


def rouge(found: Sequence[str], reference: Sequence[str]) -> tuple[float, float, float]:
    """Return ROUGE-1, ROUGE-2 and ROUGE-L of the words of a text and those of a reference, from 0 to 1."""
    pairs = Counter(itertools.pairwise(found)), Counter(itertools.pairwise(reference))
    return (
        _f1((Counter(found) & Counter(reference)).total(), len(found), len(reference)),
        _f1((pairs[0] & pairs[1]).total(), len(found) - 1, len(reference) - 1),
        _f1(_longest_common(found, reference), len(found), len(reference)),
    )


def best_rouge(found: Sequence[str], references: Iterable[Sequence[str]]) -> tuple[float, float, float]:
    """Return the scores for the reference with the highest ROUGE-1."""
    return max((rouge(found, one) for one in references), key=lambda scores: scores[0])


def _f1(matches: int, found: int, wanted: int) -> float:
    return 2 * matches / (found + wanted) if matches else 0.0


def _longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest sequence of words that both have in this order."""
    row = [0] * (len(second) + 1)
    for word in first:
        before = row
        row = [0]
        for at, other in enumerate(second):
            row.append(before[at] + 1 if word == other else max(before[at + 1], row[at]))
    return row[-1]
