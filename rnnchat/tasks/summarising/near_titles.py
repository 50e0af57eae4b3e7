"""The titles of the notes nearest to one: notes about one subject have words of their titles in common."""

from __future__ import annotations

import itertools
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.asking.terms import terms_of
from rnnchat.tasks.sparse import Floats, SparseRows
from rnnchat.tasks.summarising.prose import Prose
from rnnchat.tasks.summarising.title_words import MOST_SENTENCES, body_words
from rnnchat.tasks.summarising.words import Rarities

PLACES = 1 << 16
"""The terms of notes are kept in so many places, which those with the same remainder share."""
NEAREST = 8
"""The titles of so many notes count."""
MOST_CODE = 1_000
"""So many characters of a note's code are read."""
LEAST_SHARED = 3
"""A word of the nearest titles can be in a title without being in the note if so many of them have it."""


@dataclass(frozen=True)
class NearTitles:
    """The words of the titles of the nearest notes, with the sum of how alike these notes are."""

    words: dict[str, float] = field(default_factory=dict)
    after: dict[str, dict[str, float]] = field(default_factory=dict)
    """For each word those that follow it."""
    first: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    """The words that several of the titles have."""

    @classmethod
    def of(cls, titles: Iterable[tuple[str, float]]) -> NearTitles:
        """Return what titles with the likeness of their notes, from 0 to 1, have in common."""
        words, first, last = (defaultdict[str, float](float) for _ in range(3))
        after: dict[str, dict[str, float]] = {}
        count: Counter[str] = Counter()
        for title, likeness in titles:
            found = body_words(title)
            if not found:
                continue
            keys = [word.key for word in found]
            for key in set(keys):
                words[key] += likeness
            for one, next_one in set(itertools.pairwise(keys)):
                followers = after.setdefault(one, {})
                followers[next_one] = followers.get(next_one, 0.0) + likeness
            first[keys[0]] += likeness
            last[keys[-1]] += likeness
            count.update({word.key: word.text for word in found}.values())
        shared = tuple(text for text, number in count.items() if number >= LEAST_SHARED)
        return cls(dict(words), after, dict(first), dict(last), shared)


@dataclass(frozen=True)
class TitledCollection:
    """Notes with their titles, to find those that are like another one."""

    titles: tuple[str, ...]
    rows: SparseRows
    """The weights of the terms of each note, of length 1, (notes, PLACES)."""

    @classmethod
    def of(cls, titles: Sequence[str], proses: Sequence[Prose], rarities: Rarities) -> TitledCollection:
        """Return the collection of notes with these titles and texts."""
        found = [note_terms(prose, rarities) for prose in proses]
        starts = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in found], dtype=np.int64)])
        columns = np.concatenate([np.zeros(0, np.int64), *(columns for columns, _ in found)])
        values = np.concatenate([np.zeros(0, np.float32), *(values for _, values in found)])
        return cls(tuple(titles), SparseRows(starts, columns.astype(np.int32), values, PLACES))

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> TitledCollection:
        """Return the collection that was saved as `tensors`; raise ModelError where they are none."""
        try:
            titles = json.loads(tensors["notes.titles"].tobytes())
            starts, columns, values = (tensors[f"notes.{name}"] for name in ("starts", "columns", "values"))
            sound = (
                all(isinstance(title, str) for title in titles)
                and starts.shape == (len(titles) + 1,)
                and columns.shape == values.shape == (int(starts[-1]),)
                and starts[0] == 0
                and bool(np.all(np.diff(starts) >= 0))
                and 0 <= int(columns.min(initial=0)) <= int(columns.max(initial=0)) < PLACES
                and bool(np.isfinite(values).all())
            )
        except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
            raise ModelError("The titles of the notes are damaged.") from error
        if not sound:
            raise ModelError("The titles of the notes are damaged.")
        return cls(tuple(titles), SparseRows(starts, columns, values.astype(np.float32), PLACES))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to save."""
        return {
            "notes.titles": np.frombuffer(json.dumps(self.titles).encode(), np.uint8),
            "notes.starts": self.rows.starts,
            "notes.columns": self.rows.columns,
            "notes.values": self.rows.values.astype(np.float16),
        }

    def number_of(self, title: str) -> int:
        """Return the number of the first note with a title; -1 where there is none."""
        return self.titles.index(title) if title in self.titles else -1

    def nearest(self, terms: tuple[NDArray[np.int64], Floats], left_out: int = -1) -> NearTitles:
        """Return the titles of the notes nearest to one with these `terms`, but for note `left_out`."""
        wanted = np.zeros(PLACES, np.float32)
        wanted[terms[0]] = terms[1]
        products = self.rows.values * wanted[self.rows.columns]
        likeness = np.bincount(self.rows.row_of_each(), products, len(self.rows))
        if left_out >= 0:
            likeness[left_out] = 0
        best = np.argsort(-likeness, kind="stable")[:NEAREST].tolist()
        return NearTitles.of((self.titles[one], float(likeness[one])) for one in best if likeness[one] > 0)


def note_terms(prose: Prose, rarities: Rarities) -> tuple[NDArray[np.int64], Floats]:
    """Return the places of a note's terms and their weights, of length 1."""
    counts: Counter[str] = Counter()
    for sentence in prose.sentences[:MOST_SENTENCES]:
        counts.update(terms_of(sentence.text))
    counts.update(terms_of(prose.code[:MOST_CODE]))
    rare = rarities.of(counts)
    weights: dict[int, float] = defaultdict(float)
    for term, number in counts.items():
        weights[zlib.crc32(term.encode("utf-8", "replace")) % PLACES] += (1 + np.log(number)) * rare[term]
    values = np.array(list(weights.values()), np.float32)
    length = float(np.sqrt((values**2).sum())) or 1.0
    return np.array(list(weights), np.int64), values / np.float32(length)
