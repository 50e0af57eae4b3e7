"""The words of a person's notes, and which came after which: what a word at the cursor may become.

A predictor spells words in pieces and can look at few spellings at a key; counts of whole words know them
all at once. Tokens are words, runs of punctuation, and the ends of lines.

Source: interpolated modified counts with continuation counts at the bottom, Kneser and Ney 1995.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.spelling import STANDING_ALONE

ORDER = 3
"""So many tokens before a word are looked at."""
LONGEST_WORD = 64
"""What has more characters is no word."""
DISCOUNT = 0.8
"""What is taken from every count for what was not seen."""
RECENT = 300
"""So many tokens back a word of the draft counts for a third of one that was just written."""
FORGOTTEN = 0.02
"""What it counts for however far back it stands."""
SEEN_LAST = 8
"""So many of the places where it stands count."""
AFTER_THE_SAME = 20.0
"""How much more a place counts that comes after the same token; and again after the same two."""

_BROKEN = r"(?<=[\w,;)\]`'\"’”])\n(?=[^\W\d_])"
"""The end of a line within a sentence, by what stands around it: such a line goes on in the next one."""
_TOKEN = re.compile(rf"[^\W_](?:[\w'’]*\w)?|(?!{_BROKEN})\n|[^\w\s]+|_+")
_START = "\n"
_LAST = 3
"""So many characters tell whether a line was broken."""


def tokens_of(text: str) -> list[str]:
    """Return the words, punctuation and line ends of `text`; scripts without spaces have no words here.

    A line that is broken within a sentence does not end there.
    """
    return [_as_token(token) for token in _TOKEN.findall(text)]


def tokens_before_word(text: str) -> list[str]:
    """Return the tokens of `text`, where a word is about to begin; its own beginning comes first."""
    return [_START, *tokens_of(text + "x")[:-1]]


def breaks_sentence(text: str) -> bool:
    """Whether `text` ends with the end of a line that goes on in the next one, if a word begins that."""
    return text.endswith("\n") and tokens_of(text[-_LAST:] + "x")[-2:-1] != [_START]


class WordCounts:
    """Which words followed which in some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        tokens: list[str] = [_START]
        for text in texts:
            tokens += tokens_of(text)
            tokens.append(_START)
        self.words = sorted(set(tokens))
        """The distinct tokens in alphabetical order; what a prefix begins stands together."""
        numbers = {word: number for number, word in enumerate(self.words)}
        self._numbers = numbers
        self._tokens: NDArray[np.int32] = np.fromiter(map(numbers.__getitem__, tokens), np.int32, len(tokens))
        counts = np.bincount(self._tokens, minlength=len(self.words))
        self._places = np.argsort(self._tokens[:-1], kind="stable").astype(np.int32)
        self._bounds = np.concatenate([[0], np.cumsum(np.bincount(self._tokens[:-1], minlength=len(counts)))])
        pairs = np.unique(self._tokens[:-1].astype(np.int64) * len(counts) + self._tokens[1:])
        before = np.bincount(pairs % len(counts), minlength=len(counts)).astype(np.float64)
        wordy = np.array([word[0].isalnum() for word in self.words])
        self._wordy = wordy
        self._asked: tuple[tuple[str, ...], list[tuple[NDArray[np.intp], NDArray[np.int64]]]] = (), []
        self._bottom: NDArray[np.float64] = (before + 0.01) / (before + 0.01).sum()

    def __contains__(self, word: str) -> bool:
        """Whether the texts have this token."""
        return word in self._numbers

    def following(self, before: Sequence[str], prefix: str) -> tuple[int, NDArray[np.float64]]:
        """Return which of `words` is the first that begins with `prefix`, and how likely it and the next are.

        That is, after the tokens `before`, and among all tokens, so that those of words sum to less than 1.
        """
        low = bisect.bisect_left(self.words, prefix)
        high = bisect.bisect_left(self.words, prefix + "\U0010ffff")
        likely = self._bottom[low:high].copy()
        for words, often in self._after(tuple(before[-ORDER:])):
            own = slice(*words.searchsorted((low, high)).tolist())
            whole = often.sum()
            likely *= DISCOUNT * len(words) / whole
            likely[words[own] - low] += (often[own] - DISCOUNT) / whole
        likely *= self._wordy[low:high]
        return low, likely

    def _after(self, before: tuple[str, ...]) -> list[tuple[NDArray[np.intp], NDArray[np.int64]]]:
        """Return which words followed the last token, the last two, …, in order, and how often each did.

        What was asked last is kept: it is the same for every letter of a word.
        """
        if before == self._asked[0]:
            return self._asked[1]
        found = []
        places: NDArray[np.int32] | None = None
        for back, token in enumerate(reversed(before)):
            number = self._numbers.get(token)
            if number is None:
                break
            if places is None:
                places = self._places[self._bounds[number] : self._bounds[number + 1]]
            else:
                places = places[(places >= back) & (self._tokens[places - back] == number)]
            if not len(places):
                break
            after = np.bincount(self._tokens[places + 1])
            words = np.flatnonzero(after)
            found.append((words, after[words]))
        self._asked = before, found
        return found

    def likely(self, before: Sequence[str], prefix: str, most: int) -> dict[str, float]:
        """Return what `prefix` is likely to need to be a word, and how likely of all words that begin so."""
        first, likely = self.following(before, prefix)
        if prefix and len(likely) and self.words[first] == prefix:  # the first in the alphabet
            likely[0] = 0
        whole = float(likely.sum())
        if whole <= 0:
            return {}
        best = likely.argpartition(-min(most, len(likely)))[-most:].tolist()
        return {self.words[first + n][len(prefix) :]: float(likely[n]) / whole for n in best if likely[n] > 0}


class DraftWords:
    """The words of one draft up to a place: the latest count most, and those after the same words."""

    def __init__(self) -> None:
        self._text = ""
        self._tokens: list[str] = []
        self._ends: list[int] = []
        self._places: dict[str, list[int]] = {}
        self._sorted: list[str] = []

    def __contains__(self, word: str) -> bool:
        """Whether the draft has this token."""
        return word in self._places

    def read(self, text: str) -> None:
        """Bring it to `text`, by what is different at its end from what was read before."""
        if text == self._text:
            return
        same = _alike(text, self._text)
        # What stands from the last white space on may be divided into other tokens now.
        start = max(text.rfind(" ", 0, same), text.rfind("\n", 0, same), 0)
        while self._ends and self._ends[-1] > start:
            self._forget_last()
        for token in _TOKEN.finditer(text, start):
            self._add(_as_token(token.group()), token.end())
        self._text = text

    def likely(self, prefix: str, before: Sequence[str]) -> dict[str, float]:
        """Return what `prefix` needs to be each word of the draft that begins with it, and how likely.

        It follows the tokens `before`.
        """
        if prefix:
            low = bisect.bisect_left(self._sorted, prefix)
            high = bisect.bisect_left(self._sorted, prefix + "\U0010ffff")
            words = [word for word in self._sorted[low:high] if word != prefix]
        else:
            words = sorted({token for token in self._tokens[-RECENT:] if token[0].isalnum()})
        weights = {word[len(prefix) :]: self._weight(word, before) for word in words}
        whole = sum(weights.values())
        return {text: weight / whole for text, weight in weights.items()}

    def _weight(self, word: str, before: Sequence[str]) -> float:
        tokens, count = self._tokens, len(self._tokens)
        weight = FORGOTTEN
        for place in self._places[word][-SEEN_LAST:]:
            own = math.exp((place - count) / RECENT)
            if place and tokens[place - 1] == before[-1]:
                own *= 1 + AFTER_THE_SAME
                if place > 1 and len(before) > 1 and tokens[place - 2] == before[-2]:
                    own *= 1 + AFTER_THE_SAME
            weight += own
        return weight

    def _add(self, token: str, end: int) -> None:
        places = self._places.setdefault(token, [])
        if not places and token[0].isalnum():
            bisect.insort(self._sorted, token)
        places.append(len(self._tokens))
        self._tokens.append(token)
        self._ends.append(end)

    def _forget_last(self) -> None:
        token = self._tokens.pop()
        self._ends.pop()
        places = self._places[token]
        places.pop()
        if not places:
            del self._places[token]
            if token[0].isalnum():
                del self._sorted[bisect.bisect_left(self._sorted, token)]


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginnings."""
    if one.startswith(other):
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
    """Return the token, the end of a line in the place of what is no word that one could suggest."""
    return _START if len(token) > LONGEST_WORD or STANDING_ALONE.search(token) else token
