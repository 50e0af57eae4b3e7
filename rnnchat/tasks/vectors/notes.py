"""Vectors of notes: their latent vectors, with the paths as names."""

from __future__ import annotations

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.vectors.words import NamedVectors


def note_vectors(index: PassageIndex) -> NamedVectors:
    """Return the vectors of the notes of an index, whose names are the paths of the files.

    See `rnnchat.tasks.asking.latent`. A note with nothing in common with another has the vector 0.
    """
    return NamedVectors(tuple(file.path for file in index.files), index.latent_notes)
