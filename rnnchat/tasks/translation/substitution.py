"""Translations of texts that differ from a pair in nothing but numbers, which are replaced in the pair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rnnchat.tasks.translation.number_style import AS_WRITTEN, NumberStyle
from rnnchat.tasks.translation.placeholders import CopiedPart, copied_parts
from rnnchat.tasks.translation.words import comparison_key

_SINGULAR = ("0", "1")
"""Nouns often have another form with these numbers than with others."""


@dataclass(frozen=True)
class SubstitutedTarget:
    """A translation of a pair with other numbers."""

    text: str
    numbers: tuple[tuple[str, str], ...]
    """Each number of the pair, and the one in its place."""


def substitute_numbers(
    text: str, source: str, target: str, style: NumberStyle = AS_WRITTEN
) -> SubstitutedTarget | None:
    """Return the translation of `text` by a pair that has other numbers in the same places.

    None where anything else differs, or where one of the numbers does not stand exactly once on both sides of
    the pair. Numbers are written as in the pair, or in `style` where those of the pair have no separators.
    """
    wanted, known, translated = (_numbers(each) for each in (text, source, target))
    if not wanted or len(wanted) != len(known) or _with_zeros(text, wanted) != _with_zeros(source, known):
        return None
    changed = [(own, other) for own, other in zip(wanted, known, strict=True) if own.key != other.key]
    places: list[tuple[CopiedPart, str]] = []
    for own, other in changed:
        same = [number for number in translated if number.key == other.key]
        is_once = len(same) == 1 and sum(number.key == other.key for number in known) == 1
        if not is_once or _shape(own) != _shape(other) or {own.key, other.key} & set(_SINGULAR):
            return None
        own_style = NumberStyle.learned_from([(other.text, same[0].text)] * 3)
        places.append((same[0], (style if own_style == AS_WRITTEN else own_style).apply(own.text)))
    if not changed:
        return None
    for place, number in sorted(places, key=lambda one: -one[0].start):
        target = target[: place.start] + number + target[place.end :]
    return SubstitutedTarget(target, tuple((other.text, own.text) for own, other in changed))


def _numbers(text: str) -> list[CopiedPart]:
    return [part for part in copied_parts(text, lambda word: False) if part.is_number]


def _with_zeros(text: str, numbers: Sequence[CopiedPart]) -> str:
    """Return what two texts have in common that differ in their numbers alone."""
    for number in reversed(numbers):
        text = f"{text[: number.start]}0{text[number.end :]}"
    return comparison_key(text)


def _shape(number: CopiedPart) -> str:
    """Return the signs of a number without groups, so that a time is not put in place of a year."""
    return re.sub(r"\d+", "0", number.key)
