"""The notes that are about the same things as one note.

Notes are alike whose latent vectors have nearly the same direction, and who share rare words. Names of files
and folders do not count. Words that none of the notes has make a note less alike to all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.latent import unit
from rnnchat.tasks.asking.notes import NotePassages
from rnnchat.tasks.asking.terms import term_numbers, terms_of
from rnnchat.tasks.sparse import SparseRows

SHOWN = 10
"""At most this many related notes are shown."""
DIRECTIONS = 60
"""Only the first so many values of latent vectors count, which are about subjects rather than details."""
LEAST_LIKENESS = 0.3
"""A note that is less alike than this has nothing to do with the other one."""
SHARED_WORDS = 0.3
"""What the likeness by shared words counts for, beside 1 for the latent vectors."""


@dataclass(frozen=True)
class RelatedNote:
    """A note that is related to another one."""

    path: str
    score: float
    """How alike the two are, from 0 to 1."""
    title: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {"path": self.path, "score": round(self.score, 4), "title": self.title}


def related_to(index: PassageIndex, note: NotePassages, count: int = SHOWN) -> list[RelatedNote]:
    """Return the notes of an index that are most related to `note`, the nearest first, without the note
    itself and without those that have nothing to do with it."""
    scores = known_share(index, note) * likeness(index, term_counts(index, note))
    order = np.argsort(-scores, kind="stable")[: count + 1].tolist()
    found = [
        RelatedNote(index.files[number].path, float(scores[number]), index.files[number].title)
        for number in order
        if scores[number] >= LEAST_LIKENESS and index.files[number].path != note.file.path
    ]
    return found[:count]


def term_counts(index: PassageIndex, note: NotePassages) -> SparseRows:
    """Return how often each term of an index occurs in a note, its title included, (1, terms)."""
    known = index.known(_term_numbers(note))
    columns, counts = np.unique(known[known >= 0], return_counts=True)
    return SparseRows(np.array([0, len(columns)]), columns, counts.astype(np.float32), len(index.terms))


def known_share(index: PassageIndex, note: NotePassages) -> float:
    """Return how much of the length of a note's vector of weighted terms is of terms that the index has, from
    0 to 1; a term that it does not have is the rarest."""
    numbers, counts = np.unique(_term_numbers(note), return_counts=True)
    known = index.known(numbers)
    rarities = np.full(len(numbers), index.rarest, np.float32)
    rarities[known >= 0] = index.rarities[known[known >= 0]]
    squares = ((1 + np.log(counts)) * rarities) ** 2
    return float(np.sqrt(squares[known >= 0].sum() / max(squares.sum(), 1e-9)))


def _term_numbers(note: NotePassages) -> NDArray[np.uint64]:
    """Return the number of each term in a note, its title included, (terms,)."""
    terms = terms_of(note.file.title)
    for passage in note.passages:
        terms += terms_of(passage.text)
    return term_numbers(terms)


def likeness(index: PassageIndex, counts: SparseRows) -> NDArray[np.float32]:
    """Return how alike each note is to one with these term `counts`, (notes,), from 0 to 1."""
    weights = (1 + np.log(counts.values)) * index.rarities[counts.columns]
    row = SparseRows(counts.starts, counts.columns, weights, counts.width).normalised()
    words = np.zeros(len(index.files), np.float32)
    for term, weight in zip(row.columns.tolist(), row.values.tolist(), strict=True):
        rows, found = index.bodies.of(term)
        in_note = np.bincount(index.notes[rows], found, len(index.files))
        words += weight * index.rarities[term] * np.log1p(in_note)
    words /= np.maximum(note_norms(index), 1e-6)
    own = index.latent.project(row)[:, :DIRECTIONS]
    latent = unit(index.latent_notes[:, :DIRECTIONS]) @ unit(own)[0]
    result: NDArray[np.float32] = (latent + SHARED_WORDS * words) / (1 + SHARED_WORDS)
    return result


def note_norms(index: PassageIndex) -> NDArray[np.float32]:
    """Return the length of each note's vector of weighted terms, (notes,)."""
    keys = index.notes[index.bodies.rows] * len(index.terms) + index.bodies.term_of_each()
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    counts = np.add.reduceat(index.bodies.counts[order].astype(np.float32), first) if len(first) else keys
    pairs = keys[order][first]
    weights = index.rarities[pairs % len(index.terms)] * np.log1p(counts)
    squares = np.bincount(pairs // len(index.terms), weights**2, len(index.files))
    return np.sqrt(squares).astype(np.float32)
