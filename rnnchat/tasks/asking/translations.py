"""Which other words a text may use for a word of a question, such as "speed" for "faster".

`rnnchat/training/asking/fit_translations.py` fits the probabilities to headings and the passages below them,
in collections that may be shipped. The method: A. Berger and J. Lafferty, Information retrieval as
statistical translation, 1999.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.tensors import read_safetensors

FILE = Path(__file__).parent / "translations.safetensors"
"""This file, which is part of the package, holds the translations."""


@dataclass(frozen=True)
class Translations:
    """For common terms, the other terms that stand for them in texts; terms are known by their numbers of 64
    bits."""

    terms: NDArray[np.uint64]
    """The numbers of all terms, sorted, (terms,)."""
    starts: NDArray[np.uint32]
    """Where the other terms of each term begin in `others`, (terms + 1,)."""
    others: NDArray[np.uint16]
    """The places of the other terms in `terms`."""
    roots: NDArray[np.uint8]
    """The square root of the probability that a text with the other term is about the term, from 0 to 255."""

    def of(self, number: int) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """Return the numbers of the terms that stand for a term, and the probability of each; the term itself
        is not among them."""
        place = int(np.searchsorted(self.terms, np.uint64(number)))
        if place == len(self.terms) or int(self.terms[place]) != number:
            return self.terms[:0], np.zeros(0, np.float32)
        cut = slice(int(self.starts[place]), int(self.starts[place + 1]))
        shares = np.square(self.roots[cut].astype(np.float32) / 255, dtype=np.float32)
        return self.terms[self.others[cut]], shares

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of the file."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@cache
def shipped_translations() -> Translations:
    """Return the translations that are part of the package."""
    tensors = read_safetensors(FILE.read_bytes())
    return Translations(**{field.name: tensors[field.name] for field in fields(Translations)})
