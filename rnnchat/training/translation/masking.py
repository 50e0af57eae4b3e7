"""The pairs that a network learns from, with placeholders for what is copied (see `placeholders.py`).

Few pairs have something to copy. So these pairs come several times in an epoch, with different placeholders.
Frequent names and words for numbers, which the network translates as the words they are, are replaced in
further copies. A few other pairs come again with a placeholder at their ends, as an emoji would stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rnnchat.tasks.translation.copied_names import CopiedNames
from rnnchat.tasks.translation.number_style import NumberStyle
from rnnchat.tasks.translation.placeholders import (
    COMPOUND_PLACEHOLDERS,
    COPY_PLACEHOLDERS,
    PLACEHOLDERS,
    IsName,
    common_parts,
    mask_pair,
    without_placeholders,
)
from rnnchat.tasks.translation.words import is_spaceless
from rnnchat.training.translation.number_words import number_words_in_both

COPIES = 3
"""A pair with placeholders comes this many times with others in their place."""
COMPOUND_COPIES = 12
"""A pair with a time, a date or the like, which are rarer still, comes this many times."""
FREQUENT_NAMES_SHARE = 0.04
"""This share of the pairs with a frequent name comes again with a placeholder in place of the name."""

ADDED_SHARE = 0.02
"""This share of the pairs comes again with a placeholder at the end of both sentences, …"""
FEWEST_ADDED = 1_000
"""… but at least so many, so that each placeholder is seen in every training."""
_END = re.compile(r"[\s\u00a0\u202f]*[.!?…。！？»”\"]*$")
"""Matches the signs that end a sentence."""

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
    return [
        mask_pair(without_placeholders(source), without_placeholders(target), is_name)
        for source, target in texts
    ]


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
            is_compound = any(placeholder in pair[0] for placeholder in COMPOUND_PLACEHOLDERS)
            copies += [
                mask_pair(source, target, rare, _order(random), more)
                for _ in range(COMPOUND_COPIES if is_compound else COPIES)
            ]
        if random.random() < FREQUENT_NAMES_SHARE:
            named = mask_pair(source, target, every, _order(random), more)
            copies += [named] if named != pair else []
    added = max(FEWEST_ADDED, round(ADDED_SHARE * len(once)))
    for place in random.integers(len(once), size=added).tolist():
        placeholder = PLACEHOLDERS[int(random.integers(len(PLACEHOLDERS)))]
        if placeholder not in once[place][0]:
            source, target = (_with_last(text, placeholder) for text in once[place])
            copies.append((source, target))
    return [*once, *copies]


def _with_last(text: str, placeholder: str) -> str:
    """Return a sentence with a placeholder after its last word."""
    end = _END.search(text)
    place = end.start() if end else len(text)
    space = "" if not place or is_spaceless(text[place - 1]) else " "
    return f"{text[:place]}{space}{placeholder}{text[place:]}"


def _order(random: np.random.Generator) -> list[int]:
    """Return the numbers of placeholders, half of the time in their order, and otherwise at random."""
    places = np.arange(len(COPY_PLACEHOLDERS))
    return [int(place) for place in (places if random.random() < 0.5 else random.permutation(places))]


def _one_of(names: frozenset[str]) -> IsName:
    return lambda word: word in names


def _is_no_name(word: str) -> bool:
    return False
