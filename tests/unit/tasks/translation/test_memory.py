"""The translation memory: same and similar sentences, and that other numbers or names are never the same."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.translation.choice import one_pair_for_each_source
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.similarity import SAME_WORDS
from rnnchat.tasks.translation.words import without_accents, words_of
from tests.helpers.translation import sentence_pairs

WORDS = st.lists(st.sampled_from("a the Tom Marie 3 30 3.5 élève eleve 雨 not $ -3".split()), max_size=8)


def memory_of(*rows: tuple[str, str]) -> TranslationMemory:
    return TranslationMemory.build([SentencePair(*row, line) for line, row in enumerate(rows, 1)])


@pytest.mark.parametrize(
    ("text", "similarity"),
    [
        ("Où est l'élève ?", 1.0),
        ("où est  L'ÉLÈVE ?", 0.98),
        ("où est l’élève", 0.95),
        ("Ou est l'eleve ?", 0.91),
    ],
)
def test_the_same_words_are_found(text: str, similarity: float) -> None:
    pair = memory_of(("Non.", "No."), ("Où est l'élève ?", "Where is the pupil?")).same(text)
    assert pair is not None
    assert (pair.similarity, pair.line, pair.target) == (similarity, 2, "Where is the pupil?")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("I paid $35 for it.", "I paid $3.5 for it."),
        ("It is -3 degrees.", "It is 3 degrees."),
        ("Add 5%.", "Add 5."),
        ("Tom is here.", "Tim is here."),
        ("I do know him.", "I do not know him."),
        (f"{'word ' * 40}one", f"{'word ' * 40}two"),
        ("雨在下。", "雪在下。"),
        ("We're late.", "Were late."),
    ],
)
def test_other_numbers_and_names_are_never_the_same(text: str, other: str) -> None:
    memory = memory_of((other, "x"), ("Something else.", "y"))
    assert memory.same(text) is None
    assert memory.nearest(text)[0].similarity < SAME_WORDS


@given(WORDS, WORDS)
def test_same_means_the_same_words_up_to_accents(query: list[str], stored: list[str]) -> None:
    memory = memory_of((" ".join(stored) or ".", "x"), ("b c", "y"))
    text = " ".join(query)
    found = memory.same(text)
    is_same = [without_accents(word) for word in query if word] == [without_accents(word) for word in stored]
    assert (found is not None) == (is_same and bool(query))
    for pair in memory.nearest(text, 5):
        assert 0 <= pair.similarity < SAME_WORDS


@given(WORDS)
def test_similarity_grows_with_common_words(words: list[str]) -> None:
    text = " ".join([*words, "here"])
    memory = memory_of(
        (f"{text} now", "one more"), (f"{text} right now", "two more"), ("quite another", "none")
    )
    found = memory.nearest(text, 3)
    assert [pair.target for pair in found[:2]] == ["one more", "two more"]
    assert found[0].similarity > found[1].similarity


def test_nearest_of_many() -> None:
    memory = TranslationMemory.build(sentence_pairs())
    best, second = memory.nearest("The dog follows a boat and a lamp", 2)
    assert best.source == "The dog follows a boat."
    assert 0.4 < second.similarity <= best.similarity
    assert memory.nearest("The dog follows a boat and a lamp", 5, least=0.9) == []
    assert memory.nearest("zzz") == []
    assert memory.nearest("") == []
    assert memory.knows("dog")
    assert not memory.knows("zzz")


def test_a_saved_memory_is_the_same() -> None:
    built = TranslationMemory.build([*sentence_pairs(), SentencePair("!?", "!?", 99)])
    saved = TranslationMemory.from_tensors(read_safetensors(to_safetensors(built.to_tensors())))
    assert len(saved) == len(built) == 81
    for text in ("the moon", "My aunt draws two eggs.", "!?"):
        assert saved.same(text) == built.same(text)
        assert saved.nearest(text, 3) == built.nearest(text, 3)


@pytest.mark.parametrize("name", ["sources", "targets", "vocabulary", "lines", "starts", "words"])
def test_damage_is_found(name: str) -> None:
    tensors = TranslationMemory.build(sentence_pairs()).to_tensors()
    array = tensors[name]
    damaged = [{**tensors, name: array[: len(array) // 2]}, {**tensors, name: array.astype(np.float32)}]
    damaged.append({key: value for key, value in tensors.items() if key != name})
    if name in ("words", "starts"):
        damaged.append({**tensors, name: array + np.uint32(2**30)})
    if name == "vocabulary":
        damaged.append({**tensors, name: np.frombuffer(zlib.compress(b"\n" * 999), np.uint8)})
    if name == "sources":
        damaged.append({**tensors, name: np.frombuffer(zlib.compress(b"\xff\n" * 80), np.uint8)})
    for arrays in damaged:
        with pytest.raises(ModelError, match="damaged"):
            TranslationMemory.from_tensors(arrays)


def test_the_translation_most_like_the_others_is_used() -> None:
    targets = ["Salut !", "Bonjour à tous !", "Bonjour !", "Bonjour tout le monde !"]
    pairs = [SentencePair("Hello!", target, line) for line, target in enumerate(targets, 1)]
    assert one_pair_for_each_source(pairs)[0].target == "Bonjour !"
    assert one_pair_for_each_source(pairs[:1] * 2)[0].target == "Salut !"
    assert words_of("Hello!") == ["hello"]


def test_the_uses_of_a_word_are_counted() -> None:
    memory = memory_of(
        ("A March.", "Un mars, mars."), ("March", "Marsouin «mars» d'été"), ("x", "démars été")
    )
    assert memory.pairs_with("march", 5) == [
        ("A March.", "Un mars, mars."),
        ("March", "Marsouin «mars» d'été"),
    ]
    assert memory.pairs_with("march", 1) == [("A March.", "Un mars, mars.")]
    assert memory.pairs_with("mar", 5) == []
    assert [memory.target_count(word, 9) for word in ("mars", "été", "Un", "z")] == [2, 2, 1, 0]
    assert memory.target_count("mars", 1) == 1
    assert memory.some_pairs(2) == [("A March.", "Un mars, mars."), ("x", "démars été")]
