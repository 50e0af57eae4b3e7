"""How confident a translator is: the models, what they are fitted to, and what is saved."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.errors import ModelError
from rnnchat.tasks.translation.confidence import ConfidenceModel
from rnnchat.tasks.translation.copied_names import CopiedNames
from rnnchat.tasks.translation.copying_rules import COPYING, CopyingRules
from rnnchat.tasks.translation.logistic import LogisticModel
from rnnchat.tasks.translation.number_style import NumberStyle
from rnnchat.tasks.translation.source_language import FIGURES, SourceLanguage

ENGLISH = dict.fromkeys("the cat sees a boat with his aunt and this thing there".split(), 5)
FRENCH = dict.fromkeys("le chat voit un bateau avec sa tante et cette chose où".split(), 5)


def test_a_fit_finds_the_probabilities() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(3, 2, (4_000, 2))
    chances = 1 / (1 + np.exp(-(rows[:, 0] - 3)))
    model = LogisticModel.fit(rows, random.random(4_000) < chances)
    for value in (1.0, 3.0, 5.0):
        assert model.probability([value, 3.0]) == pytest.approx(1 / (1 + np.exp(3 - value)), abs=0.05)
    saved = LogisticModel.from_array(model.to_array(), 2)
    assert saved.probability([4.0, 0.0]) == pytest.approx(model.probability([4.0, 0.0]), abs=1e-5)


def test_labels_that_are_all_the_same_make_no_certainty() -> None:
    model = LogisticModel.fit(np.arange(20.0)[:, None], np.ones(20, np.bool_))
    assert 0.8 < model.probability([10.0]) < 0.99


def test_words_and_letters_show_the_language() -> None:
    language = SourceLanguage(ENGLISH, FRENCH)
    own, other, none = (
        language.figures(text.split()) for text in ("the cat with this", "le chat avec cette", "tkj wqzx")
    )
    assert len(own) == FIGURES
    assert (own[0], other[0], none[0]) == (0, 1, 1)
    assert own[2] > 0 > other[2]
    assert own[4] > 0 > other[4]
    assert own[3] > none[3]
    assert language.figures(["thest"])[3] > language.figures(["tkjwq"])[3]


def test_what_was_fitted_is_saved() -> None:
    random = np.random.default_rng(1)
    models = [
        LogisticModel.fit(random.normal(0, 1, (50, size)), random.random(50) < 0.5) for size in (8, FIGURES)
    ]
    tensors = ConfidenceModel(*models).to_tensors()
    found = ConfidenceModel.from_tensors(tensors)
    assert found is not None
    assert found.quality.probability([1.0] * 8) == pytest.approx(models[0].probability([1.0] * 8), abs=1e-5)
    assert ConfidenceModel.from_tensors({}) is None
    for name in tensors:
        with pytest.raises(ModelError, match="confidence is damaged"):
            ConfidenceModel.from_tensors({name: tensors[name]})
        with pytest.raises(ModelError, match="confidence is damaged"):
            ConfidenceModel.from_tensors({**tensors, name: tensors[name][:, :2]})


def test_what_is_copied_is_saved() -> None:
    rules = CopyingRules(CopiedNames(frozenset(("Zoé", "Ann")), frozenset()), NumberStyle(" "), [4, 7])
    assert CopyingRules.from_tensors(rules.to_tensors()) == rules
    assert CopyingRules.from_tensors({}) is None
    for damaged in (b"=\t=\t=\n\n\xff", b"=\n\n", b"=\t=\t="):
        tensors = {**rules.to_tensors(), COPYING: np.frombuffer(damaged, np.uint8)}
        with pytest.raises(ModelError, match="damaged"):
            CopyingRules.from_tensors(tensors)
