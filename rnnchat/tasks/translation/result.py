"""Translations, with where they are from and what is probably wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rnnchat.tasks.translation.phrases import PhraseError
from rnnchat.tasks.translation.protocols import NearPair

FROM_MEMORY = "memory"
"""The origin of a translation that is a pair of the memory."""
FROM_NETWORK = "network"
"""The origin of a translation that a network made."""
FROM_TEXT = "copy"
"""The origin of a translation that is the text itself, as it has no words."""
UNTRANSLATED = "untranslated"
"""The origin of a sentence that stays as it is, among others, because it cannot be translated."""


@dataclass(frozen=True)
class Translation:
    """A translation, and where it is from."""

    text: str
    origin: str
    """FROM_MEMORY, FROM_NETWORK, FROM_TEXT or UNTRANSLATED; of several sentences, the least certain one."""
    similarity: float
    """How similar the nearest source of the memory is, from 0 to 1; of several sentences, the least."""
    source: NearPair | None
    """The pair that the text is from; None where it is the network's, or of several sentences."""
    confidence: float
    """How probable it is that the translation is good, from 0 to 1; of several sentences, the least.

    Of a pair, it is its similarity, and at least SAME_WORDS where only numbers were replaced. Where that was
    not fitted, it is the mean probability of the translation's pieces.
    """
    parts: tuple[Translation, ...] = ()
    """The translation of each sentence, where there are several."""
    doubt: str = ""
    """What is probably wrong with it, in a few words; usually nothing."""
    numbers: tuple[tuple[str, str], ...] = ()
    """The numbers of the pair that were replaced, each with the one in its place."""

    def as_dict(self) -> dict[str, Any]:
        """Return the translation as it is printed for programs."""
        source = self.source
        values = {
            "text": self.text,
            "from": self.origin,
            "similarity": round(self.similarity, 4),
            "source": source and {"line": source.line, "text": source.source, "translation": source.target},
            "confidence": round(self.confidence, 4),
        }
        if self.numbers:
            values["replaced"] = [{"number": old, "by": new} for old, new in self.numbers]
        if self.doubt:
            values["doubt"] = self.doubt
        if self.parts:
            values["sentences"] = [part.as_dict() for part in self.parts]
        return values


@dataclass(frozen=True)
class NetworkTranslation:
    """What a network made of a phrase."""

    text: str
    missing: tuple[str, ...]
    """What should have been copied and was not."""
    similarity: float
    """How similar the nearest source of the memory is, from 0 to 1."""
    mean_probability: float
    """The geometric mean of the probabilities of its pieces."""
    figures: tuple[float, ...] | None
    """Those by which it is judged (see `confidence.py`); None where they are not known."""


def replaced_numbers(numbers: Sequence[tuple[str, str]]) -> str:
    """Return which numbers of a pair were replaced by which, in words."""
    return ", ".join(f"{new} in place of {old}" for old, new in numbers)


def joined(text: str, parts: Sequence[Translation]) -> Translation:
    """Return the translation of several sentences."""
    origins = {part.origin for part in parts}
    origin = next(one for one in (UNTRANSLATED, FROM_NETWORK, FROM_MEMORY, FROM_TEXT) if one in origins)
    similarity = min(part.similarity for part in parts)
    confidence = min(part.confidence for part in parts)
    doubt = next((part.doubt for part in parts if part.doubt), "")
    return Translation(text, origin, similarity, None, confidence, tuple(parts), doubt)


def untranslated(phrase: str, error: PhraseError) -> Translation:
    """Return a phrase as it is, with the reason why it could not be translated."""
    reason = error.message[:1].lower() + error.message[1:].rstrip(".")
    doubt = f"“{shortened(phrase)}” is left as it is: {reason}"
    return Translation(phrase, UNTRANSLATED, 0.0, None, 0.0, doubt=doubt)


def shortened(text: str, most: int = 40) -> str:
    """Return a text in a form that fits a line."""
    return text if len(text) <= most else f"{text[:most]}…"
