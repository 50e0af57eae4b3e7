"""Choose the few words of a sentence that a question asks for: a name, a date, a number, a phrase.

Candidates are dates, numbers, names and runs of words between words of grammar. What speaks for one are
numbers; their weights are set by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.questions import HOW, NAMES, NUMBER, NUMBERS, TIMES, WHEN, WHERE, WHO, kind_of
from rnnchat.tasks.asking.terms import STOP_WORDS, term_number, terms_of

FEATURES = (
    "time_for_when",
    "number_for_number",
    "name_for_who",
    "name_for_where",
    "name_for_what",
    "phrase_for_what",
    "other",
    "near",
    "near_before",
    "in_question",
    "words",
    "sentence",
    "begins",
    "ends",
    "in_brackets",
    "after_preposition",
)
"""What speaks for or against a candidate, in the order of WEIGHTS."""
WEIGHTS = np.array(
    [2.5, 2.5, 1.5, 1.5, 0.8, 0.6, 0.0, 3.0, 0.5, -4.0, 0.1, 3.0, 0.0, 0.2, 0.1, 0.2], np.float32
)
"""What each of them counts for."""
MOST_WORDS = 6
"""A phrase has at most this many words."""
TIME, NUMERAL, NAME, PHRASE = "time", "number", "name", "phrase"
"""The kinds of candidates."""
_WORD = re.compile(r"[^\s\"“”()\[\],;:!?]+")
_PREPOSITIONS = frozenset("in at on from to by of as for with near into called named".split())


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
    return list(found.values())


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


def span_features(
    question: str, weights: Mapping[int, float], sentence: str, spans: Sequence[Span], share: float
) -> NDArray[np.float32]:
    """Return what speaks for each span of a sentence, (spans, features).

    `weights` are the rarities of the question's terms, by their numbers; `share` is the score of the
    sentence, as a share of the best one's.
    """
    kind = kind_of(question)
    words = [
        (match.start(), match.end(), [term_number(term) for term in terms_of(match.group())])
        for match in _WORD.finditer(sentence)
    ]
    whole = max(sum(weights.values()), 1e-6)
    hits = [
        (place, weights[term] / whole)
        for place, (_, _, terms) in enumerate(words)
        for term in terms
        if term in weights
    ]
    starts = np.array([begin for begin, _, _ in words])
    result = np.zeros((len(spans), len(FEATURES)), np.float32)
    for at, span in enumerate(spans):
        first = int(np.searchsorted(starts, span.start, side="right")) - 1
        last = int(np.searchsorted(starts, span.end - 1, side="right")) - 1
        inside = [term for place in range(max(first, 0), last + 1) for term in words[place][2]]
        near = sum(
            weight / (2 + _gap(place, first, last)) for place, weight in hits if not first <= place <= last
        )
        before = sum(weight / (2 + first - place) for place, weight in hits if place < first)
        previous = sentence[words[first - 1][0] : words[first - 1][1]].lower() if first > 0 else ""
        result[at] = (
            kind == WHEN and span.kind == TIME,
            kind == NUMBER and span.kind == NUMERAL,
            kind == WHO and span.kind == NAME,
            kind == WHERE and span.kind == NAME,
            kind not in (WHEN, NUMBER, WHO, WHERE) and span.kind == NAME,
            kind not in (WHEN, NUMBER, WHO, WHERE) and span.kind == PHRASE,
            kind == HOW,
            2 * near,
            2 * before,
            sum(term in weights for term in inside) / max(len(inside), 1),
            (last - first + 1) / MOST_WORDS,
            share,
            first <= 0,
            last == len(words) - 1,
            sentence[max(0, span.start - 1) : span.start] in ("(", '"', "“"),
            previous in _PREPOSITIONS,
        )
    return result


def _gap(place: int, first: int, last: int) -> int:
    return first - place if place < first else place - last
