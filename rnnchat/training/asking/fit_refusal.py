"""Fit the refusal: ``python -m rnnchat.training.asking.fit_refusal DATA``.

DATA holds the text collections. It takes about four minutes on one core, after all other fits of asking. Each
written question is asked of collections that have the answer, and of others. A logistic regression, whose
weights are not negative, tells these apart. The weights are printed, and then written into ``refusal.py`` by
hand. The bias is such that REFUSED of the factual questions are refused.

Questions to the same collections without the note with the answer were tried as well: such notes are about
the same things, and more questions that notes cannot answer at all were answered then.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.answers import choose
from rnnchat.tasks.asking.asking import READ_PASSAGES
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.ranking import Question, best
from rnnchat.tasks.asking.refusal import EVIDENCE, answer_evidence
from rnnchat.tasks.asking.reranking import rank
from rnnchat.training.asking.fit_answers import indexes
from rnnchat.training.asking.written import (
    WrittenQuestion,
    factual_questions,
    passage_asked_about,
    written_questions,
)

REFUSED = 0.06
"""This share of the factual questions is refused."""
FOLDS = 5
"""Questions are split into so many parts; those of one are judged by weights fitted to the others."""
STEPS = 3_000
"""The number of steps of projected gradient descent."""
DECAY = 1.0
"""How strongly weights are drawn to 0, as if so many observations spoke for 0."""


@dataclass(frozen=True)
class RefusalCase:
    """A question to notes that answer it or not."""

    evidence: NDArray[np.float32]
    """(evidence,)."""
    kind: str
    """``written``, ``factual``, or ``foreign``, whose question the notes do not answer."""

    @property
    def is_answered(self) -> bool:
        """Whether the notes answer the question."""
        return self.kind != "foreign"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the weights and print them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    data = parser.parse_args(arguments).data
    sources = {one.source for one in (*written_questions(), *factual_questions())}
    found: list[RefusalCase] = []
    others: list[WrittenQuestion] = []
    for number, index in enumerate(indexes(data, sources)):
        found += [*cases(index), *foreign_cases(index, others)]
        # The first index has all notes, so that no question is foreign to it.
        others = questions_of(index) if number else []
    values = np.zeros(len(found))
    for fold in range(FOLDS):
        fitted = fit([case for number, case in enumerate(found) if number % FOLDS != fold])
        for number in range(fold, len(found), FOLDS):
            values[number] = found[number].evidence @ fitted
    bias = -quantile(found, values)
    for kind in ("written", "factual", "foreign"):
        own = np.array([one.kind == kind for one in found], bool)
        print(f"{kind}: refused {np.mean(values[own] + bias <= 0):.1%} of {own.sum()}")
    weights = fit(found)
    for name, weight in zip(EVIDENCE, weights.tolist(), strict=True):
        print(f"{name}: {weight:.2f}")
    print(f"bias: {-quantile(found, np.array([case.evidence @ weights for case in found])):.2f}")
    return 0


def questions_of(index: PassageIndex) -> list[WrittenQuestion]:
    """Return the written questions that an index answers."""
    asked = (*written_questions(), *factual_questions())
    return [one for one in asked if passage_asked_about(index, one) >= 0]


def cases(index: PassageIndex) -> Iterator[RefusalCase]:
    """Yield the questions that an index answers."""
    factual = set(factual_questions())
    for one in questions_of(index):
        yield from _case(index, one.text, "factual" if one in factual else "written")


def foreign_cases(index: PassageIndex, questions: Iterable[WrittenQuestion]) -> Iterator[RefusalCase]:
    """Yield `questions` about other notes, asked of an index."""
    for one in questions:
        yield from _case(index, one.text, "foreign")


def _case(index: PassageIndex, text: str, kind: str) -> Iterator[RefusalCase]:
    """Yield what speaks for the answer that is chosen, where there is any."""
    question = Question.of(index, text)
    ranked = rank(index, question)
    numbers = [number for number in best(ranked.scores, READ_PASSAGES) if ranked.scores[number] > 0]
    chosen = choose(index, question, numbers, ranked.scores[numbers])
    if chosen is not None:
        yield RefusalCase(answer_evidence(ranked.found, ranked.scores, chosen), kind)


def fit(found: Sequence[RefusalCase]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression without its bias, none below 0, (evidence,)."""
    table = np.array([[*case.evidence, 1.0] for case in found], np.float64)
    wanted = np.array([case.is_answered for case in found])
    weights = np.zeros(table.shape[1])
    largest = 0.25 * np.linalg.norm(table, 2) ** 2 + DECAY  # no step of 1 / this is too long
    for _ in range(STEPS):
        odds = 1 / (1 + np.exp(-table @ weights))
        weights -= (table.T @ (odds - wanted) + DECAY * weights) / largest
        weights[:-1] = np.maximum(weights[:-1], 0)
    return weights[:-1]


def quantile(found: Sequence[RefusalCase], values: NDArray[np.float64]) -> float:
    """Return the value that REFUSED of the factual questions do not reach."""
    own = np.array([case.kind == "factual" for case in found], bool)
    return float(np.quantile(values[own], REFUSED))


if __name__ == "__main__":
    sys.exit(main())
