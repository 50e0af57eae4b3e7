"""How probable it is that a network's translation is a good one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.translation.evidence import Evidence
from rnnchat.tasks.translation.logistic import LogisticModel
from rnnchat.tasks.translation.source_language import FIGURES

GOOD_CHRF = 60.0
"""A translation is good if its chrF with one that people made is at least this."""
QUALITY_CONFIDENCE = "confidence.quality"
"""The name of the array of the model of good translations, in the file with the network's weights."""
LANGUAGE_CONFIDENCE = "confidence.language"
"""The name of the array of the model of the source's language, in the same file."""
_QUALITY_FIGURES = 8
"""The length of what `quality_figures` returns."""


def quality_figures(evidence: Evidence, similarity: float, unknown_words: float) -> tuple[float, ...]:
    """Return the figures by which a translation is judged.

    `similarity` is that of the nearest pair, and `unknown_words` the share of the words that no pair has.
    """
    return (
        evidence.mean_log,
        evidence.least_log,
        evidence.coverage,
        abs(evidence.length_log),
        evidence.unknown,
        math.log(max(1, evidence.length)),
        similarity,
        unknown_words,
    )


@dataclass(frozen=True)
class ConfidenceModel:
    """Two models, fitted to sentences that were kept back from the network."""

    quality: LogisticModel
    """The probability that a translation is good, by `quality_figures`."""
    language: LogisticModel
    """The probability that a text is in the language of the sources, by `SourceLanguage.figures`."""

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to save, by name."""
        return {
            QUALITY_CONFIDENCE: self.quality.to_array(),
            LANGUAGE_CONFIDENCE: self.language.to_array(),
        }

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> ConfidenceModel | None:
        """Return what was saved; None where there is none, and raise ModelError where it is damaged."""
        found = {name: tensors[name] for name in (QUALITY_CONFIDENCE, LANGUAGE_CONFIDENCE) if name in tensors}
        if not found:
            return None
        if len(found) == 1:
            raise ModelError("The translator's confidence is damaged: a part is missing.")
        return cls(
            LogisticModel.from_array(found[QUALITY_CONFIDENCE], _QUALITY_FIGURES),
            LogisticModel.from_array(found[LANGUAGE_CONFIDENCE], FIGURES),
        )
