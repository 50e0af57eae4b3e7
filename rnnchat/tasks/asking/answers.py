"""Choose the sentence or the block of code that answers a question, or none.

The answer is verbatim. What speaks for a candidate are numbers, most of them from 0 to 1; their weights are
set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.program_output import is_program_output
from rnnchat.tasks.asking.questions import HOW, fits, kind_of
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.sentences import Sentence, split_sentences
from rnnchat.tasks.asking.spans import WEIGHTS as SPAN_WEIGHTS
from rnnchat.tasks.asking.spans import span_features, spans_of
from rnnchat.tasks.asking.terms import term_number, terms_of

FEATURES = (
    "covered",
    "covered_with_neighbours",
    "pairs",
    "density",
    "fits",
    "code_for_how",
    "other_code",
    "passage",
    "first",
    "nothing_new",
    "long",
)
"""What speaks for or against a candidate, in the order of WEIGHTS."""
WEIGHTS = np.array([4.0, 1.5, 1.0, 0.8, 0.7, 1.5, -0.5, 3.0, 0.1, -1.0, -0.5], np.float32)
"""What each of them counts for."""
_SAID_BESIDE = 0.9
"""A term in the sentence before or after code counts for the code as this share of one in the code itself."""
_READ_SENTENCES = 2
"""A phrase is looked for in this many of the best sentences."""
NEAREST_CODE = 3
"""Code that begins at most so many lines after a sentence shows what the sentence says."""
_LONG_CODE = 12
"""A block of code of more lines than this is more than an answer."""


@dataclass(frozen=True)
class AnswerCandidate:
    """A sentence or a block of code that may be the answer."""

    sentence: Sentence
    passage: int
    """The number of its passage in the index."""
    score: float


def choose(
    index: PassageIndex, question: Question, passages: Sequence[int], scores: NDArray[np.float32]
) -> AnswerCandidate | None:
    """Return the best candidate in `passages`, whose `scores` are in the same order; None where there is
    none."""
    best: AnswerCandidate | None = None
    highest = float(scores.max(initial=0))
    for number, score in zip(passages, scores.tolist(), strict=True):
        passage = index.passage(number)
        sentences = split_sentences(passage.text)
        if not sentences:
            continue
        found = features(sentences, question, relative=score / highest if highest > 0 else 0.0)
        values = found @ WEIGHTS
        at = int(values.argmax())
        if best is None or float(values[at]) > best.score:
            best = AnswerCandidate(sentences[at], number, float(values[at]))
    return best


def best_sentence(text: str, question: Question) -> Sentence | None:
    """Return the sentence or block of code in `text` that fits a question best; None where there is none."""
    sentences = split_sentences(text)
    if not sentences:
        return None
    return sentences[int((features(sentences, question) @ WEIGHTS).argmax())]


def code_after(text: str, sentence: Sentence, question: Question) -> Sentence | None:
    """Return the block of code in `text` right after a sentence that says how something is done.

    None where the question is another one, and where the block is long or only what a program printed.
    """
    if sentence.is_code or kind_of(question.text) != HOW:
        return None
    end = sentence.start + len(sentence.text)
    before = ""
    for one in split_sentences(text):
        if one.start < end:
            before = one.text
        elif text.count("\n", end, one.start) > NEAREST_CODE:
            break
        elif one.is_code:
            is_answer = one.text.count("\n") < _LONG_CODE and not is_program_output(one.text, before)
            return one if is_answer else None
        else:
            before = one.text
    return None


def phrase_in(text: str, question: Question) -> tuple[int, int] | None:
    """Return where the few words of `text` that a question asks for begin and end; None where none fit."""
    sentences = split_sentences(text)
    if not sentences:
        return None
    values = features(sentences, question) @ WEIGHTS
    highest = max(float(values.max()), 1e-3)
    rarities = dict(zip(question.numbers.tolist(), question.rarities.tolist(), strict=True))
    best, place = -np.inf, None
    for at in np.argsort(-values, kind="stable")[:_READ_SENTENCES].tolist():
        sentence = sentences[at]
        spans = spans_of(sentence.text)
        if not spans:
            continue
        share = float(values[at]) / highest
        scores = span_features(question.text, rarities, sentence.text, spans, share) @ SPAN_WEIGHTS
        chosen = int(scores.argmax())
        if scores[chosen] > best:
            best = float(scores[chosen])
            place = sentence.start + spans[chosen].start, sentence.start + spans[chosen].end
    return place


def features(
    sentences: Sequence[Sentence], question: Question, *, relative: float = 1.0
) -> NDArray[np.float32]:
    """Return what speaks for each sentence of a passage, (sentences, features).

    `relative` is the score of the passage, as a share of the best one's.
    """
    weights = dict(zip(question.numbers.tolist(), question.rarities.tolist(), strict=True))
    order = {number: place for place, number in enumerate(weights)}
    whole = max(sum(weights.values()), 1e-6)
    kind = kind_of(question.text)
    all_terms = [[term_number(term) for term in terms_of(sentence.text)] for sentence in sentences]
    shared = [set(terms) & weights.keys() for terms in all_terms]
    covered = np.array([sum(weights[term] for term in sorted(one)) for one in shared]) / whole
    result = np.zeros((len(sentences), len(FEATURES)), np.float32)
    for at, (sentence, terms) in enumerate(zip(sentences, all_terms, strict=True)):
        near = set().union(*shared[max(0, at - 1) : at + 2])
        length = max(len(terms), 1)
        says_how = (
            kind == HOW and sentence.is_code and not is_program_output(sentence.text, _before(sentences, at))
        )
        beside = sum(weights[term] for term in sorted(near)) / whole
        if says_how:
            # What code does is said beside it.
            covered[at] = max(covered[at], _SAID_BESIDE * beside)
        lines = sentence.text.count("\n") + 1
        result[at] = (
            covered[at],
            beside,
            _pairs(terms, order) / max(len(order) - 1, 1),
            covered[at] / (1 + length / 12) ** 0.5,
            fits(kind, sentence.text),
            says_how,
            sentence.is_code and not says_how,
            relative,
            at == 0,
            len(shared[at]) / length if covered[at] else 0,
            min(1.0, max(0, lines - _LONG_CODE) / _LONG_CODE) if sentence.is_code else min(1.0, length / 60),
        )
    return result


def _before(sentences: Sequence[Sentence], at: int) -> str:
    """Return the sentence before the one at `at`; nothing where that is code, or where there is none."""
    return sentences[at - 1].text if at and not sentences[at - 1].is_code else ""


def _pairs(terms: Sequence[int], order: dict[int, int]) -> int:
    """Return how many pairs of terms that follow each other in the question are near each other in a
    sentence."""
    places: dict[int, list[int]] = {}
    for place, term in enumerate(terms):
        if term in order:
            places.setdefault(order[term], []).append(place)
    return sum(
        any(0 < abs(second - first) <= 2 for first in places[at] for second in places[at + 1])
        for at in places
        if at + 1 in places
    )
