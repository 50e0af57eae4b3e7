"""Find the passages that answer a question, by evidence from the passage and its note.

Each kind of evidence is a number from 0 to 1 for every passage. The weights follow a fit of
`rnnchat/training/asking/fit_ranking.py` to questions to other people's notes. Those of headings and titles
are set by hand, as in these notes headings are left out or repeat the title. So are those of other words. The
best passages are put in order a second time in `reranking.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.other_words import OtherWords
from rnnchat.tasks.asking.postings import saturated
from rnnchat.tasks.asking.terms import term_numbers, terms_of
from rnnchat.tasks.asking.word_vectors import shipped_vectors
from rnnchat.tasks.sparse import SparseRows

MOST_TERMS = 64
"""Only the first so many different terms of a question count."""
FEATURES = (
    "body",
    "heading",
    "title",
    "note",
    "covered",
    "covered_by_note",
    "latent",
    "latent_note",
    "words",
    "words_title",
    "latent_note_if_missing",
    "words_if_missing",
    "words_title_if_missing",
    "translated",
    "similar",
)
"""The kinds of evidence, in the order of WEIGHTS."""
WEIGHTS = np.array([3.7, 1.5, 1.5, 0.7, 5.2, 0.8, 0.0, 2.9, 2.7, 3.2, 3.2, 2.6, 10.7, 2.0, 1.0], np.float32)
"""What each kind of evidence counts for; what has no weight serves the second order alone."""


@dataclass(frozen=True)
class Question:
    """A question as an index sees it."""

    text: str
    numbers: NDArray[np.uint64]
    """The numbers of its different terms, (terms,)."""
    terms: NDArray[np.int64]
    """The term of the index for each of them; -1 where the notes do not have it."""
    rarities: NDArray[np.float32]
    """Their inverse document frequencies; a term that the notes do not have is the rarest."""

    @classmethod
    def of(cls, index: PassageIndex, text: str) -> Question:
        """Return the question that `text` asks of an index."""
        numbers = term_numbers(dict.fromkeys(terms_of(text)))[:MOST_TERMS]
        terms = index.known(numbers)
        rarities = (
            np.where(terms >= 0, index.rarities[terms], index.rarest) if len(index.terms) else 0 * terms
        )
        return cls(text, numbers, terms, rarities.astype(np.float32))


def evidence(index: PassageIndex, question: Question) -> NDArray[np.float32]:
    """Return how much speaks for each passage, (features, passages), each from 0 to 1."""
    passages, notes = len(index), len(index.files)
    result = np.zeros((len(FEATURES), passages), np.float32)
    if not passages or not len(question.numbers):
        return result
    relative = index.lengths / max(float(index.lengths.mean()), 1e-6)
    relative_note = index.note_lengths / max(float(index.note_lengths.mean()), 1e-6)
    body, heading, covered = (np.zeros(passages, np.float32) for _ in range(3))
    title, note, covered_by_note = (np.zeros(notes, np.float32) for _ in range(3))
    translated, similar = np.zeros(passages, np.float32), np.zeros(passages, np.float32)
    for number, term, weight in zip(
        question.numbers.tolist(), question.terms.tolist(), question.rarities.tolist(), strict=True
    ):
        other = OtherWords.of(index, number)
        if term < 0:
            translated += weight * other.translated
            similar += weight * other.similar
            continue
        rows, counts = index.bodies.of(term)
        body[rows] += weight * saturated(counts, relative[rows])
        in_note = np.bincount(index.notes[rows], counts, notes)
        note += weight * saturated(in_note, relative_note)
        here = np.zeros(passages, bool)
        here[rows] = True
        rows, counts = index.headings.of(term)
        heading[rows] += weight * saturated(counts, np.ones(len(rows), np.float32))
        here[rows] = True
        rows, counts = index.titles.of(term)
        title[rows] += weight * saturated(counts, np.ones(len(rows), np.float32))
        covered += weight * here
        in_note[rows] += 1
        covered_by_note += weight * (in_note > 0)
        in_title = np.zeros(notes, bool)
        in_title[rows] = True
        here |= in_title[index.notes]
        translated += weight * np.where(here, 0, other.translated)
        similar += weight * np.where(here, 0, other.similar)
    whole = max(float(question.rarities.sum()), 1e-6)
    result[0], result[1], result[4] = body / whole, heading / whole, covered / whole
    result[2], result[3], result[5] = (one[index.notes] / whole for one in (title, note, covered_by_note))
    vector = _latent_question(index, question)
    if len(vector):
        result[6] = np.maximum(index.latent_passages @ vector, 0)
        result[7] = np.maximum(index.latent_notes @ vector, 0)[index.notes]
    words = shipped_vectors().of_question(question.numbers)
    result[8] = np.maximum(index.word_passages @ words, 0)
    result[9] = np.maximum(index.word_titles @ words, 0)[index.notes]
    # The less of the question any passage has in its own words, the more other words have to find it.
    result[10:13] = result[7:10] * (1 - result[4].max())
    result[13], result[14] = translated / whole, similar / whole
    return result


def score(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the score of each passage, (passages,), given the `evidence` for it."""
    result: NDArray[np.float32] = WEIGHTS @ found
    return result


def best(scores: NDArray[np.float32], count: int) -> list[int]:
    """Return the numbers of the `count` highest scores, the highest first; of equal ones the first."""
    count = min(count, len(scores))
    if not count:
        return []
    chosen = np.argpartition(-scores, count - 1)[:count]
    order: list[int] = chosen[np.lexsort((chosen, -scores[chosen]))].tolist()
    return order


def _latent_question(index: PassageIndex, question: Question) -> NDArray[np.float32]:
    """Return the latent vector of a question."""
    known = question.terms >= 0
    row = SparseRows(
        np.array([0, int(known.sum())]),
        question.terms[known],
        question.rarities[known],
        len(index.terms),
    )
    vector: NDArray[np.float32] = index.latent.project(row.normalised())[0]
    return vector


def note_scores(scores: NDArray[np.float32], index: PassageIndex) -> NDArray[np.float32]:
    """Return the best score of each note's passages, (notes,)."""
    result = np.full(len(index.files), -np.inf, np.float32)
    np.maximum.at(result, index.notes, scores)
    return result


def passages_of_notes(index: PassageIndex, notes: Sequence[int]) -> NDArray[np.int64]:
    """Return the numbers of the passages of some notes."""
    return np.flatnonzero(np.isin(index.notes, np.asarray(notes)))
