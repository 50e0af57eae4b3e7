"""Word vectors: they find what other words say, and stay with their terms."""

from __future__ import annotations

import numpy as np

from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.asking.postings import Postings
from rnnchat.tasks.asking.terms import term_numbers
from rnnchat.tasks.asking.word_vectors import LARGEST, WordVectors, shipped_vectors

NAMES = ["boil", "cook", "drive", "car"]
VECTORS = np.array([[1, 0], [0.8, 0.6], [-1, 0.1], [0, -2]], np.float32)
PRECISION = 1 / (2 * LARGEST)
"""Packed values are off by at most this share of the largest one."""


def vectors() -> WordVectors:
    return WordVectors.build(term_numbers(NAMES), VECTORS, 2 * VECTORS)


def test_each_term_keeps_its_vector() -> None:
    found = vectors()
    assert np.all(np.diff(found.terms.astype(object)) > 0)
    for name, vector in zip(NAMES, VECTORS, strict=True):
        expected = vector / np.linalg.norm(vector)
        np.testing.assert_allclose(found.of_question(term_numbers([name])), expected, atol=PRECISION)


def test_a_question_without_known_terms_has_no_direction() -> None:
    assert not vectors().of_question(term_numbers(["zebra"])).any()
    assert not vectors().of_question(term_numbers([])).any()


def test_rows_are_sums_in_which_repeated_terms_count_less() -> None:
    numbers = np.sort(term_numbers([*NAMES, "zebra"]))
    places = [int(np.searchsorted(numbers, number)) for number in term_numbers(["boil", "car", "zebra"])]
    postings = Postings.build(np.array(places), np.array([0, 0, 2]), np.array([1, 5, 3]), len(numbers))
    rows = vectors().of_rows(postings, numbers, 3)
    expected = VECTORS[0] + (1 + np.log(5)) * VECTORS[3]
    np.testing.assert_allclose(rows[0], expected / np.linalg.norm(expected), atol=PRECISION)
    assert not rows[1:].any()


def test_the_file_has_what_was_saved() -> None:
    found = vectors()
    saved = WordVectors(**read_safetensors(to_safetensors(found.tensors())))
    for name, array in found.tensors().items():
        np.testing.assert_array_equal(saved.tensors()[name], array)


def test_what_ships_brings_words_of_like_meaning_together() -> None:
    shipped = shipped_vectors()
    first, same, other = (
        shipped.of_question(term_numbers([name])) for name in ("folder", "directori", "recip")
    )
    assert first @ same > first @ other + 0.2
