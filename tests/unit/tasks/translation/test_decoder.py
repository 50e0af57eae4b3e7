"""Translating with a network and its tokenizer: placeholders, evidence, and earlier versions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.translation import pair_tokenizer
from rnnchat.tasks.translation.copying_rules import CopyingRules
from rnnchat.tasks.translation.decoder import NetworkDecoder
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.network import TranslationShape
from rnnchat.tasks.translation.pair_tokenizer import PairTokenizer, train_pair_tokenizer
from rnnchat.tasks.translation.placeholders import NUMBER_PLACEHOLDERS, PLACEHOLDERS
from rnnchat.tasks.translation.target_pieces import TARGET_PIECES
from rnnchat.tasks.translation.translator import Translator
from tests.helpers.translation import random_translation_weights, sentence_pairs

TEXTS = [text for pair in sentence_pairs() for text in (pair.source, pair.target)]


def tokenizer_and_weights(seed: int = 0) -> tuple[PairTokenizer, dict[str, NDArray[Any]]]:
    tokenizer = train_pair_tokenizer(TEXTS, 90)
    shape = TranslationShape(tokenizer.size, tokenizer.size, 8, 6, 8)
    weights: dict[str, NDArray[Any]] = {**random_translation_weights(shape, seed)}
    weights[TARGET_PIECES] = np.arange(tokenizer.size, dtype=np.int32)
    return tokenizer, weights


def test_each_placeholder_is_a_piece() -> None:
    tokenizer, _ = tokenizer_and_weights()
    assert set(tokenizer.placeholders) == set(PLACEHOLDERS)
    text = f"The {NUMBER_PLACEHOLDERS[0]}cat"
    assert tokenizer.placeholders[NUMBER_PLACEHOLDERS[0]] in tokenizer.encode(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text


@pytest.mark.parametrize("seed", range(4))
def test_any_network_copies_the_numbers(seed: int) -> None:
    tokenizer, weights = tokenizer_and_weights(seed)
    decoder = NetworkDecoder({**weights, **CopyingRules().to_tensors()}, tokenizer.model)
    found = Translator(TranslationMemory.build(sentence_pairs()), decoder).translate("The cat sees 12 or 7.")
    assert (found.text.count("12"), found.text.count("7")) == (1, 1)
    assert not set(found.text) & set(PLACEHOLDERS)


def test_a_translation_comes_with_its_evidence() -> None:
    tokenizer, weights = tokenizer_and_weights()
    decoder = NetworkDecoder({**weights, **CopyingRules().to_tensors()}, tokenizer.model)
    decoded = decoder.decode("The cat sees §.")
    evidence = decoded.evidence
    assert evidence is not None
    assert evidence.least_log <= evidence.mean_log < 0
    assert 0 < evidence.coverage <= 1
    assert 0 < evidence.unknown < 1
    assert evidence.length == len(tokenizer.encode("The cat sees §.")) - 1


def test_a_translator_of_an_earlier_version_still_translates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_tokenizer, "PLACEHOLDERS", ())
    tokenizer, weights = tokenizer_and_weights()
    monkeypatch.undo()
    decoder = NetworkDecoder(weights, tokenizer.model)
    assert (decoder.copying, decoder.confidence) == (None, None)
    found = Translator(TranslationMemory.build(sentence_pairs()), decoder).translate("The cat sees 12.")
    assert found.text
    assert 0 < found.confidence < 1


def test_damaged_lists_are_refused() -> None:
    tokenizer, weights = tokenizer_and_weights()
    tensors = {**weights, **CopyingRules().to_tensors(), "copying": np.zeros(3, np.uint8)}
    with pytest.raises(ModelError, match="what is copied is damaged"):
        NetworkDecoder(tensors, tokenizer.model)
