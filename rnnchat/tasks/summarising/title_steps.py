"""Titles word by word: a log-linear model that copies words of a note, and knows how a person titles notes.

The next word w of a title, after the words v, is one of the note's words, or a frequent word of the person's
titles, or the end:

    p(w | v) = exp(θ·f(w, v)) / Σ exp(θ·f(w', v))

f says how telling w is of the note, whether it follows the last word of v in the note, and how often it does
in titles. θ is fitted to pairs of titles and notes (`rnnchat/training/summarising/fit_titles.py`). To prefer
the words of the input is the idea of copy mechanisms: A. See et al., Get to the point: Summarization with
pointer-generator networks, ACL 2017.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.summarising.listwise import Scorer
from rnnchat.tasks.summarising.near_titles import NearTitles
from rnnchat.tasks.summarising.title_form import TitleForm
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.title_words import KNOWN, TitleWords
from rnnchat.tasks.summarising.words import ngram_number

LONGEST = 12
"""A title has at most so many words."""
BEAM = 16
"""So many beginnings of titles are kept while titles are searched for."""
KEPT = 40
"""So many titles are found."""
END = -1
"""The number of the end of a title, in place of a word's."""
Floats = NDArray[np.float32]
_START = "<s>"
_PARTS = (13, 4, 2, LONGEST + 6, 3)
"""How many features are about a word after another one, the first word, any word, the end, and the titles of
the nearest notes."""
FEATURES = 27 + sum(_PARTS)
"""How many features a word has in all."""


@dataclass(frozen=True)
class TitleSteps:
    """The features of the next word of a title of one note."""

    words: TitleWords
    style: TitleStyle
    near: NearTitles = field(default_factory=NearTitles)
    """The titles of the nearest notes."""
    _after: dict[str, Floats] = field(default_factory=dict)

    @cached_property
    def fixed(self) -> Floats:
        """What does not depend on the words before, with a last row for the end, (words + 1, features)."""
        style, keys = self.style, self.words.keys
        known = self.words.known
        total = max(1, style.count)
        own = np.array([style.words[key] for key in keys], np.float32)
        near = np.array([self.near.words.get(key, 0.0) for key in keys], np.float32)
        content = self._content
        columns = np.column_stack(
            [
                known,
                np.log1p(own) / 3,
                (own > 0) * content,
                np.log((own + 0.5) / total) / 5,
                np.log1p(near),
                (near > 0) * content,
                (own > 0) * content * (known[:, KNOWN["telling"]] > 0),
            ]
        )
        return np.vstack([columns, np.zeros((1, columns.shape[1]), np.float32)]).astype(np.float32)

    @cached_property
    def unigrams(self) -> list[int]:
        """The number of the weight of each word, and of the end."""
        return [*(ngram_number("w", key) for key in self.words.keys), ngram_number("</s>")]

    def following(self, before: Sequence[int]) -> Floats:
        """Return what depends on the words `before`, (words + 1, features); the last row is the end's."""
        size, at = len(self.words), len(before)
        rows = np.zeros((size + 1, sum(_PARTS)), np.float32)
        copied, first, anywhere, end, near = np.split(rows, np.cumsum(_PARTS)[:-1], axis=1)
        if before:
            copied[:size] = self._after_word(before)
            near[:size, 1] = self._near_after(self.words.keys[before[-1]])
            near[size, 2] = math.log1p(self.near.last.get(self.words.keys[before[-1]], 0.0))
        else:
            first[:size] = self._as_first_word()
            near[:size, 0] = np.log1p([self.near.first.get(key, 0.0) for key in self.words.keys])
        anywhere[:size, 0] = at / LONGEST * self._content
        anywhere[:size, 1] = np.isin(np.arange(size), before)
        end[size] = self._as_end(before)
        return rows

    def _after_word(self, before: Sequence[int]) -> Floats:
        """Return what says whether each word follows those before, in the note and in titles."""
        words, last, content = self.words, before[-1], self._content
        gaps = words.following[:, last]
        is_near = np.cumsum(gaps > 0, axis=0) == 1
        jumps = gaps[0] == 0
        own = self.counts_after(words.keys[last])
        total = self.style.words[words.keys[last]]
        triple = np.zeros(len(words), np.float32)
        if len(before) > 1:
            pair = tuple(before[-2:])
            triple[[third for first, second, third in words.triples if (first, second) == pair]] = 1
        columns = [
            gaps[0] > 0,
            np.log1p(gaps[0]),
            is_near[1] & (gaps[1] > 0),
            is_near[2] & (gaps[2] > 0),
            words.following[0, :, last] > 0,
            jumps * content * content[last],
            jumps * (1 - content) * (1 - content[last]),
            jumps * content * (1 - content[last]),
            jumps * (1 - content) * content[last],
            np.log1p(own),
            own / (total + 1.0),
            np.log((own + 0.2) / (total + 2.0)) / 5,
            triple,
        ]
        return np.column_stack(columns).astype(np.float32)

    def _as_first_word(self) -> Floats:
        """Return what says whether each word begins titles."""
        own = self.counts_first
        columns = [
            np.log1p(own),
            np.log((own + 0.2) / (max(1, self.style.count) + 2.0)) / 5,
            1 - self._content,
            self.words.known[:, KNOWN["begins_clause"]] > 0,
        ]
        return np.column_stack(columns).astype(np.float32)

    def _as_end(self, before: Sequence[int]) -> list[float]:
        """Return what says whether a title ends after the words before."""
        words, style, at = self.words, self.style, len(before)
        longer = sum(count for size, count in style.lengths.items() if size >= at)
        result = [float(at == size) for size in range(LONGEST + 1)]
        result.append(math.log((style.lengths[at] + 0.3) / (longer + 2.0)) / 3)
        if not before:
            return [*result, 0.0, 0.0, 0.0, 0.0]
        key = words.keys[before[-1]]
        return [
            *result,
            float(words.is_function[before[-1]]),
            float(words.ends_clause[before[-1]]),
            math.log((style.last[key] + 0.2) / (style.words[key] + 2.0)) / 3,
            math.log1p(style.last[key]),
        ]

    def pair_numbers(self, before: Sequence[int]) -> list[int]:
        """Return the number of the weight of each word after the last one before, and of the end."""
        last = self.words.keys[before[-1]] if before else _START
        return [*(ngram_number(last, key) for key in self.words.keys), ngram_number(last, "</s>")]

    @cached_property
    def counts_first(self) -> Floats:
        """How many of the person's titles begin with each word, (words,)."""
        return np.array([self.style.first[key] for key in self.words.keys], np.float32)

    @cached_property
    def _content(self) -> Floats:
        """1 for each word that says what the note is about, 0 for the others, (words,)."""
        return (~self.words.is_function).astype(np.float32)

    def _near_after(self, key: str) -> Floats:
        """Return how often the nearest titles have each word after the word `key`, as a logarithm."""
        found = np.zeros(len(self.words), np.float32)
        for second, likeness in self.near.after.get(key, {}).items():
            if second in self._numbers:
                found[self._numbers[second]] = math.log1p(likeness)
        return found

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.words.keys)}

    def counts_after(self, key: str) -> Floats:
        """Return how often the person's titles have each word after the word `key`, (words,)."""
        found = self._after.get(key)
        if found is None:
            after = self.style.after.get(key, Counter())
            found = np.array([after[one] for one in self.words.keys], np.float32)
            self._after[key] = found
        return found


@dataclass(frozen=True)
class FoundTitle:
    """A title as the numbers of a note's words, and the logarithm of its probability."""

    words: tuple[int, ...]
    log_probability: float


def search_titles(
    steps: TitleSteps, scorer: Scorer, form: TitleForm | None = None, *, beam: int = BEAM, kept: int = KEPT
) -> list[FoundTitle]:
    """Return likely titles of a note, the likeliest first, by a beam search.

    With `form`, only well-formed ones are searched for.
    """
    size = len(steps.words)
    fixed = steps.fixed @ scorer.dense[: steps.fixed.shape[1]] + scorer.numbered[steps.unigrams]
    weights = scorer.dense[steps.fixed.shape[1] :]
    open_ones: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    done: list[FoundTitle] = []
    for _ in range(LONGEST + 1):
        found: list[tuple[tuple[int, ...], float]] = []
        for before, so_far in open_ones:
            scores = fixed + steps.following(before) @ weights + scorer.numbered[steps.pair_numbers(before)]
            used = [one for one in before if not steps.words.is_function[one] or one == before[-1]]
            scores[used] = -np.inf
            if not before:
                scores[size] = -np.inf
            top = scores.max()
            if top == -np.inf:
                continue
            logs = scores - (top + math.log(float(np.exp(scores - top).sum())))
            if before and (form is None or form.may_end(before)):
                done.append(FoundTitle(before, so_far + float(logs[size])))
            if form is not None:
                logs[:size][~form.next_words(before)] = -np.inf
            best = np.argpartition(-logs[:size], min(beam, size) - 1)[:beam]
            found += [((*before, one), so_far + float(logs[one])) for one in best.tolist()]
        found = [one for one in found if one[1] > -math.inf]
        open_ones = sorted(found, key=lambda one: -one[1])[:beam]
        if not open_ones or len(open_ones[0][0]) > LONGEST:
            break
    return sorted(done, key=lambda one: -one.log_probability)[:kept]
