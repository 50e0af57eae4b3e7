"""Translations: other words that stand for a word of a question."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.asking import other_words
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.notes import NoteFile, NotePassages
from rnnchat.tasks.asking.other_words import OtherWords
from rnnchat.tasks.asking.passages import Passage
from rnnchat.tasks.asking.terms import term_number, term_numbers
from rnnchat.tasks.asking.translations import Translations, shipped_translations

NAMES = ("cake", "bake", "oven", "train")
BAKE, OVEN = (term_number(name) for name in NAMES[1:3])


def translations() -> Translations:
    """Return translations by which "oven" and, rather seldom, "cake" stand for "bake"."""
    numbers = term_numbers(NAMES)
    order = np.argsort(numbers)
    place = np.argsort(order)
    own = place[1]
    starts = np.where(np.arange(len(NAMES) + 1) > own, 2, 0)
    return Translations(
        numbers[order],
        starts.astype(np.uint32),
        place[[2, 0]].astype(np.uint16),
        np.array([128, 51], np.uint8),
    )


def test_a_term_has_its_translations() -> None:
    others, probabilities = translations().of(BAKE)
    assert others.tolist() == [OVEN, term_number("cake")]
    np.testing.assert_allclose(probabilities, [0.252, 0.04], atol=0.001)


@pytest.mark.parametrize("name", ["oven", "zebra"])
def test_other_terms_have_none(name: str) -> None:
    others, probabilities = translations().of(term_number(name))
    assert not len(others)
    assert not len(probabilities)


def test_the_file_has_what_was_saved() -> None:
    found = translations()
    saved = Translations(**read_safetensors(to_safetensors(found.tensors())))
    for name, array in found.tensors().items():
        np.testing.assert_array_equal(saved.tensors()[name], array)


@pytest.fixture
def only_these(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(other_words, "shipped_translations", translations)
    yield


@pytest.mark.usefixtures("only_these")
def test_the_best_translation_in_a_passage_its_heading_or_its_title_counts() -> None:
    index = build_index(
        [
            NotePassages(NoteFile("a", 0, 0), (Passage("", "The cake is in the oven.", 1, 1, 0),)),
            NotePassages(
                NoteFile("b", 0, 0), (Passage("", "A cake.", 1, 1, 0), Passage("Oven", "Two.", 2, 2, 8))
            ),
            NotePassages(NoteFile("c", 0, 0, "Ovens"), (Passage("", "Warm.", 1, 1, 0),)),
            NotePassages(NoteFile("d", 0, 0), (Passage("", "To bake is to wait for a train.", 1, 1, 0),)),
        ]
    )
    found = OtherWords.of(index, BAKE)
    np.testing.assert_allclose(found.translated, [0.502, 0.2, 0.502, 0.502, 0], atol=0.001)
    assert not OtherWords.of(index, term_number("zebra")).translated.any()


def test_what_ships_knows_words_for_the_same_thing() -> None:
    others, probabilities = shipped_translations().of(term_number("faster"))
    found = dict(zip(others.tolist(), probabilities.tolist(), strict=True))
    assert found[term_number("speed")] > 0.02
    assert term_number("faster") not in found
    assert term_number("recip") not in found
