"""Fits how confident a translator is, to sentences that its network has not learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from rnnchat.tasks.translation.confidence import GOOD_CHRF, ConfidenceModel
from rnnchat.tasks.translation.logistic import LogisticModel
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.metrics import chrf
from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.protocols import PhraseDecoder
from rnnchat.tasks.translation.translator import Translator

MOST_JUDGED = 400
"""At most this many translations are judged for the fit."""
FEWEST_JUDGED = 40
"""With fewer, nothing is fitted."""

Report = Callable[[int, int], None]
"""Takes how many sentences are done, and how many there are; may raise an exception to stop."""


def fit_confidence(
    train: Sequence[SentencePair],
    validation: Sequence[SentencePair],
    decoder: PhraseDecoder,
    report: Report = lambda done, of: None,
) -> ConfidenceModel | None:
    """Return what judges the translations of `decoder`; None where there are too few sentences.

    A translation counts as good if its chrF with one of `validation` is at least GOOD_CHRF. The language is
    fitted to tell the sources from their translations, and from sources with shuffled letters.
    """
    references: dict[str, list[str]] = {}
    for pair in validation:
        references.setdefault(pair.source, []).append(pair.target)
    sources = list(references)
    sources = sources[:: max(1, -(-len(sources) // MOST_JUDGED))]
    translator = Translator(TranslationMemory.build(train), decoder)
    figures: list[tuple[float, ...]] = []
    is_good: list[bool] = []
    for number, source in enumerate(sources):
        report(number, len(sources))
        decoded = translator.decode(source)
        if decoded.figures is not None:
            figures.append(decoded.figures)
            is_good.append(chrf([decoded.text], [references[source]]) >= GOOD_CHRF)
    if len(figures) < FEWEST_JUDGED:
        return None
    quality = LogisticModel.fit(np.array(figures), np.array(is_good))
    return ConfidenceModel(quality, _fit_language(translator, validation))


def calibration_error(confidences: Sequence[float], is_good: Sequence[bool]) -> float:
    """Return the expected calibration error, from 0 to 1, with ten bins of equal width.

    Source: Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning".
    """
    found, good = np.asarray(confidences), np.asarray(is_good, np.float64)
    bins = np.minimum((10 * found).astype(int), 9)
    gaps = [abs((good - found)[bins == number].sum()) for number in range(10)]
    return float(sum(gaps) / max(1, len(found)))


def _fit_language(translator: Translator, validation: Sequence[SentencePair]) -> LogisticModel:
    rows: list[tuple[float, ...]] = []
    labels: list[bool] = []
    random = np.random.default_rng(0)
    for pair in validation:
        texts = (pair.source, True), (pair.target, False), (_shuffled(pair.source, random), False)
        for text, is_source in texts:
            for part in _parts(text):
                figures = translator.language_figures(part)
                if figures is not None:
                    rows.append(figures)
                    labels.append(is_source)
    return LogisticModel.fit(np.array(rows), np.array(labels))


def _parts(text: str) -> Iterator[str]:
    """Yield a text and, as many phrases are short, its first words."""
    yield text
    words = text.split()
    if len(words) > 3:
        yield " ".join(words[:2])


def _shuffled(text: str, random: np.random.Generator) -> str:
    """Return a text with the letters of each word in another order."""
    return " ".join("".join(random.permutation(list(word))) for word in text.split())
