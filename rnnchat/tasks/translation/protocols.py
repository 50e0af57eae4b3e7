"""What the parts of a translator give to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rnnchat.tasks.translation.confidence import ConfidenceModel
from rnnchat.tasks.translation.copying_rules import CopyingRules
from rnnchat.tasks.translation.evidence import Evidence


@dataclass(frozen=True)
class NearPair:
    """A pair of the memory that is similar to a text, or the same."""

    source: str
    """The sentence in the language that is translated from."""
    target: str
    """Its translation."""
    similarity: float
    """How similar the source is to the text, from 0 to 1; see `similarity.py`."""
    line: int
    """The line of the pair in the file that it was read from, from 1."""


@dataclass(frozen=True)
class DecodedPhrase:
    """What a network translated a phrase into."""

    text: str
    confidence: float
    """How probable the translation is, from 0 to 1: the geometric mean of its pieces' probabilities."""
    evidence: Evidence | None = None
    """What speaks for it and against it, where that is known."""


class PhraseDecoder(Protocol):
    """Translates a phrase with a network."""

    @property
    def copying(self) -> CopyingRules | None:
        """What is given to it as placeholders; None where it knows no placeholders."""
        ...

    @property
    def confidence(self) -> ConfidenceModel | None:
        """How its translations are judged; None where that was not fitted."""
        ...

    def decode(
        self,
        text: str,
        near: Sequence[NearPair] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> DecodedPhrase:
        """Return the translation of `text`.

        It may copy from the targets of the `near` pairs. `on_text` is called with the best translation so far
        as words are added to it.
        """
        ...
