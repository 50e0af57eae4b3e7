"""Fit the network of the second order: ``python -m rnnchat.training.asking.fit_reranking DATA``.

DATA holds the text collections. It takes about three minutes on one core. The word vectors and the
translations must not have seen the notes that are asked, so that both are fitted with ``--hold-out`` before,
and without it afterwards. For each group of notes, a network that was fitted to the other groups says how
often a right passage is first and among five; then one that is fitted to all of them is written into the
package. The questions in ``held_out_questions.tsv`` are not used, but some of the others are about the same
notes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.ranking import FEATURES as FIRST
from rnnchat.tasks.asking.ranking import WEIGHTS, Question, best, evidence, score
from rnnchat.tasks.asking.reranking import FEATURES, FILE, RISING, chosen_passages, features_of
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.training.asking.examples import GROUPS, Asked, all_questions
from rnnchat.training.asking.listwise_network import CandidateList, NetworkFit, fit_network

FIT = NetworkFit(steps=2_500, learning_rate=0.02, decay=1e-3)
"""How the networks are fitted."""
SAMPLING_WEIGHTS = {"written": 2.0, "factual": 0.7}
"""How many times as often as others questions of a kind are asked."""
ADDED = 8
"""Beside the passages that are put in order, so many that each kind of evidence speaks for most are read."""


@dataclass(frozen=True)
class RankingCandidates:
    """A question and the passages that a network puts in order."""

    kind: str
    group: int
    features: NDArray[np.float32]
    """(candidates, features)."""
    is_right: NDArray[np.bool_]
    """Whether each candidate answers the question, (candidates,)."""
    is_found: NDArray[np.bool_]
    """Whether each candidate is among the best in the first order, (candidates,)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the network and write it into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    data = parser.parse_args(arguments).data
    asked = list(candidates(all_questions(data)))
    places: dict[str, list[int]] = {}
    for group in range(len(GROUPS)):
        fitted = fit([one for one in asked if one.group != group])
        for one in asked:
            if one.group == group:
                places.setdefault(one.kind, []).append(place_of_right(one, fitted))
    for kind, found in places.items():
        first, five = np.mean(np.array(found) == 0), np.mean(np.array(found) < 5)
        print(f"{kind}: {len(found)} questions, a right passage first {first:.1%}, among five {five:.1%}")
    replace_file(FILE, to_safetensors(fit(asked).tensors()), private=False)
    return 0


def candidates(questions: Iterable[Asked]) -> Iterable[RankingCandidates]:
    """Yield the candidates of each question that has terms."""
    for asked in questions:
        question = Question.of(asked.index, asked.question)
        if not len(question.numbers):
            continue
        found = evidence(asked.index, question)
        scores = score(found)
        ordered = chosen_passages(found, scores)
        right = np.flatnonzero(asked.is_right)
        chosen = [ordered, right[np.argsort(-scores[right], kind="stable")][:2]]
        added = [[number for number in best(row, ADDED) if row[number] > 0] for row in found]
        rows = np.unique(np.concatenate([*chosen, *added])).astype(np.int64)
        table = features_of(asked.index, question, found, scores, rows)
        yield RankingCandidates(asked.kind, asked.group, table, asked.is_right[rows], np.isin(rows, ordered))


def place_of_right(asked: RankingCandidates, fitted: ScoringNetwork) -> int:
    """Return how many candidates are before the first right one, a large number where that is not found."""
    scores = np.where(asked.is_found, fitted.scores(asked.features), -np.inf)
    return (
        int((scores > scores[asked.is_right].max()).sum()) if scores[asked.is_right].max() > -np.inf else 999
    )


def fit(questions: Sequence[RankingCandidates]) -> ScoringNetwork:
    """Return the network with which a softmax over the candidates gives the right ones most."""
    lists = [
        CandidateList(one.features, one.is_right, SAMPLING_WEIGHTS.get(one.kind, 1.0)) for one in questions
    ]
    first = np.zeros(len(FEATURES), np.float32)
    first[: len(FIRST)] = WEIGHTS
    return fit_network(lists, FIT, first=first, rising=np.array([name in RISING for name in FEATURES]))


if __name__ == "__main__":
    sys.exit(main())
