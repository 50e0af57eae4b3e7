"""How well a translator translates sentences that were kept back from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from rnnchat.tasks.translation.confidence import GOOD_CHRF
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.metrics import bleu, chrf, is_by_character
from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.phrases import PhraseError
from rnnchat.tasks.translation.protocols import PhraseDecoder
from rnnchat.tasks.translation.translator import Translator
from rnnchat.training.translation.calibrate import calibration_error

MOST_MEASURED = 500
"""At most this many sentences are translated to measure a translator."""
FEWEST_MEASURED = 20
"""With fewer sentences, a score would be chance."""

Report = Callable[[int, int], None]
"""Takes how many sentences are done, and how many there are; may raise an exception to stop."""


def measure_translator(
    train: Sequence[SentencePair],
    test: Sequence[SentencePair],
    decoder: PhraseDecoder | None,
    report: Report = lambda done, of: None,
) -> dict[str, float]:
    """Return the BLEU and chrF of a translator on sentences of `test`; empty where these are too few.

    Its memory has the pairs of `train` alone. ``memory_bleu`` and ``memory_chrf`` are those of the nearest
    pair of each sentence. ``bleu`` and ``chrf``, with a `decoder`, are those of the whole. A sentence that is
    not translated counts as itself. ``good`` is the share of good translations in per cent, and
    ``calibration_error`` by how much the confidences are off on average, in percentage points.
    """
    sources, expected = sentences_to_measure(test)
    if len(sources) < FEWEST_MEASURED or not train:
        return {}
    memory = TranslationMemory.build(train)
    by_character = is_by_character([target for targets in expected for target in targets])
    nearest = [nearest_translation(memory, source) for source in sources]
    scores = {
        "memory_bleu": bleu(nearest, expected, by_character=by_character),
        "memory_chrf": chrf(nearest, expected),
        "sentences": float(len(sources)),
    }
    if decoder is not None:
        translator = Translator(memory, decoder)
        found, confidences = [], []
        for number, source in enumerate(sources):
            report(number, len(sources))
            text, confidence = _translated(translator, source)
            found.append(text)
            confidences.append(confidence)
        scores["bleu"] = bleu(found, expected, by_character=by_character)
        scores["chrf"] = chrf(found, expected)
        if decoder.confidence is not None:
            good = [chrf([text], [own]) >= GOOD_CHRF for text, own in zip(found, expected, strict=True)]
            scores["calibration_error"] = 100 * calibration_error(confidences, good)
            scores["good"] = 100 * sum(good) / len(good)
    return {name: round(value, 2) for name, value in scores.items()}


def sentences_to_measure(test: Sequence[SentencePair]) -> tuple[list[str], list[list[str]]]:
    """Return at most MOST_MEASURED sources of the pairs of a `test`, and all translations of each."""
    references: dict[str, list[str]] = {}
    for pair in test:
        references.setdefault(pair.source, []).append(pair.target)
    sources = sorted(references, key=lambda source: sha256(source.encode()).digest())[:MOST_MEASURED]
    return sources, [references[source] for source in sources]


def nearest_translation(memory: TranslationMemory, source: str) -> str:
    """Return the translation of the nearest source in a memory; `source` itself where nothing is near."""
    pair = memory.same(source) or next(iter(memory.nearest(source)), None)
    return source if pair is None else pair.target


def _translated(translator: Translator, source: str) -> tuple[str, float]:
    """Return the translation of a sentence with its confidence; the sentence itself where there is none."""
    try:
        found = translator.translate(source)
    except PhraseError:
        return source, 0.0
    return found.text, found.confidence
