"""The fit of how confident a translator is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rnnchat.tasks.translation.confidence import quality_figures
from rnnchat.tasks.translation.evidence import Evidence
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.protocols import DecodedPhrase, NearPair
from rnnchat.tasks.translation.translator import Translator
from rnnchat.training.translation import calibrate
from rnnchat.training.translation.calibrate import calibration_error, fit_confidence
from tests.helpers.translation import UpperCaseDecoder, sentence_pairs

TARGETS = {pair.source: pair.target for pair in sentence_pairs()}
SURE, UNSURE = (Evidence(mean, 3 * mean, 0.8, 0.1, 0.0, 6) for mean in (-0.1, -2.0))


class HonestDecoder(UpperCaseDecoder):
    """Translates cats rightly and is sure of it, and the rest wrongly and is not."""

    def decode(
        self,
        text: str,
        near: Sequence[NearPair] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> DecodedPhrase:
        if "cat" in text or "aunt" in text:
            return DecodedPhrase(TARGETS[text], 0.5, SURE)
        return DecodedPhrase("Zut !", 0.5, UNSURE)


def test_what_the_network_is_sure_of_gets_more_confidence() -> None:
    pairs = sentence_pairs()
    reports: list[tuple[int, int]] = []
    model = fit_confidence(pairs, pairs, HonestDecoder(), lambda done, of: reports.append((done, of)))
    assert model is not None
    assert reports == [(number, 80) for number in range(80)]
    sure, unsure = (
        model.quality.probability(quality_figures(evidence, 0.7, 0.0)) for evidence in (SURE, UNSURE)
    )
    assert sure > 0.85
    assert unsure < 0.15
    translator = Translator(TranslationMemory.build(pairs), HonestDecoder())
    chances = []
    for text in ("The dog draws a lamp.", "the moon", "Le chien dessine une lampe.", "egt gdo wsra"):
        figures = translator.language_figures(text)
        assert figures is not None
        chances.append(model.language.probability(figures))
    assert min(chances[:2]) > 0.6
    assert max(chances[2:]) < 0.3


def test_few_sentences_and_no_evidence_fit_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = sentence_pairs()
    assert fit_confidence(pairs, pairs[:20], HonestDecoder()) is None
    assert fit_confidence(pairs, pairs, UpperCaseDecoder()) is None
    monkeypatch.setattr(calibrate, "MOST_JUDGED", 50)
    reports: list[int] = []
    fit_confidence(pairs, pairs, HonestDecoder(), lambda done, of: reports.append(of))
    assert len(reports) == reports[0] == 40


def test_the_error_is_that_of_the_bins() -> None:
    random = np.random.default_rng(0)
    chances = random.random(4_000)
    good = (random.random(4_000) < chances).tolist()
    assert calibration_error(chances.tolist(), good) < 0.03
    assert calibration_error([0.9] * 10, [True] * 4 + [False] * 6) == pytest.approx(0.5)
    assert calibration_error([1.0, 0.0], [True, False]) == 0
