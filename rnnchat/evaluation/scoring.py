"""How well a predictor does on text it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rnnchat.lm.protocols import AnyLanguageModel, Learn
from rnnchat.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class Score:
    """What scoring some texts gave."""

    bytes: int
    """The UTF-8 bytes of the raw texts."""
    pieces: int
    bits: float
    """−Σ log2 p over all pieces, newlines and byte pieces included."""
    top1: float = math.nan
    """The share of pieces that were the likeliest."""

    @property
    def bits_per_byte(self) -> float:
        """The bits needed for each byte of text."""
        return self.bits / self.bytes if self.bytes else math.nan


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

    Without `learn` nothing is learned from them (static); with it, it is given each piece with the
    state before it, once that piece has been scored (adaptive). With a `limit`, stops at the end of
    the line in which so many bytes are reached, or within it where it is longer than that itself.
    `progress` is given the bytes done after each text.
    """
    size = pieces = hits = 0
    bits = 0.0
    for text in limited(texts, limit):
        encoded = tokenizer.encode(text)
        probabilities, state = predictor.step(tokenizer.roles.start, predictor.start())
        for piece in encoded:
            bits -= math.log2(max(float(probabilities[piece]), 1e-45))
            hits += int(probabilities.argmax()) == piece
            if learn is not None:
                learn(piece, state)
            probabilities, state = predictor.step(piece, state)
        size += len(text.encode())
        pieces += len(encoded)
        if progress is not None:
            progress(size)
    return Score(size, pieces, bits, hits / pieces if pieces else math.nan)


def limited(texts: Iterable[str], limit: int) -> Iterator[str]:
    """Yield `texts` to the end of the line in which `limit` bytes are reached; all of them where it is 0."""
    size = 0
    for text in texts:
        if limit and size >= limit:
            break
        part = _within(text, limit - size) if limit else text
        size += len(part.encode())
        yield part


def _within(text: str, limit: int) -> str:
    """Return the lines of `text` up to the one in which its `limit`th byte stands."""
    size = 0
    kept = []
    for line in text.splitlines(keepends=True):
        if len(line) > limit:
            line = line.encode()[: limit - size].decode("utf-8", "ignore")  # noqa: PLW2901
        kept.append(line)
        size += len(line.encode())
        if size >= limit:
            break
    return "".join(kept)
