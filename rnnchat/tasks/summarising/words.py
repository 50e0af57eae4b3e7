"""Words of sentences, the numbers of n-grams of words, and how rare a term is."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.terms import term_number

NGRAMS = 1 << 15
"""The weights of n-grams of words are kept in so many places, which those with the same remainder share."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")
_DIGITS = re.compile(r"\d+")
_WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def words_of(sentence: str) -> list[str]:
    """Return the words and the marks of a sentence in lower case; a character of Chinese is a word."""
    spaced = _WITHOUT_SPACES.sub(lambda character: f" {character.group()} ", sentence.lower())
    return _WORD.findall(spaced)


def ngram_number(*words: str) -> int:
    """Return the place of the weight of neighbouring words, below NGRAMS."""
    return zlib.crc32(" ".join(words).encode("utf-8", "replace")) % NGRAMS


def sentence_ngrams(words: Sequence[str]) -> list[int]:
    """Return the numbers of a sentence's words, of its pairs of neighbours, and of its beginning."""
    plain = [_DIGITS.sub("0", word) for word in words]
    found = {ngram_number(word) for word in plain}
    found.update(ngram_number(*pair) for pair in zip(["<s>", *plain], plain, strict=False))
    found.update(ngram_number("<s>", *plain[:size]) for size in (2, 3))
    return sorted(found)


@dataclass(frozen=True)
class Rarities:
    """How rare terms are in a large collection of texts: their inverse document frequencies."""

    terms: NDArray[np.uint64]
    """The numbers of frequent terms, sorted, (terms,)."""
    values: NDArray[np.float32]
    """How rare each is, (terms,)."""
    highest: float
    """How rare any other term is."""

    @cached_property
    def _known(self) -> Mapping[int, float]:
        return dict(zip(self.terms.tolist(), self.values.tolist(), strict=True))

    def of(self, terms: Iterable[str]) -> dict[str, float]:
        """Return how rare each of `terms` is."""
        return {term: self._known.get(term_number(term), self.highest) for term in terms}
