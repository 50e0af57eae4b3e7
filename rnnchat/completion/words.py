"""Counts of whole words in the notes and in the draft, and of which followed which.

A predictor spells words in pieces and can look at few spellings at each key; counts of whole words know them
all at once. A lexical token is a word, a run of punctuation, or the end of a line; "token" in the names of
this module always means one of these, not a piece.

Source: interpolated counts with absolute discounting and continuation counts, Kneser and Ney 1995.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.spelling import UNSPACED
from rnnchat.text.tokenizer import Tokenizer

ORDER = 3
"""The number of lexical tokens before a word that predict it."""
LONGEST_WORD = 64
"""A word has at most this many characters."""
DISCOUNT = 0.8
"""This is subtracted from every count; what that frees goes to the prediction from fewer lexical tokens."""
RECENCY = 300
"""The weight of an occurrence falls by a factor of e every this many lexical tokens."""
RECENT_TOKENS = 300
"""Before the first letter of a word, only words among this many of the last lexical tokens are considered."""
LEAST_WEIGHT = 0.02
"""A word of the draft has at least this weight, however far back it occurs."""
COUNTED_OCCURRENCES = 8
"""This many of a word's latest occurrences in the draft count."""
SAME_TOKEN_BONUS = 20.0
"""The weight of an occurrence after the same lexical token is multiplied by 1 + this.

After the same two lexical tokens, it is multiplied by that once more.
"""
_SMOOTHING = 0.01
"""This is added to every continuation count."""

_BROKEN = r"(?<=[\w,;)\]`'\"’”])\n(?=[^\W\d_])"
"""Matches a line end within a sentence, by the characters around it: the next line continues the sentence."""
_TOKEN = re.compile(rf"[^\W_](?:[\w'’]*\w)?|(?!{_BROKEN})\n|[^\w\s]+|_+")
"""Matches one lexical token."""
_LINE_END = "\n"
"""The lexical token for the end of a line."""
_BREAK_CONTEXT = 3
"""This many characters say whether a line was broken within a sentence."""
_LAST_CHARACTER = "\U0010ffff"
"""A prefix with this character after it sorts after every word that begins with the prefix."""


def tokens_of(text: str) -> list[str]:
    """Return the lexical tokens of `text`; scripts without spaces have no words here.

    A line that is broken within a sentence does not end there.
    """
    return [_as_token(token) for token in _TOKEN.findall(text)]


def tokens_before_word(text: str) -> list[str]:
    """Return a line end and the lexical tokens of `text`, at whose end a word begins."""
    return [_LINE_END, *tokens_of(text + "x")[:-1]]


def breaks_sentence(text: str) -> bool:
    """Whether `text` ends with the end of a line that a word in the next one would continue."""
    return text.endswith("\n") and tokens_of(text[-_BREAK_CONTEXT:] + "x")[-2:-1] != [_LINE_END]


class WordCounts:
    """Which words followed which in some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        tokens: list[str] = [_LINE_END]
        for text in texts:
            tokens += tokens_of(text)
            tokens.append(_LINE_END)
        self.words = sorted(set(tokens))
        """The distinct lexical tokens in alphabetical order, so that those with one prefix are adjacent."""
        self._numbers = {word: number for number, word in enumerate(self.words)}
        self._tokens: NDArray[np.int32] = np.fromiter(
            map(self._numbers.__getitem__, tokens), np.int32, len(tokens)
        )
        size = len(self.words)
        self._occurrences = np.argsort(self._tokens[:-1], kind="stable").astype(np.int32)
        self._bounds = np.concatenate([[0], np.cumsum(np.bincount(self._tokens[:-1], minlength=size))])
        pairs = np.unique(self._tokens[:-1].astype(np.int64) * size + self._tokens[1:])
        continuations = np.bincount(pairs % size, minlength=size).astype(np.float64) + _SMOOTHING
        self._unigram: NDArray[np.float64] = continuations / continuations.sum()
        self._is_word = np.array([word[0].isalnum() for word in self.words])
        self._last: tuple[tuple[str, ...], list[tuple[NDArray[np.intp], NDArray[np.int64]]]] = (), []

    @classmethod
    def from_pieces(cls, pieces: NDArray[np.integer[Any]], tokenizer: Tokenizer) -> WordCounts:
        """Return the counts of the notes in a row of `pieces` (pieces,), each of which has a start piece."""
        notes = np.split(pieces, np.flatnonzero(pieces == tokenizer.roles.start))
        return cls(tokenizer.decode(note.tolist()) for note in notes)

    def __contains__(self, word: str) -> bool:
        """Whether the texts have this lexical token."""
        return word in self._numbers

    def frequency(self, word: str) -> int:
        """Return how often the texts have this lexical token."""
        number = self._numbers.get(word)
        return 0 if number is None else int(self._bounds[number + 1] - self._bounds[number])

    def has_beginning(self, prefix: str) -> bool:
        """Whether a lexical token begins with `prefix`."""
        place = bisect.bisect_left(self.words, prefix)
        return place < len(self.words) and self.words[place].startswith(prefix)

    def following(self, before: Sequence[str], prefix: str) -> tuple[int, NDArray[np.float64]]:
        """Return the number of the first of `words` that begins with `prefix`, and their probabilities.

        They follow the lexical tokens `before`. The probabilities are among all lexical tokens, so that those
        of words sum to less than 1.
        """
        low = bisect.bisect_left(self.words, prefix)
        high = bisect.bisect_left(self.words, prefix + _LAST_CHARACTER)
        probabilities = self._unigram[low:high].copy()
        for words, counts in self._successors(tuple(before[-ORDER:])):
            own = slice(*words.searchsorted((low, high)).tolist())
            total = counts.sum()
            probabilities *= DISCOUNT * len(words) / total
            probabilities[words[own] - low] += (counts[own] - DISCOUNT) / total
        probabilities *= self._is_word[low:high]
        return low, probabilities

    def _successors(self, before: tuple[str, ...]) -> list[tuple[NDArray[np.intp], NDArray[np.int64]]]:
        """Return the words that followed the last lexical token, the last two, …, and how often each did.

        The last answer is cached: it is the same for every letter of a word.
        """
        if before == self._last[0]:
            return self._last[1]
        found = []
        occurrences: NDArray[np.int32] | None = None
        for back, token in enumerate(reversed(before)):
            number = self._numbers.get(token)
            if number is None:
                break
            if occurrences is None:
                occurrences = self._occurrences[self._bounds[number] : self._bounds[number + 1]]
            else:
                far_enough = occurrences >= back
                occurrences = occurrences[far_enough & (self._tokens[occurrences - back] == number)]
            if not len(occurrences):
                break
            counts = np.bincount(self._tokens[occurrences + 1])
            words = np.flatnonzero(counts)
            found.append((words, counts[words]))
        self._last = before, found
        return found

    def completions(self, before: Sequence[str], prefix: str, most: int) -> dict[str, float]:
        """Return what completes `prefix` to each of the likeliest `most` words, with its probability.

        The probabilities are among all words that begin with `prefix`.
        """
        first, probabilities = self.following(before, prefix)
        if prefix and len(probabilities) and self.words[first] == prefix:  # a complete word needs nothing
            probabilities[0] = 0
        total = float(probabilities.sum())
        if total <= 0:
            return {}
        best = probabilities.argpartition(-min(most, len(probabilities)))[-most:].tolist()
        return {
            self.words[first + number][len(prefix) :]: float(probabilities[number]) / total
            for number in best
            if probabilities[number] > 0
        }


class DraftWords:
    """The words of one draft before the cursor: recent ones count most, and those after the same words."""

    def __init__(self) -> None:
        self._text = ""
        self._tokens: list[str] = []
        self._ends: list[int] = []
        self._occurrences: dict[str, list[int]] = {}
        self._sorted: list[str] = []

    def __contains__(self, word: str) -> bool:
        """Whether the draft has this lexical token."""
        return word in self._occurrences

    def frequency(self, word: str) -> int:
        """Return how often the draft has this lexical token."""
        return len(self._occurrences.get(word, ()))

    def has_beginning(self, prefix: str) -> bool:
        """Whether a longer word of the draft begins with `prefix`."""
        place = bisect.bisect_left(self._sorted, prefix)
        place += self._sorted[place : place + 1] == [prefix]
        return place < len(self._sorted) and self._sorted[place].startswith(prefix)

    def read(self, text: str) -> None:
        """Replace the words by those of `text`; only what differs from the last text is read again."""
        if text == self._text:
            return
        same = common_prefix_length(text, self._text)
        # What follows the last white space may be divided into other tokens now.
        start = max(text.rfind(" ", 0, same), text.rfind("\n", 0, same), 0)
        while self._ends and self._ends[-1] > start:
            self._remove_last()
        for token in _TOKEN.finditer(text, start):
            self._add(_as_token(token.group()), token.end())
        self._text = text

    def completions(self, prefix: str, before: Sequence[str]) -> dict[str, float]:
        """Return what completes `prefix` to each word of the draft that begins with it, with its probability.

        It follows the lexical tokens `before`.
        """
        if prefix:
            low = bisect.bisect_left(self._sorted, prefix)
            high = bisect.bisect_left(self._sorted, prefix + _LAST_CHARACTER)
            words = [word for word in self._sorted[low:high] if word != prefix]
        else:
            words = sorted({token for token in self._tokens[-RECENT_TOKENS:] if token[0].isalnum()})
        weights = {word[len(prefix) :]: self._weight(word, before) for word in words}
        total = sum(weights.values())
        return {text: weight / total for text, weight in weights.items()}

    def _weight(self, word: str, before: Sequence[str]) -> float:
        """Return the weight of a word from its latest occurrences and the lexical tokens before them."""
        tokens, count = self._tokens, len(self._tokens)
        weight = LEAST_WEIGHT
        for place in self._occurrences[word][-COUNTED_OCCURRENCES:]:
            own = math.exp((place - count) / RECENCY)
            if place and tokens[place - 1] == before[-1]:
                own *= 1 + SAME_TOKEN_BONUS
                if place > 1 and len(before) > 1 and tokens[place - 2] == before[-2]:
                    own *= 1 + SAME_TOKEN_BONUS
            weight += own
        return weight

    def _add(self, token: str, end: int) -> None:
        occurrences = self._occurrences.setdefault(token, [])
        if not occurrences and token[0].isalnum():
            bisect.insort(self._sorted, token)
        occurrences.append(len(self._tokens))
        self._tokens.append(token)
        self._ends.append(end)

    def _remove_last(self) -> None:
        token = self._tokens.pop()
        self._ends.pop()
        occurrences = self._occurrences[token]
        occurrences.pop()
        if not occurrences:
            del self._occurrences[token]
            if token[0].isalnum():
                del self._sorted[bisect.bisect_left(self._sorted, token)]


def common_prefix_length(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Return how many items two texts, or two lists, have in common at their beginnings."""
    if one[: len(other)] == other:
        return len(other)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _as_token(token: str) -> str:
    """Return the lexical token, or the end of a line in place of what cannot be suggested as a word."""
    return _LINE_END if len(token) > LONGEST_WORD or UNSPACED.search(token) else token
