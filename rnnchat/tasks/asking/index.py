"""The index of a collection of notes: its passages, and where each term occurs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.asking.latent import LatentSpace, Vectors, pack, unpack
from rnnchat.tasks.asking.notes import NoteFile
from rnnchat.tasks.asking.passages import Passage
from rnnchat.tasks.asking.postings import Postings, rarity
from rnnchat.tasks.asking.word_vectors import shipped_vectors

FORMAT = 2
"""The number of the format of saved indexes."""
FIRST_FORMAT = 1
"""Indexes of this format have sums of other word vectors; these are counted anew when one is opened."""


@dataclass(frozen=True)
class PassageIndex:
    """Passages of notes and where their terms occur. Terms, passages and notes are numbered from 0."""

    files: tuple[NoteFile, ...]
    """The notes' files."""
    terms: NDArray[np.uint64]
    """The numbers of 64 bits of all terms, sorted, (terms,)."""
    bodies: Postings
    """The passages that have a term in their text."""
    headings: Postings
    """The passages that have a term in the headings above them."""
    titles: Postings
    """The notes that have a term in their title."""
    places: NDArray[np.int64]
    """The note, the first and the last line, and the first character in the file of each passage, (passages,
    4)."""
    text: bytes
    """The texts of all passages and then their headings, one after the other, in UTF-8."""
    ends: NDArray[np.int64]
    """Where each text and each heading ends in `text`, (2 · passages,)."""
    latent: LatentSpace
    packed: Mapping[str, NDArray[Any]]
    """The vectors of passages and notes as whole numbers, and their scales, by name."""

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def notes(self) -> NDArray[np.int64]:
        """The note of each passage, (passages,)."""
        return np.ascontiguousarray(self.places[:, 0])

    @cached_property
    def lengths(self) -> NDArray[np.float32]:
        """How many terms the text of each passage has, (passages,)."""
        return np.bincount(self.bodies.rows, self.bodies.counts, len(self)).astype(np.float32)

    @cached_property
    def note_lengths(self) -> NDArray[np.float32]:
        """How many terms each note has, (notes,)."""
        return np.bincount(self.notes, self.lengths, len(self.files)).astype(np.float32)

    @cached_property
    def title_lengths(self) -> NDArray[np.float32]:
        """How many different terms the title of each note has, (notes,)."""
        return np.bincount(self.titles.rows, minlength=len(self.files)).astype(np.float32)

    @cached_property
    def rarities(self) -> NDArray[np.float32]:
        """The inverse document frequency of each term among the notes, (terms,)."""
        term, note = self.bodies.term_of_each(), self.notes[self.bodies.rows]
        # The passages of a note follow each other, so that each note is counted where it begins.
        is_first = (np.diff(note, prepend=-1) != 0) | (np.diff(term, prepend=-1) != 0)
        found = np.bincount(term[is_first], minlength=len(self.terms))
        return rarity(np.maximum(found, self.titles.frequencies), len(self.files))

    @property
    def rarest(self) -> float:
        """The inverse document frequency of a term that the notes do not have."""
        return float(np.log1p(2 * len(self.files) + 1))

    @cached_property
    def latent_passages(self) -> Vectors:
        """The latent vectors of the passages, (passages, dimensions)."""
        return unpack(self.packed["latent.passages"], self.packed["latent.passage_scales"])

    @cached_property
    def latent_notes(self) -> Vectors:
        """The latent vectors of the notes, (notes, dimensions)."""
        return unpack(self.packed["latent.notes"], self.packed["latent.note_scales"])

    @cached_property
    def word_passages(self) -> Vectors:
        """The passages' sums of word vectors, (passages, dimensions)."""
        return unpack(self.packed["words.passages"], self.packed["words.passage_scales"])

    @cached_property
    def word_titles(self) -> Vectors:
        """The sums of word vectors of the titles, (notes, dimensions)."""
        return unpack(self.packed["words.titles"], self.packed["words.title_scales"])

    def passage(self, number: int) -> Passage:
        """Return a passage."""
        _, line, end, start = self.places[number].tolist()
        return Passage(self._text(len(self) + number), self._text(number), line, end, start)

    def file_of(self, number: int) -> NoteFile:
        """Return the file that a passage is in."""
        return self.files[int(self.notes[number])]

    def known(self, numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the term that has each of `numbers`; -1 where the notes do not have it."""
        if not len(self.terms):
            return np.full(len(numbers), -1)
        found = np.minimum(np.searchsorted(self.terms, numbers), len(self.terms) - 1)
        return np.where(self.terms[found] == numbers, found, -1)

    def _text(self, number: int) -> str:
        begin = int(self.ends[number - 1]) if number else 0
        return self.text[begin : int(self.ends[number])].decode("utf-8", "replace")

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to save."""
        files = json.dumps([list(asdict(file).values()) for file in self.files])
        return {
            "format": np.array([FORMAT], np.uint32),
            "files": np.frombuffer(files.encode(), np.uint8),
            "terms": self.terms,
            **self.bodies.tensors("bodies"),
            **self.headings.tensors("headings"),
            **self.titles.tensors("titles"),
            "places": self.places,
            "text": np.frombuffer(self.text, np.uint8),
            "ends": self.ends,
            **self.latent.tensors(),
            **self.packed,
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> PassageIndex:
        """Return the index that was saved as `tensors`; raise ModelError where they are none."""
        try:
            if int(tensors["format"][0]) not in (FIRST_FORMAT, FORMAT):
                raise ModelError("The index of the notes has another format.")
            files = tuple(NoteFile(*values) for values in json.loads(tensors["files"].tobytes()))
            index = cls(
                files,
                tensors["terms"],
                Postings.from_tensors(tensors, "bodies"),
                Postings.from_tensors(tensors, "headings"),
                Postings.from_tensors(tensors, "titles"),
                tensors["places"],
                tensors["text"].tobytes(),
                tensors["ends"],
                LatentSpace.from_tensors(tensors),
                {name: tensors[name] for name in _PACKED},
            )
            index._check()
            if not is_current(tensors):
                sizes = len(index), len(index.files)
                sums = word_sums(index.bodies, index.titles, index.terms, sizes)
                index = replace(index, packed={**index.packed, **sums})
        except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
            raise ModelError("The index of the notes is damaged.") from error
        return index

    def _check(self) -> None:
        """Raise ValueError where numbers of passages, notes or bytes do not fit together."""
        passages, notes, terms = len(self.places), len(self.files), len(self.terms)
        sound = (
            self.places.shape == (passages, 4)
            and self.ends.shape == (2 * passages,)
            and (not passages or (self.ends[0] >= 0 and self.ends[-1] == len(self.text)))
            and bool(np.all(np.diff(self.ends) >= 0))
            and (not passages or (self.notes.min() >= 0 and self.notes.max() < notes))
        )
        for postings, rows in ((self.bodies, passages), (self.headings, passages), (self.titles, notes)):
            starts = postings.starts
            sound = sound and (
                starts.shape == (terms + 1,)
                and starts[0] == 0
                and bool(np.all(np.diff(starts) >= 0))
                and starts[-1] == len(postings.rows) == len(postings.counts)
                and int(postings.rows.max(initial=0)) < max(rows, 1)
            )
        for name in ("latent.passages", "words.passages"):
            sound = sound and len(self.packed[name]) == passages
        for name in ("latent.notes", "words.titles"):
            sound = sound and len(self.packed[name]) == notes
        if not sound:
            raise ValueError("the arrays do not fit together")


_PACKED = tuple(
    f"{name}{kind}"
    for name in ("latent.passage", "latent.note", "words.passage", "words.title")
    for kind in ("s", "_scales")
)
"""The names of the vectors of passages and notes, and of their scales."""


def is_current(tensors: Mapping[str, NDArray[Any]]) -> bool:
    """Return whether a sound index was saved as this version saves it."""
    return int(tensors["format"][0]) == FORMAT


def word_sums(
    bodies: Postings, titles: Postings, terms: NDArray[np.uint64], sizes: tuple[int, int]
) -> dict[str, NDArray[Any]]:
    """Return the sums of word vectors of passages and titles, packed, by name.

    `terms` are the numbers of all terms, and `sizes` says how many passages and notes there are.
    """
    vectors = shipped_vectors()
    passages, passage_scales = pack(vectors.of_rows(bodies, terms, sizes[0]))
    of_titles, title_scales = pack(vectors.of_rows(titles, terms, sizes[1]))
    return {
        "words.passages": passages,
        "words.passage_scales": passage_scales,
        "words.titles": of_titles,
        "words.title_scales": title_scales,
    }
