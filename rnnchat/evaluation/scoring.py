"""Bits per byte: how well a predictor does on text that it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.lm.protocols import AnyLanguageModel, Floats, Learn
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.text.tokenizer import Tokenizer

_SMALLEST = 1e-45
"""A probability of zero, or one that float32 cannot hold, counts as this one."""


@dataclass(frozen=True)
class Score:
    """How well a model predicted some texts."""

    bytes: int
    """The UTF-8 bytes of the raw texts."""
    pieces: int
    """The number of pieces that were predicted."""
    bits: float
    """−Σ log2 p over all pieces, newlines and single bytes included."""
    top1: float = math.nan
    """The share of pieces that were the likeliest; NaN where there were none."""

    @property
    def bits_per_byte(self) -> float:
        """The bits needed for each byte of text; NaN where there is no text."""
        return self.bits / self.bytes if self.bytes else math.nan


@dataclass(frozen=True, slots=True)
class PieceScore:
    """How well one piece was predicted."""

    bits: float
    """−log2 of its probability."""
    is_likeliest: bool
    """Whether no other piece was likelier."""


def score_pieces(
    predictor: AnyLanguageModel, pieces: Sequence[int], learn: Learn | None = None
) -> Iterator[PieceScore]:
    """Yield a score for each of `pieces` after the first one, which is only read.

    With `learn`, the predictor learns from each piece after it was scored.
    """
    if not pieces:
        return
    probabilities, state = predictor.step(pieces[0], predictor.start())
    for piece in pieces[1:]:
        bits = -math.log2(max(float(probabilities[piece]), _SMALLEST))
        yield PieceScore(bits, int(probabilities.argmax()) == piece)
        if learn is not None:
            learn(piece, state)
        probabilities, state = predictor.step(piece, state)


def score(
    predictor: AnyLanguageModel,
    tokenizer: Tokenizer,
    texts: Iterable[str],
    *,
    limit: int = 0,
    learn: Learn | None = None,
    progress: Callable[[int], None] | None = None,
) -> Score:
    """Score `texts`, each from the start of a note.

    Without `learn` the predictor learns nothing from them (static); with it, it learns from each piece
    after that was scored (adaptive). With a `limit`, stops at the end of the line in which that many bytes
    are reached, or within the line where it is longer than that itself. `progress` is called with the
    number of bytes done after each text.
    """
    size = pieces = hits = 0
    bits = 0.0
    for text in limit_texts(texts, limit):
        for one in score_pieces(predictor, [tokenizer.roles.start, *tokenizer.encode(text)], learn):
            bits += one.bits
            hits += one.is_likeliest
            pieces += 1
        size += len(text.encode())
        if progress is not None:
            progress(size)
    return Score(size, pieces, bits, hits / pieces if pieces else math.nan)


def score_network(network: RecurrentNetwork, tokenizer: Tokenizer, texts: Sequence[Sequence[int]]) -> Score:
    """Score a network on `texts`, lists of pieces, each from the start of a note; it reads them side by side.

    This gives the bits of `score` in a fraction of the time.
    """
    rows = sorted((text for text in texts if len(text)), key=len, reverse=True)
    lengths = np.array([len(text) for text in rows])
    pieces = np.full(len(rows), tokenizer.roles.start)
    state: tuple[Floats, ...] = tuple(
        np.broadcast_to(vector, (len(rows), len(vector))) for vector in network.start()
    )
    nats = 0.0
    for place in range(lengths[0] if rows else 0):
        active = int((lengths > place).sum())
        state = network.advance_all(pieces[:active], tuple(vectors[:active] for vectors in state))
        logits = network.logits(network.project(state))
        pieces = np.array([row[place] for row in rows[:active]])
        largest = logits.max(axis=1)
        own = logits[np.arange(active), pieces]
        nats += float((largest - own + np.log(np.exp(logits - largest[:, None]).sum(axis=1))).sum())
    size = sum(len(tokenizer.decode_bytes(row)) for row in rows)
    return Score(size, int(lengths.sum()), nats / math.log(2))


def limit_texts(texts: Iterable[str], limit: int) -> Iterator[str]:
    """Yield `texts` to the end of the line in which `limit` bytes are reached; all of them where it is 0."""
    size = 0
    for text in texts:
        if limit and size >= limit:
            break
        part = _first_lines(text, limit - size) if limit else text
        size += len(part.encode())
        yield part


def _first_lines(text: str, limit: int) -> str:
    """Return the lines of `text` up to the one that holds its `limit`th byte."""
    size = 0
    lines = []
    for line in text.splitlines(keepends=True):
        if len(line) > limit:
            line = line.encode()[: limit - size].decode("utf-8", "ignore")  # noqa: PLW2901
        lines.append(line)
        size += len(line.encode())
        if size >= limit:
            break
    return "".join(lines)
