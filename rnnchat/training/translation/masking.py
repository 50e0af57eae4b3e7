"""The pairs that a network learns from, with placeholders for what is copied (see `placeholders.py`).

Few pairs have something to copy. So these pairs come several times in an epoch, with different placeholders.
Frequent names and words for numbers, which the network translates as the words they are, are replaced in
further copies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnchat.tasks.translation.copied_names import CopiedNames
from rnnchat.tasks.translation.number_style import NumberStyle
from rnnchat.tasks.translation.placeholders import (
    COPY_PLACEHOLDERS,
    IsName,
    common_parts,
    mask_pair,
    without_placeholders,
)
from rnnchat.training.translation.number_words import number_words_in_both

COPIES = 3
"""A pair with placeholders comes this many times with others in their place."""
FREQUENT_NAMES_SHARE = 0.04
"""This share of the pairs with a frequent name comes again with a placeholder in place of the name."""

Texts = Sequence[tuple[str, str]]
"""Sentences and their translations."""


def names_and_style(texts: Texts) -> tuple[CopiedNames, NumberStyle]:
    """Return the names in pairs of sentences, and how numbers are written in the translations."""
    with_digits = [pair for pair in texts if any(map(str.isdigit, pair[0]))]
    numbers = [
        (first.text, second.text)
        for source, target in with_digits
        for first, second in common_parts(source, target, _is_no_name)
        if first.is_number
    ]
    return CopiedNames.found_in(texts), NumberStyle.learned_from(numbers)


def masked(texts: Texts, names: CopiedNames) -> list[tuple[str, str]]:
    """Return each pair once, with the first placeholders for what stands in both sentences."""
    is_name = _one_of(names.rare)
    return [mask_pair(*map(without_placeholders, pair), is_name) for pair in texts]


def with_copies(texts: Texts, names: CopiedNames, seed: int) -> list[tuple[str, str]]:
    """Return pairs as `masked` does, followed by further copies of those with something to copy."""
    random = np.random.default_rng(seed)
    once = masked(texts, names)
    copies: list[tuple[str, str]] = []
    rare, every = _one_of(names.rare), _one_of(names.rare | names.frequent)
    for pair, plain in zip(once, texts, strict=True):
        source, target = map(without_placeholders, plain)
        more = number_words_in_both(source, target)
        if pair != (source, target) or more:
            copies += [mask_pair(source, target, rare, _order(random), more) for _ in range(COPIES)]
        if random.random() < FREQUENT_NAMES_SHARE:
            named = mask_pair(source, target, every, _order(random), more)
            copies += [named] if named != pair else []
    return [*once, *copies]


def _order(random: np.random.Generator) -> list[int]:
    """Return the numbers of placeholders, half of the time in their order, and otherwise at random."""
    places = np.arange(len(COPY_PLACEHOLDERS))
    return [int(place) for place in (places if random.random() < 0.5 else random.permutation(places))]


def _one_of(names: frozenset[str]) -> IsName:
    return lambda word: word in names


def _is_no_name(word: str) -> bool:
    return False
