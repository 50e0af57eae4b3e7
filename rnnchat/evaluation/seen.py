"""How much of a text a model has seen: what of it stands word for word in the notes that it learned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.text.tokenizer import Tokenizer

STRETCH = 32
"""So many pieces in a row that stand in the notes were copied from them, or the notes from where they are."""
CHECKED_BYTES = 1_000_000
"""Of more text than this, parts of all of it are looked up."""
_PARTS = 64
_FACTOR = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64


def seen_share(notes: NDArray[np.integer[Any]], tokenizer: Tokenizer, texts: Iterable[str]) -> float:
    """Return the share of the pieces of `texts` in stretches of STRETCH pieces that stand in `notes`.

    `notes` are the pieces that a model has learned. Shorter stretches are how anybody writes.
    """
    pieces = _joined([tokenizer.encode(text) for text in _sampled(texts)], tokenizer.size)
    counted = int((pieces != tokenizer.size).sum())
    known = _among(_hashes(pieces), _hashes(notes))
    # A piece is seen where any stretch that it belongs to is known: a difference of cumulative counts.
    changes = np.zeros(len(pieces) + 1, np.int64)
    starts = np.flatnonzero(known)
    np.add.at(changes, starts, 1)
    np.add.at(changes, starts + STRETCH, -1)
    return float((changes.cumsum() > 0).sum() / counted) if counted else 0.0


def _hashes(pieces: NDArray[np.integer[Any]]) -> NDArray[np.uint64]:
    """Return a number for each STRETCH of `pieces` in a row, the same for the same pieces.

    It is a polynomial modulo 2^64, found from sums over all pieces (Karp and Rabin 1987).
    """
    count = len(pieces) - STRETCH + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    powers = np.full(len(pieces), _FACTOR, np.uint64)
    powers[0] = 1
    powers = np.multiply.accumulate(powers)
    cumulative = np.zeros(len(pieces) + 1, np.uint64)
    np.add.accumulate((pieces.astype(np.uint64) + np.uint64(1)) * powers, out=cumulative[1:])
    stretches = cumulative[STRETCH:] - cumulative[:count]
    backwards = np.full(count, pow(_FACTOR, -1, 2**64), np.uint64)
    backwards[0] = 1
    hashes: NDArray[np.uint64] = stretches * np.multiply.accumulate(backwards)
    return hashes


def _among(hashes: NDArray[np.uint64], notes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell which of `hashes` are among those of the notes; a table of first bits drops most of these."""
    table = np.zeros(1 << 22, bool)
    shift = np.uint64(64 - 22)
    table[hashes >> shift] = True
    return np.isin(hashes, notes[table[notes >> shift]])


def _joined(texts: Sequence[Sequence[int]], between: int) -> NDArray[np.int64]:
    """Return the pieces of all texts in a row, with one `between` them that no note has."""
    parts = [np.asarray([*text, between], np.int64) for text in texts]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _sampled(texts: Iterable[str]) -> list[str]:
    """Return the texts, or parts from all over them where they are long."""
    texts = list(texts)
    size = sum(map(len, texts))
    if size <= CHECKED_BYTES:
        return texts
    parts = []
    for text in texts:
        share = len(text) * CHECKED_BYTES // size
        count = max(1, min(_PARTS, share // 4096))
        step, length = len(text) // count, share // count
        parts += [text[start : start + length] for start in range(0, len(text) - length + 1, max(1, step))]
    return parts
