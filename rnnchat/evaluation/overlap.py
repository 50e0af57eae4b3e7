"""Overlap of a text with the notes that a model learned: how much of it occurs there word for word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.numeric import HASH_MULTIPLIER
from rnnchat.text.tokenizer import Tokenizer

WINDOW = 32
"""A run of this many pieces that occurs in both was copied from one to the other."""
CHECKED_BYTES = 1_000_000
"""Of longer texts, samples from all over them with about this many characters together are looked up."""
_MOST_SAMPLES = 64
"""At most this many samples of one text are looked up."""
_SAMPLE_CHARACTERS = 4096
"""A sample has at least this many characters, where the text has."""
_TABLE_BITS = 22
"""The number of leading bits of a hash by which most of the notes' hashes are ruled out."""


def overlap_share(notes: NDArray[np.integer[Any]], tokenizer: Tokenizer, texts: Iterable[str]) -> float:
    """Return the share of the pieces of `texts` that belong to a run of WINDOW pieces that `notes` have.

    `notes` (pieces,) are what a model has learned. Shorter runs are common phrases and do not count.
    """
    pieces = _joined([tokenizer.encode(text) for text in _sampled(texts)], tokenizer.size)
    count = int((pieces != tokenizer.size).sum())
    known = _among(_hashes(pieces), _hashes(notes))
    # A piece counts where any run that it belongs to is known: a running sum of starts and ends.
    changes = np.zeros(len(pieces) + 1, np.int64)
    starts = np.flatnonzero(known)
    np.add.at(changes, starts, 1)
    np.add.at(changes, starts + WINDOW, -1)
    return float((changes.cumsum() > 0).sum() / count) if count else 0.0


def _hashes(pieces: NDArray[np.integer[Any]]) -> NDArray[np.uint64]:
    """Return a hash (pieces - WINDOW + 1,) for each run of WINDOW `pieces`.

    It is a polynomial modulo 2^64, found from sums over all pieces (Karp and Rabin 1987).
    """
    count = len(pieces) - WINDOW + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    powers = np.full(len(pieces), HASH_MULTIPLIER, np.uint64)
    powers[0] = 1
    powers = np.multiply.accumulate(powers)
    cumulative = np.zeros(len(pieces) + 1, np.uint64)
    np.add.accumulate((pieces.astype(np.uint64) + np.uint64(1)) * powers, out=cumulative[1:])
    runs = cumulative[WINDOW:] - cumulative[:count]
    inverse_powers = np.full(count, pow(HASH_MULTIPLIER, -1, 2**64), np.uint64)
    inverse_powers[0] = 1
    hashes: NDArray[np.uint64] = runs * np.multiply.accumulate(inverse_powers)
    return hashes


def _among(hashes: NDArray[np.uint64], notes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which of `hashes` are among those of the notes."""
    table = np.zeros(1 << _TABLE_BITS, bool)
    shift = np.uint64(64 - _TABLE_BITS)
    table[hashes >> shift] = True
    return np.isin(hashes, notes[table[notes >> shift]])


def _joined(texts: Sequence[Sequence[int]], separator: int) -> NDArray[np.int64]:
    """Return the pieces of all texts in a row, each followed by a `separator` that no note has."""
    parts = [np.asarray([*text, separator], np.int64) for text in texts]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _sampled(texts: Iterable[str]) -> list[str]:
    """Return the texts, or samples from all over them where they are long."""
    texts = list(texts)
    size = sum(map(len, texts))
    if size <= CHECKED_BYTES:
        return texts
    samples = []
    for text in texts:
        share = len(text) * CHECKED_BYTES // size
        count = max(1, min(_MOST_SAMPLES, share // _SAMPLE_CHARACTERS))
        step, length = len(text) // count, share // count
        samples += [text[start : start + length] for start in range(0, len(text) - length + 1, max(1, step))]
    return samples
