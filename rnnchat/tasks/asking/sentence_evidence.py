"""What speaks for each sentence of a passage, or block of code in it, as the answer to a question."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.latent import unit
from rnnchat.tasks.asking.other_words import others_for
from rnnchat.tasks.asking.program_output import is_program_output
from rnnchat.tasks.asking.questions import HOW, WORDS, fits, kind_of
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.sentences import Sentence
from rnnchat.tasks.asking.terms import term_number, terms_of
from rnnchat.tasks.asking.word_vectors import shipped_vectors

FEATURES = (
    "covered",
    "covered_with_neighbours",
    "pairs",
    "density",
    "words",
    "translated",
    "similar",
    "fits",
    "code_for_how",
    "other_code",
    "log_odds_of_passage",
    "first",
    "share_asked",
    "long",
    "length",
    "covered_behind",
    "words_behind",
    "most_covered",
    "asks_for_words",
    "asks_how",
)
"""What speaks for or against a sentence."""
RISING = frozenset(FEATURES) - {
    "other_code",
    "first",
    "share_asked",
    "density",
    "long",
    "length",
    "most_covered",
    "asks_for_words",
    "asks_how",
}
"""More of these never makes a sentence a worse answer."""
_SAID_BESIDE = 0.9
"""A term in the sentence before or after code counts for the code as this share of one in the code itself."""
LONG_CODE = 12
"""A block of code of more lines than this is more than an answer."""
_SHORT_SENTENCE = 12
"""Sentences of many more terms than this cover a question less densely."""
_LONG_SENTENCE = 60
"""A sentence of so many terms is as long as one can be."""


@dataclass(frozen=True)
class AnswerSearch:
    """A question, as sentences are compared to it."""

    question: Question

    @cached_property
    def rarities(self) -> dict[int, float]:
        """The rarity of each term of the question, by its number."""
        return dict(zip(self.question.numbers.tolist(), self.question.rarities.tolist(), strict=True))

    @cached_property
    def whole(self) -> float:
        """The sum of the rarities, above 0."""
        return max(sum(self.rarities.values()), 1e-6)

    @cached_property
    def kind(self) -> str:
        """The kind of the question."""
        return kind_of(self.question.text)

    @cached_property
    def vector(self) -> NDArray[np.float32]:
        """Its vector, (dimensions,), of length 1 or 0."""
        return shipped_vectors().of_question(self.question.numbers)

    @cached_property
    def others(self) -> dict[int, dict[int, tuple[float, float]]]:
        """The terms that may stand for each term of the question."""
        return {number: others_for(number) for number in self.rarities}

    def covered(self, terms: Set[int]) -> float:
        """Return the share of the question that is among `terms`, by rarity."""
        return sum(rarity for term, rarity in self.rarities.items() if term in terms) / self.whole

    def said_otherwise(self, terms: Set[int]) -> tuple[float, float]:
        """Return for which share of the question others of `terms` stand: by translation, and by vectors."""
        translated = similar = 0.0
        for number, rarity in self.rarities.items():
            found = [pair for other, pair in self.others[number].items() if other in terms]
            if number not in terms and found:
                translated += rarity * max(root for root, _ in found)
                similar += rarity * max(alike for _, alike in found)
        return translated / self.whole, similar / self.whole


@dataclass(frozen=True)
class ReadPassage:
    """A passage in which an answer is looked for."""

    sentences: Sequence[Sentence]
    log_odds: float = 0.0
    """How much worse than the best passage it fits the question, as a natural logarithm; 0 for the best."""


def features(passages: Sequence[ReadPassage], search: AnswerSearch) -> NDArray[np.float32]:
    """Return what speaks for each sentence of all `passages`, (sentences, features)."""
    rows = [row for passage in passages for row in _of_passage(passage, search)]
    result = np.array(rows, np.float32).reshape(-1, len(FEATURES))
    for behind, own in (("covered_behind", "covered"), ("words_behind", "words")):
        values = result[:, FEATURES.index(own)]
        result[:, FEATURES.index(behind)] = values - values.max(initial=0)
    result[:, FEATURES.index("most_covered")] = result[:, FEATURES.index("covered")].max(initial=0)
    return result


def _of_passage(passage: ReadPassage, search: AnswerSearch) -> list[tuple[float, ...]]:
    """Return what speaks for each sentence of one passage, without comparing it to other passages."""
    sentences = passage.sentences
    all_terms = [[term_number(term) for term in terms_of(sentence.text)] for sentence in sentences]
    sets = [set(terms) for terms in all_terms]
    order = {number: place for place, number in enumerate(search.rarities)}
    rows: list[tuple[float, ...]] = []
    for at, (sentence, terms) in enumerate(zip(sentences, all_terms, strict=True)):
        length = max(len(terms), 1)
        says_how = (
            search.kind == HOW
            and sentence.is_code
            and not is_program_output(sentence.text, _before(sentences, at))
        )
        beside = search.covered(set().union(*sets[max(0, at - 1) : at + 2]))
        covered = search.covered(sets[at])
        if says_how:
            # What code does is said beside it.
            covered = max(covered, _SAID_BESIDE * beside)
        shared = sum(term in search.rarities for term in sets[at])
        lines = sentence.text.count("\n") + 1
        too_long = max(0, lines - LONG_CODE) / LONG_CODE if sentence.is_code else length / _LONG_SENTENCE
        rows.append(
            (
                covered,
                beside,
                _pairs(terms, order) / max(len(order) - 1, 1),
                covered / (1 + length / _SHORT_SENTENCE) ** 0.5,
                _alike(sets[at], search),
                *search.said_otherwise(sets[at]),
                fits(search.question.text, search.kind, sentence.text, is_code=sentence.is_code),
                says_how,
                sentence.is_code and not says_how,
                passage.log_odds,
                at == 0,
                shared / length,
                min(1.0, too_long),
                np.log1p(len(terms)),
                0.0,
                0.0,
                0.0,
                search.kind == WORDS,
                search.kind == HOW,
            )
        )
    return rows


def _alike(terms: Set[int], search: AnswerSearch) -> float:
    """Return the cosine of the vectors of a sentence with these terms and the question."""
    numbers = np.array(sorted(terms), np.uint64)
    vector = unit(shipped_vectors().of_terms(numbers).sum(axis=0, keepdims=True))[0]
    return float(vector @ search.vector)


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
