"""The few words of a sentence that a question may ask for: a name, a date, a number, code, a phrase.

Candidates are dates, numbers, names, code, and runs of words between words of grammar. What speaks for one
are numbers, which a small network weighs (`rnnchat/training/asking/fit_answers.py` fits it).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.latent import unit
from rnnchat.tasks.asking.questions import (
    CALLED,
    CODE,
    DURATION,
    HOW,
    KINDS,
    NAMES,
    NUMBER,
    NUMBERS,
    TIMES,
    WHAT,
    WHEN,
    WHERE,
    WHICH,
    WHO,
    WHY,
    inline_code_in,
    wanted_in,
)
from rnnchat.tasks.asking.sentence_evidence import AnswerSearch
from rnnchat.tasks.asking.sentences import Sentence
from rnnchat.tasks.asking.terms import STOP_WORDS, term_numbers, terms_of
from rnnchat.tasks.asking.word_vectors import shipped_vectors

TIME, NUMERAL, NAME, INLINE, PHRASE = "time", "number", "name", "code", "phrase"
SPAN_KINDS = (TIME, NUMERAL, NAME, INLINE, PHRASE)
"""The kinds of candidates."""
_ASKED_FOR_BY = {
    TIME: (WHEN,),
    NUMERAL: (NUMBER, DURATION),
    NAME: (WHO, WHERE, WHICH),
    INLINE: (CODE,),
    PHRASE: (CALLED, WHICH, WHAT, HOW, WHY),
}
"""The kinds of questions that each kind of candidate answers."""
MOST_WORDS = 6
"""A phrase has at most this many words."""
_WORD = re.compile(r"[^\s\"“”()\[\],;:!?]+")
_AROUND = "*_`'\"’.,"
"""What may stand around a word and is no part of it."""
_ENDINGS = (
    re.compile(r"\w{3,}ly"),
    re.compile(r"\w{2,}ed"),
    re.compile(r"\w{2,}ing"),
    re.compile(r"\w{2,}[^su]s"),
)
"""Match adverbs, verbs and plurals, most of the time."""
_PREPOSITIONS = frozenset("in at on from to by of as for with near into called named".split())
_ARTICLES = frozenset("a an the".split())
_IS = frozenset("is are was were be been called named as means than".split())
_MARKS = ',;:()"“”!?*`['
"""A phrase begins after one of these, and ends before one."""


@dataclass(frozen=True)
class Span:
    """A few words of a sentence."""

    start: int
    """Its first character in the sentence."""
    end: int
    kind: str


def spans_of(sentence: str) -> list[Span]:
    """Return the candidates in a sentence."""
    found: dict[tuple[int, int], Span] = {}
    for kind, pattern in ((TIME, TIMES), (NUMERAL, NUMBERS), (NAME, NAMES)):
        for match in pattern.finditer(sentence):
            end = match.start() + len(match.group().rstrip(".,'’-"))
            if end > match.start():
                found.setdefault((match.start(), end), Span(match.start(), end, kind))
    for start, end in _phrases(sentence):
        found.setdefault((start, end), Span(start, end, PHRASE))
    for place in inline_code_in(sentence):
        found[place] = Span(*place, INLINE)
    return [_with_accents(span, sentence) for span in found.values()]


def _with_accents(span: Span, sentence: str) -> Span:
    """Return a span with the accents of its last letter, where these are characters of their own."""
    end = span.end
    while end < len(sentence) and unicodedata.combining(sentence[end]):
        end += 1
    return span if end == span.end else replace(span, end=end)


def _phrases(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where the phrases of a sentence begin and end: words without a word of grammar or a comma among
    them."""
    words = [
        (match.start(), match.start() + len(match.group().rstrip("."))) for match in _WORD.finditer(sentence)
    ]
    run: list[tuple[int, int]] = []
    last = 0
    for begin, end in [*words, (len(sentence), len(sentence))]:
        text = sentence[begin:end].lower()
        is_break = any(mark in sentence[last:begin] for mark in ',;:()"“”!?') or begin == len(sentence)
        if is_break or text in STOP_WORDS:
            if run:
                yield from _runs(run)
            run = []
        if text not in STOP_WORDS and end > begin:
            run.append((begin, end))
        last = end


def _runs(run: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first in range(len(run)):
        for last in range(first, min(len(run), first + MOST_WORDS)):
            yield run[first][0], run[last][1]


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    """The word in small letters, without what stands around it."""
    terms: tuple[str, ...]
    rarities: tuple[float, ...]
    """The rarity of each term among the notes."""


class SpanEvidence:
    """What speaks for spans of one sentence."""

    def __init__(self, index: PassageIndex, search: AnswerSearch, sentence: Sentence) -> None:
        self._search = search
        self._sentence = sentence
        self._words = [_word(index, match) for match in _WORD.finditer(sentence.text)]
        self._starts = np.array([word.start for word in self._words])
        self._asked = set(terms_of(search.question.text))
        wanted = wanted_in(search.question.text)
        self._wanted = {term for word in wanted for term in terms_of(word)}
        self._head = set(terms_of(wanted[-1])) if wanted else set()
        self._hits = [at for at, word in enumerate(self._words) if self._asked & set(word.terms)]
        rarities = search.rarities
        self._hit_weights = [
            sum(rarities.get(int(number), 0.0) for number in term_numbers(self._words[at].terms))
            / search.whole
            for at in self._hits
        ]

    def features(self, spans: Sequence[Span], share: float, place: int) -> NDArray[np.float32]:
        """Return what speaks for each span, (spans, features).

        `share` is the probability of the sentence, and `place` how many are likelier.
        """
        rows = []
        for span in spans:
            first = max(int(np.searchsorted(self._starts, span.start, side="right")) - 1, 0)
            last = max(int(np.searchsorted(self._starts, span.end - 1, side="right")) - 1, 0)
            rows.append(
                [
                    *self._kind(span),
                    *self._form(span, first, last),
                    *self._around(span, first, last),
                    *self._asked_words(first, last),
                    *self._meaning(first, last),
                    share,
                    float(place == 0),
                    float(self._sentence.is_code),
                ]
            )
        return np.array(rows, np.float32)

    def _kind(self, span: Span) -> list[float]:
        """Return the kind of a span, for each kind of question and for all that ask for it or not."""
        kind, count = SPAN_KINDS.index(span.kind), len(SPAN_KINDS)
        of_all, of_kinds = [0.0] * (2 * count), [0.0] * (count * len(KINDS))
        of_all[2 * kind + (self._search.kind in _ASKED_FOR_BY[span.kind])] = 1.0
        of_kinds[count * KINDS.index(self._search.kind) + kind] = 1.0
        return [*of_all, *of_kinds]

    def _form(self, span: Span, first: int, last: int) -> list[float]:
        """Return what the words of a span look like."""
        text, words = self._sentence.text[span.start : span.end], self._words[first : last + 1]
        capitals = [self._sentence.text[word.start].isupper() for word in words]
        size = [float(min(len(words), MOST_WORDS) == count) for count in range(1, MOST_WORDS + 1)]
        rarities = [rarity for word in words for rarity in word.rarities]
        return [
            *size,
            text[:1].isupper(),
            any(map(str.isdigit, text)),
            text.isupper() and len(text) > 1,
            sum(capitals) / len(words),
            capitals[0] != capitals[-1],
            *(ending.fullmatch(words[0].text) is not None for ending in _ENDINGS),
            *(ending.fullmatch(words[-1].text) is not None for ending in _ENDINGS),
            sum(rarities) / len(rarities) if rarities else 0.0,
            max(rarities, default=0.0),
        ]

    def _around(self, span: Span, first: int, last: int) -> list[float]:
        """Return what stands before and after a span."""
        text, words = self._sentence.text, self._words
        before = words[first - 1].text if first else ""
        after = words[last + 1].text if last + 1 < len(words) else ""
        gap = text[words[first - 1].end : span.start] if first else ""
        next_gap = text[span.end : words[last + 1].start if after else len(text)]
        begins = not first or before in STOP_WORDS or any(mark in gap for mark in _MARKS)
        ends = not after or after in STOP_WORDS or any(mark in next_gap for mark in _MARKS + ".]")
        return [
            before in _ARTICLES,
            before in _PREPOSITIONS,
            before in _IS,
            after in _IS,
            after == "of",
            begins,
            ends,
            begins and ends,
            any(mark in gap[-2:] for mark in '"“*(`'),
            text[max(0, span.start - 1) : span.start] in ("(", '"', "“"),
            first == 0,
            last + 1 == len(words),
            first / len(words),
            len(words) <= last - first + 2,
        ]

    def _asked_words(self, first: int, last: int) -> list[float]:
        """Return where the words of the question are, seen from a span."""
        inside = [at for at in self._hits if first <= at <= last]
        before = [at for at in self._hits if at < first]
        after = [at for at in self._hits if at > last]
        near = near_before = 0.0
        for at, weight in zip(self._hits, self._hit_weights, strict=True):
            if at < first:
                near_before += 2 * weight / (2 + first - at)
            elif at > last:
                near += 2 * weight / (2 + at - last)
        near += near_before
        terms = [set(word.terms) for word in self._words[first : last + 1]]
        neighbours = [
            set(self._words[at].terms) if 0 <= at < len(self._words) else set()
            for at in (first - 1, last + 1)
        ]
        return [
            near,
            near_before,
            len(inside) / len(terms),
            bool(before) and first - before[-1] == 1,
            bool(after) and after[0] - last == 1,
            1 / (1 + first - before[-1]) if before else 0.0,
            1 / (1 + after[0] - last) if after else 0.0,
            bool(terms[0] & self._asked),
            bool(terms[-1] & self._asked),
            any(one & self._head for one in terms),
            bool(terms[0] & self._head),
            bool(terms[-1] & self._head),
            *(bool(one & self._wanted) for one in neighbours),
        ]

    def _meaning(self, first: int, last: int) -> list[float]:
        """Return the cosines of the vectors of a span with what the question wants, and with the question."""
        vector = unit((self._sums[last + 1] - self._sums[first])[None])[0]
        return [float(vector @ self._wanted_vector), float(vector @ self._search.vector)]

    @cached_property
    def _sums(self) -> NDArray[np.float32]:
        """The sums of the vectors of the first words, (words + 1, dimensions)."""
        vectors = shipped_vectors()
        added = [vectors.of_terms(term_numbers(word.terms)).sum(axis=0) for word in self._words]
        return np.cumsum([np.zeros_like(self._search.vector), *added], axis=0, dtype=np.float32)

    @cached_property
    def _wanted_vector(self) -> NDArray[np.float32]:
        """The vector of what the question wants, (dimensions,)."""
        numbers = term_numbers(sorted(self._wanted))
        vector: NDArray[np.float32] = unit(shipped_vectors().of_terms(numbers).sum(axis=0, keepdims=True))[0]
        return vector


def _word(index: PassageIndex, match: re.Match[str]) -> _Word:
    terms = tuple(terms_of(match.group()))
    known = index.known(term_numbers(terms))
    rarities = tuple(float(index.rarities[one]) if one >= 0 else index.rarest for one in known.tolist())
    return _Word(match.start(), match.end(), match.group().strip(_AROUND).lower(), terms, rarities)
