"""Build the index of a collection of notes, or bring one up to date with the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.index import PassageIndex, word_sums
from rnnchat.tasks.asking.latent import LatentSpace, pack
from rnnchat.tasks.asking.notes import NoteFile, NotePassages
from rnnchat.tasks.asking.postings import Postings, rarity
from rnnchat.tasks.asking.terms import term_numbers, terms_of
from rnnchat.tasks.sparse import SparseRows

FIELDS = ("bodies", "headings", "titles")
"""Where terms are counted: in passages, in the headings above them, and in the titles of notes."""
REFIT_SHARE = 0.2
"""Where more than this share of the notes is new, the latent space is fitted anew."""


@dataclass
class _Occurrences:
    """Where terms occur: number `numbers[i]` occurs `counts[i]` times in row `rows[i]`."""

    numbers: list[NDArray[np.uint64]] = field(default_factory=list)
    rows: list[NDArray[np.int64]] = field(default_factory=list)
    counts: list[NDArray[np.int64]] = field(default_factory=list)

    def joined(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Return all numbers, rows and counts."""
        return (
            np.concatenate([np.zeros(0, np.uint64), *self.numbers]),
            np.concatenate([np.zeros(0, np.int64), *self.rows]),
            np.concatenate([np.zeros(0, np.int64), *self.counts]),
        )


def build_index(notes: Iterable[NotePassages], progress: Callable[[int], None] | None = None) -> PassageIndex:
    """Return the index of `notes`; `progress` is called with the number of notes done."""
    reader = _Reader()
    for number, note in enumerate(notes, start=1):
        reader.add(note)
        if progress is not None:
            progress(number)
    return reader.index(None)


def update_index(index: PassageIndex, gone: Iterable[int], new: Iterable[NotePassages]) -> PassageIndex:
    """Return an `index` without the notes whose numbers are `gone` and with `new` ones."""
    reader = _Reader()
    left_out = np.zeros(len(index.files), bool)
    left_out[list(gone)] = True
    reader.take_over(index, ~left_out)
    kept = len(reader.files)
    for note in new:
        reader.add(note)
    refit = len(reader.files) - kept > REFIT_SHARE * len(reader.files)
    return reader.index(None if refit else index)


class _Reader:
    """Collects the passages of notes and the occurrences of their terms."""

    def __init__(self) -> None:
        self.files: list[NoteFile] = []
        self._texts: list[bytes] = []
        self._headings: list[bytes] = []
        self._places: list[NDArray[np.int64]] = []
        self._passages = 0
        self._known: dict[str, int] = {}
        self._found: dict[str, tuple[list[int], list[int]]] = {name: ([], []) for name in FIELDS}
        self._kept = {name: _Occurrences() for name in FIELDS}

    def take_over(self, index: PassageIndex, kept: NDArray[np.bool_]) -> None:
        """Add those notes of an index that are `kept`, (notes,)."""
        notes = np.cumsum(kept) - 1
        kept_passages = kept[index.notes]
        rows = np.cumsum(kept_passages) - 1
        self.files += [file for file, is_kept in zip(index.files, kept, strict=True) if is_kept]
        for number in np.flatnonzero(kept_passages).tolist():
            passage = index.passage(number)
            self._texts.append(passage.text.encode("utf-8", "replace"))
            self._headings.append(passage.heading.encode("utf-8", "replace"))
        places = index.places[kept_passages].copy()
        places[:, 0] = notes[places[:, 0]]
        self._places.append(places)
        self._passages = len(places)
        for name in FIELDS:
            postings: Postings = getattr(index, name)
            is_kept, number_of = (kept, notes) if name == "titles" else (kept_passages, rows)
            chosen = is_kept[postings.rows]
            occurrences = self._kept[name]
            occurrences.numbers.append(index.terms[postings.term_of_each()[chosen]])
            occurrences.rows.append(number_of[postings.rows[chosen]])
            occurrences.counts.append(postings.counts[chosen].astype(np.int64))

    def add(self, note: NotePassages) -> None:
        """Add a note."""
        number = len(self.files)
        self.files.append(note.file)
        self._count("titles", note.file.title, number)
        self._places.append(
            np.array([(number, one.line, one.end, one.start) for one in note.passages], np.int64).reshape(
                -1, 4
            )
        )
        for passage in note.passages:
            self._texts.append(passage.text.encode("utf-8", "replace"))
            self._headings.append(passage.heading.encode("utf-8", "replace"))
            self._count("bodies", passage.text, self._passages)
            self._count("headings", passage.heading, self._passages)
            self._passages += 1

    def _count(self, name: str, text: str, row: int) -> None:
        terms, rows = self._found[name]
        known = self._known
        found = [known.setdefault(term, len(known)) for term in terms_of(text)]
        terms += found
        rows += [row] * len(found)

    def index(self, before: PassageIndex | None) -> PassageIndex:
        """Return the index of what was added, in the latent space of the index `before` if there is one."""
        numbers = term_numbers(self._known)
        joined = {}
        for name in FIELDS:
            terms_found, rows = self._found[name]
            occurrences = self._kept[name]
            occurrences.numbers.append(numbers[np.array(terms_found, np.int64)])
            occurrences.rows.append(np.array(rows, np.int64))
            occurrences.counts.append(np.ones(len(rows), np.int64))
            joined[name] = occurrences.joined()
        terms = np.unique(np.concatenate([numbers for numbers, _, _ in joined.values()]))
        postings = {
            name: Postings.build(np.searchsorted(terms, numbers), rows, counts, len(terms))
            for name, (numbers, rows, counts) in joined.items()
        }
        places = np.concatenate([np.zeros((0, 4), np.int64), *self._places])
        latent = None if before is None else _renumbered(before, terms)
        latent, packed = _vectors(postings, places[:, 0], len(self.files), terms, latent)
        texts = [*self._texts, *self._headings]
        ends = np.cumsum([len(text) for text in texts], dtype=np.int64).reshape(-1)
        return PassageIndex(
            tuple(self.files),
            terms,
            postings["bodies"],
            postings["headings"],
            postings["titles"],
            places,
            b"".join(texts),
            ends,
            latent,
            packed,
        )


def _renumbered(before: PassageIndex, terms: NDArray[np.uint64]) -> LatentSpace:
    """Return the latent space of an index for other terms."""
    numbers = before.terms[before.latent.terms]
    places = np.minimum(np.searchsorted(terms, numbers), max(len(terms) - 1, 0))
    same = terms[places] == numbers if len(terms) else np.zeros(len(numbers), bool)
    return LatentSpace(places[same], before.latent.directions[same])


def _vectors(
    postings: Mapping[str, Postings],
    notes: NDArray[np.int64],
    files: int,
    terms: NDArray[np.uint64],
    latent: LatentSpace | None,
) -> tuple[LatentSpace, dict[str, NDArray[Any]]]:
    """Return the latent space, fitted where it is not given, and the vectors of passages and notes."""
    bodies, titles = postings["bodies"], postings["titles"]
    columns = bodies.term_of_each()
    rows = bodies.rows.astype(np.int64)
    counts = bodies.counts.astype(np.float32)
    rarities = rarity(bodies.frequencies, len(notes))
    weighted = SparseRows.build(
        rows, columns, (1 + np.log(counts)) * rarities[columns], (len(notes), len(terms))
    ).normalised()
    whole = _add_up(
        [notes[rows], titles.rows.astype(np.int64)],
        [columns, titles.term_of_each()],
        [counts, titles.counts.astype(np.float32)],
        (files, len(terms)),
    )
    of_notes = SparseRows(
        whole.starts, whole.columns, (1 + np.log(whole.values)) * rarities[whole.columns], whole.width
    ).normalised()
    latent = LatentSpace.fit(of_notes) if latent is None else latent
    packed: dict[str, NDArray[Any]] = {}
    for name, vectors in (
        ("latent.passage", latent.project(weighted)),
        ("latent.note", latent.project(of_notes)),
    ):
        packed[f"{name}s"], packed[f"{name}_scales"] = pack(vectors)
    return latent, packed | word_sums(bodies, titles, terms, (len(notes), files))


def _add_up(
    rows: Sequence[NDArray[np.int64]],
    columns: Sequence[NDArray[np.int64]],
    values: Sequence[NDArray[np.float32]],
    shape: tuple[int, int],
) -> SparseRows:
    """Return the sum of sparse matrices."""
    keys = np.concatenate(rows) * max(shape[1], 1) + np.concatenate(columns)
    unique, inverse = np.unique(keys, return_inverse=True)
    total = np.bincount(inverse, np.concatenate(values), len(unique)).astype(np.float32)
    return SparseRows.build(unique // max(shape[1], 1), unique % max(shape[1], 1), total, shape)
