"""Language modelling as a task: every piece of a text is predicted from those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnchat.tasks.base import LANGUAGE_MODEL, MaskedPieces
from rnnchat.text.chat_format import note_document
from rnnchat.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class LanguageModelling:
    """The task of predicting the next piece of a text."""

    tokenizer: Tokenizer
    name: str = LANGUAGE_MODEL
    labels: Sequence[str] = ()
    metrics: Sequence[str] = ("bits_per_byte", "bytes")

    def encode(self, example: str) -> MaskedPieces:
        """Return a text as pieces, all of which count."""
        return MaskedPieces(note_document(self.tokenizer, self.tokenizer.encode(example)))

    def decode(self, output: Sequence[int]) -> str:
        """Return the text of pieces that were generated."""
        return self.tokenizer.decode(list(output))
