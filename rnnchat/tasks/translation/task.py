"""Translation as a task: the pieces of a translation are predicted from those of the sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnnchat.tasks.base import TRANSLATE, MaskedPieces


@dataclass(frozen=True)
class PhraseTranslation:
    """The task of translating a phrase."""

    name: str = TRANSLATE
    labels: Sequence[str] = ()
    metrics: Sequence[str] = (
        "bleu",
        "chrf",
        "memory_bleu",
        "memory_chrf",
        "sentences",
        "good",
        "calibration_error",
    )
    encode_text: Callable[[str], Sequence[int]] | None = None
    """Returns a text as pieces; a memory alone needs none."""

    def encode(self, example: tuple[str, str]) -> MaskedPieces:
        """Return a sentence and its translation as pieces; only those of the translation count."""
        if self.encode_text is None:
            raise ValueError("without a tokenizer, examples cannot be encoded")
        source, target = map(self.encode_text, example)
        return MaskedPieces([*source, *target], [False] * len(source) + [True] * len(target))

    def decode(self, output: str) -> str:
        """Return a translation, which is text already."""
        return output
