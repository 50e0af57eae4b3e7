"""Word vectors: words that are used alike are near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.vectors.words import LEAST_COUNT, NamedVectors, fit_word_vectors, says_little, words_of

ANIMALS = ("cat", "dog", "horse")
TOOLS = ("hammer", "saw", "drill")


def sentences(count: int = 400) -> list[str]:
    """Return sentences in which animals and tools have neighbours of their own."""
    random = np.random.default_rng(1)
    made = []
    for _ in range(count):
        animal, tool = random.choice(ANIMALS), random.choice(TOOLS)
        made.append(f"the {animal} eats fresh hay in its stable")
        made.append(f"a {tool} lies on the bench beside some nails")
    return made


def test_words_that_are_used_alike_are_near() -> None:
    vectors = fit_word_vectors(sentences())
    for words in (ANIMALS, TOOLS):
        nearest = [name for name, _ in vectors.nearest(words[0], 2)]
        assert sorted(nearest) == sorted(words[1:])


def test_vectors_have_length_1_and_names_are_counted() -> None:
    vectors = fit_word_vectors(sentences(20))
    assert np.allclose(np.linalg.norm(vectors.vectors, axis=1), 1, atol=1e-5)
    assert vectors.names.index("the") < vectors.names.index("cat")


def test_the_same_texts_give_the_same_vectors() -> None:
    assert np.array_equal(fit_word_vectors(sentences(5)).vectors, fit_word_vectors(sentences(5)).vectors)


def test_a_text_boundary_separates_words() -> None:
    apart = fit_word_vectors(["north south", "east west"] * 20)
    nearest, cosine = apart.nearest("north", 3)[-1]
    assert nearest in ("east", "west") and cosine < 0.1


@pytest.mark.parametrize("texts", [[], [""], ["one two three"], ["\n \t", "?!"]])
def test_too_few_words_give_no_vectors(texts: list[str]) -> None:
    assert fit_word_vectors(texts).names == ()


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError, match="zebra"):
        fit_word_vectors(sentences(5)).nearest("zebra", 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t rename snake_case, e-mail me!", ["don’t", "rename", "snake_case", "e-mail", "me"]),
        ("Über die Größe", ["über", "die", "größe"]),
        ("我喜欢git命令", ["我", "喜", "欢", "git", "命", "令"]),
        ("_emphasis_ *strong*", ["emphasis", "strong"]),
        ("version 12.3 of v2", ["version", "of", "v2"]),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert list(words_of(text)) == words


@given(st.lists(st.text(max_size=60), max_size=12))
def test_any_text_gives_finite_vectors(texts: list[str]) -> None:
    vectors = fit_word_vectors(texts * LEAST_COUNT)
    assert np.isfinite(vectors.vectors).all()
    assert len(vectors.names) == len(vectors.vectors) == len(set(vectors.names))


def test_words_of_grammar_and_single_letters_say_little() -> None:
    assert all(map(says_little, ("to", "that", "s", "的")))
    assert not any(map(says_little, ("hay", "王", "go")))


def test_the_words_nearest_to_a_mean() -> None:
    diagonal = np.array([[1, 0], [0, 1], [0.6, 0.8], [0.8, 0.6]], np.float32)
    vectors = NamedVectors(("a", "b", "to", "hay"), diagonal)
    assert [name for name, _ in vectors.nearest_to_mean(("a", "b"), 9)] == ["to", "hay"]
    found = vectors.nearest_to_mean(("a", "b"), 9, says_little)
    assert found == [("hay", pytest.approx(0.99, abs=0.01))]
