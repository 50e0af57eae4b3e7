"""Translation word for word: each word becomes the one that most probably translates it, in the same order.

The probabilities are those of IBM's model 1, see `rnnchat/training/translation/alignment.py`.
In scripts without spaces between words, each character is a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.words import is_spaceless
from rnnchat.training.translation.alignment import align

_TOKEN = re.compile(r"\w+['’]?|[^\w\s]")
"""Matches a word, with the apostrophe after one as in French, or a mark."""
_BEFORE_MARK = re.compile(r" (?=[.,!?;:…%)\]])")
_AFTER_APOSTROPHE = re.compile(r"(?<=\w['’]) ")


class WordForWord:
    """Translates word for word."""

    def __init__(self, pairs: Sequence[SentencePair]) -> None:
        sources, self._sources = _numbered([pair.source for pair in pairs])
        targets, names = _numbered([pair.target for pair in pairs])
        filled = [
            (source, target) for source, target in zip(sources, targets, strict=True) if source and target
        ]
        found = align(
            [source for source, _ in filled], [target for _, target in filled], len(self._sources), len(names)
        )
        words, translations = np.divmod(found.keys, len(names))
        # The last translation of each word, in this order, is its most probable one.
        order = np.lexsort((found.probabilities, words))
        spelled = list(names)
        self._best = {int(words[place]): spelled[int(translations[place])] for place in order}

    def translate(self, text: str) -> str:
        """Return the translation of a sentence; words that no pair has stay as they are."""
        words = [self._best.get(self._sources.get(word, -1), word) for word in _tokens(text)]
        joined = _AFTER_APOSTROPHE.sub("", _BEFORE_MARK.sub("", _join(words)))
        return joined[:1].upper() + joined[1:]


def _numbered(texts: Sequence[str]) -> tuple[list[list[int]], dict[str, int]]:
    """Return the words of each text as numbers, and the number of each word."""
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(word, len(numbers)) for word in _tokens(text)] for text in texts]
    return rows, numbers


def _tokens(text: str) -> list[str]:
    spaced = "".join(f" {one} " if is_spaceless(one) else one for one in text.lower())
    return _TOKEN.findall(spaced)


def _join(words: Sequence[str]) -> str:
    """Return words with spaces between them, except beside words of a script without spaces."""
    text = ""
    for word in words:
        is_joined = not text or is_spaceless(text[-1]) or is_spaceless(word[0])
        text += word if is_joined else f" {word}"
    return text
