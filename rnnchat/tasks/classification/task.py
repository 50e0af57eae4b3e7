"""Classification as a task: the label of a text is predicted from the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.base import CLASSIFY, MaskedPieces
from rnnchat.text.chat_format import note_document
from rnnchat.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class LabelProbability:
    """A label, and how probable it is for a text."""

    name: str
    probability: float


@dataclass(frozen=True)
class Classification:
    """The task of labelling a text."""

    labels: Sequence[str]
    name: str = CLASSIFY
    metrics: Sequence[str] = ("accuracy", "accuracy_top3", "macro_f1", "texts")
    tokenizer: Tokenizer | None = None
    """Encodes examples for a network; a linear classifier needs none."""

    def encode(self, example: tuple[str, str]) -> MaskedPieces:
        """Return a text and its label as pieces; only those of the label, and the end, count."""
        if self.tokenizer is None:
            raise ValueError("without a tokenizer, examples cannot be encoded")
        text, label = (self.tokenizer.encode(part) for part in (f"{example[0]}\n", example[1]))
        pieces = note_document(self.tokenizer, [*text, *label])
        counted = len(label) + 1
        return MaskedPieces(pieces, [False] * (len(pieces) - counted) + [True] * counted)

    def decode(self, output: NDArray[np.floating], count: int = 5) -> tuple[LabelProbability, ...]:
        """Return the `count` likeliest labels, given the probability of each (labels,)."""
        order = np.argsort(-output, kind="stable")[:count]
        return tuple(LabelProbability(self.labels[place], float(output[place])) for place in order)
