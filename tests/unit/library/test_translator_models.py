"""A translator is a model like others in the library, but no language model."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from rnnchat import checking
from rnnchat.checking import check_model
from rnnchat.errors import ModelError
from rnnchat.library.card import NETWORK, TOKENIZER, TRANSLATION_MEMORY, Card
from rnnchat.library.describe import describe_card, describe_entry
from rnnchat.library.models import Library, to_safetensors
from rnnchat.library.translators import translator_names
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_classifier, load_model, load_translator
from rnnchat.tasks.base import card_section
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.task import PhraseTranslation
from rnnchat.tasks.translation.translator import Translator
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny
from tests.helpers.translation import UpperCaseDecoder, sentence_pairs

SCORES = {"bleu": 30.0, "chrf": 50.0, "memory_bleu": 20.0, "memory_chrf": 40.0, "sentences": 500.0}


def publish(library: Library, name: str = "fr", **more: bytes) -> Card:
    memory = TranslationMemory.build(sentence_pairs())
    files = {TRANSLATION_MEMORY: to_safetensors(memory.to_tensors()), **more}
    card = Card(
        name=name,
        created="2026-01-02T03:04:05+00:00",
        network={"cell": "gru", "parameters": 6} if more else {},
        files={},
        learned_from={"files": 1, "bytes": 900, "pairs": 80, "languages": ["English", "French"]},
        **card_section(PhraseTranslation(), SCORES if more else {}),
    )
    return library.publish_files(card, files)[0]


def test_it_is_saved_listed_checked_and_loaded(library: Library) -> None:
    publish(library)
    entry = library.find("fr")
    assert describe_entry(entry)["summary"] == "80 pairs, English → French, 900 B"
    assert dict(describe_card(entry))["quality"].startswith("not measured")
    assert check_model(library, entry) == []
    assert load_translator(library, "fr").translate("the dog sees a lamp").text == "Le chien voit une lampe"
    library.rename("fr", "french")
    library.copy("french", "other")
    assert translator_names(library) == ["french", "other"]
    library.delete("other")
    publish(library, "french")
    assert library.roll_back("french") == 3


def test_what_needs_another_task_refuses_it(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish(library)
    publish_tiny(library, "tiny", tokenizer, tiny_shape)
    with pytest.raises(ModelError, match=r"translates phrases, .* predicts text") as caught:
        load_model(library, "fr")
    assert "rnnchat translate" in caught.value.hint
    with pytest.raises(ModelError, match=r"translates phrases, .* labels texts"):
        load_classifier(library, "fr")
    with pytest.raises(ModelError, match=r"predicts text, .* translates phrases") as caught:
        load_translator(library, "tiny")
    assert "translate train" in caught.value.hint
    with pytest.raises(ModelError, match="another task"):
        publish(library, "tiny")


def test_a_network_is_saved_with_it_and_checked(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = to_safetensors({"w": np.ones((2, 3), np.float16)})
    publish(library, **{NETWORK: weights, TOKENIZER: b"pieces"})
    saved = library.load_translator("fr")
    assert saved.weights is not None
    assert (saved.weights["w"].shape, saved.tokenizer) == ((2, 3), b"pieces")
    described = dict(describe_card(library.find("fr")))
    assert described["quality"] == (
        "BLEU 30.0, chrF 50.0 on 500 sentences that were kept back"
        " (the nearest pair alone: BLEU 20.0, chrF 40.0)"
    )
    memory = TranslationMemory.from_tensors(saved.memory)
    for confidence, problem in ((0.4, ""), (float("nan"), "does not predict probabilities")):
        translator = Translator(memory, UpperCaseDecoder(confidence))
        monkeypatch.setattr(checking, "translator_from_saved", lambda _, found=translator: found)
        problems = check_model(library, library.find("fr"))
        assert bool(problems) == bool(problem)
        assert all(problem in line for line in problems)
    publish(library, **{NETWORK: to_safetensors({"w": np.full(3, np.inf, np.float32)}), TOKENIZER: b"x"})
    assert "not a finite number" in check_model(library, library.find("fr"))[-1]


def test_damage_is_found(library: Library) -> None:
    publish(library)
    version = library.version_folders(library.find("fr"))[-1]
    file = version / TRANSLATION_MEMORY
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "has changed" in check_model(library, library.find("fr"))[0]
    file.unlink()
    assert "missing" in library.find("fr").problem


@pytest.mark.parametrize("pairs", [-1, "many", 1.5])
def test_a_card_with_a_wrong_number_of_pairs_is_damaged(library: Library, pairs: object) -> None:
    card = json.loads(publish(library).to_json())
    damaged = {**card, "learned_from": {**card["learned_from"], "pairs": pairs}}
    with pytest.raises(ModelError, match=re.escape("learned_from.pairs")):
        Card.from_json(json.dumps(damaged).encode())
