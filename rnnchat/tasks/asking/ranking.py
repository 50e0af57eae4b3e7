"""Find the passages that answer a question, by evidence from the passage, its note and its neighbours.

Each kind of evidence is a number from 0 to 1 for every passage. The weights follow a fit to headings of other
people's notes and the passages below them. Those of titles, whose words such headings rarely repeat, are set
by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.index import PassageIndex
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
    "neighbours",
    "covered",
    "covered_by_note",
    "latent",
    "latent_note",
    "words",
    "words_note",
    "similar",
    "similar_in_note",
    "words_title",
    "similar_in_title",
)
"""The kinds of evidence, in the order of WEIGHTS."""
WEIGHTS = np.array(
    [6.0, 1.75, 1.5, 2.85, 0.85, 0.55, 1.05, 0.9, 0.7, 2.7, 1.45, 0.25, 4.0, 1.5, 2.0], np.float32
)
"""What each kind of evidence counts for."""


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
        rarest = np.log1p(2 * len(index.files) + 1)
        rarities = np.where(terms >= 0, index.rarities[terms], rarest) if len(index.terms) else 0 * terms
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
    for term, weight in zip(question.terms.tolist(), question.rarities.tolist(), strict=True):
        if term < 0:
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
    whole = max(float(question.rarities.sum()), 1e-6)
    result[0], result[1], result[5] = body / whole, heading / whole, covered / whole
    result[2], result[3], result[6] = (one[index.notes] / whole for one in (title, note, covered_by_note))
    result[4] = _of_neighbours(result[0], index.notes)
    vector = _latent_question(index, question)
    if len(vector):
        result[7] = np.maximum(index.latent_passages @ vector, 0)
        result[8] = np.maximum(index.latent_notes @ vector, 0)[index.notes]
    words = shipped_vectors().question(question.numbers)
    result[9] = np.maximum(index.word_passages @ words, 0)
    result[10] = _best_of_note(result[9], index.notes, notes)
    result[13] = np.maximum(index.word_titles @ words, 0)[index.notes]
    similar, in_notes, in_titles = _similar_terms(index, question, relative, relative_note)
    result[11], result[12], result[14] = (
        similar / whole,
        in_notes[index.notes] / whole,
        in_titles[index.notes] / whole,
    )
    return result


def _similar_terms(
    index: PassageIndex,
    question: Question,
    relative: NDArray[np.float32],
    relative_note: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return what terms that stand for those of the question add to each passage, each note and each title.

    A passage that has the term of the question itself gains only what the other term counts for beyond it.
    `relative` and `relative_note` are the lengths of passages and notes by the mean length.
    """
    passages, notes = len(index), len(index.files)
    similar = np.zeros(passages, np.float32)
    in_notes, in_titles = np.zeros(notes, np.float32), np.zeros(notes, np.float32)
    others = shipped_vectors().similar(question.numbers, index.terms)
    for term, weight, (terms, likeness) in zip(
        question.terms.tolist(), question.rarities.tolist(), others, strict=True
    ):
        here = np.zeros(passages, np.float32)
        in_note, in_title = np.zeros(notes, np.float32), np.zeros(notes, np.float32)
        for other, alike in zip(terms.tolist(), likeness.tolist(), strict=True):
            rows, counts = index.bodies.of(other)
            here[rows] = np.maximum(here[rows], alike**2 * saturated(counts, relative[rows]))
            counted = np.bincount(index.notes[rows], counts, notes)
            in_note = np.maximum(in_note, alike**2 * saturated(counted, relative_note))
            titled, _ = index.titles.of(other)
            in_title[titled] = np.maximum(in_title[titled], alike**2)
        if term >= 0:
            rows, counts = index.bodies.of(term)
            here[rows] = np.maximum(here[rows] - saturated(counts, relative[rows]), 0)
            counted = np.bincount(index.notes[rows], counts, notes)
            in_note = np.maximum(in_note - saturated(counted, relative_note), 0)
            in_title[index.titles.of(term)[0]] = 0
        similar += weight * here
        in_notes += weight * in_note
        in_titles += weight * in_title
    return similar, in_notes, in_titles


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


def _of_neighbours(values: NDArray[np.float32], notes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the larger value of the passages before and after each, in the same note."""
    result = np.zeros_like(values)
    same = notes[1:] == notes[:-1]
    result[1:] = np.where(same, values[:-1], 0)
    result[:-1] = np.maximum(result[:-1], np.where(same, values[1:], 0))
    return result


def _best_of_note(values: NDArray[np.float32], notes: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """Return for each passage the largest value of any passage of its note."""
    largest = np.zeros(count, np.float32)
    np.maximum.at(largest, notes, values)
    result: NDArray[np.float32] = largest[notes]
    return result


def note_scores(scores: NDArray[np.float32], index: PassageIndex) -> NDArray[np.float32]:
    """Return the best score of each note's passages, (notes,)."""
    result = np.full(len(index.files), -np.inf, np.float32)
    np.maximum.at(result, index.notes, scores)
    return result


def passages_of_notes(index: PassageIndex, notes: Sequence[int]) -> NDArray[np.int64]:
    """Return the numbers of the passages of some notes."""
    return np.flatnonzero(np.isin(index.notes, np.asarray(notes)))
