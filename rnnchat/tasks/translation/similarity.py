"""How similar two sentences are, from 0 to 1.

Sentences with the same words in the same order are at least SAME_WORDS similar: they differ in case, width,
punctuation or accents at most. All others are less similar than that, however long they are, since one other
word, number or name can change what a sentence says. Their similarity is ``0.89 * (1 - d / w)``. Here d is
the edit distance over words (Levenshtein 1966), in which a word costs its weight, and another word in its
place the larger of the two weights. w is the weight of the heavier sentence. The weight of a word grows with
its inverse document frequency from 1 to 3, which is that of words that are in no other sentence.
"""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.translation.words import words_of

SAME_WORDS = 0.9
"""Sentences are at least this similar exactly if they have the same words, up to accents."""
ONLY_ACCENTS_DIFFER = 0.91
"""The similarity of sentences that differ in accents."""
ONLY_PUNCTUATION_DIFFERS = 0.95
"""The similarity of sentences that differ in punctuation."""
ONLY_CASE_DIFFERS = 0.98
"""The similarity of sentences that differ in case, spaces or width."""
_MOST_OF_OTHERS = 0.89
"""Sentences with other words are less similar than this."""


def similarity_of_same_words(text: str, other: str) -> float:
    """Return how similar two sentences are whose words are the same up to accents."""
    if unicodedata.normalize("NFC", text).strip() == unicodedata.normalize("NFC", other).strip():
        return 1.0
    if words_of(text) != words_of(other):
        return ONLY_ACCENTS_DIFFER
    return ONLY_CASE_DIFFERS if _without_case(text) == _without_case(other) else ONLY_PUNCTUATION_DIFFERS


def edit_similarities(
    query: NDArray[np.integer],
    query_weights: NDArray[np.float32],
    words: NDArray[np.integer],
    weights: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return how similar sentences with other words are to a query, (sentences,).

    `query` are the numbers of its words (n,) and `words` those of the sentences (sentences, m), filled up
    with numbers that the query does not have. The weights have the same shapes, and are 0 where `words` is
    filled.
    """
    # Row by row of the usual table; along a row, insertions are found as a running minimum.
    inserted = np.concatenate((np.zeros((len(words), 1), np.float32), np.cumsum(weights, 1)), 1)
    distances = inserted
    for word, weight in zip(query, query_weights, strict=True):
        replaced = distances[:, :-1] + np.where(words == word, 0, np.maximum(weights, weight))
        reached = distances + weight
        np.minimum(reached[:, 1:], replaced, out=reached[:, 1:])
        distances = inserted + np.minimum.accumulate(reached - inserted, 1)
    heavier = np.maximum(inserted[:, -1], query_weights.sum())
    shares = distances[:, -1] / np.maximum(heavier, 1e-9)
    similar: NDArray[np.float32] = (_MOST_OF_OTHERS * np.clip(1 - shares, 0, 1)).astype(np.float32)
    return similar


def _without_case(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
