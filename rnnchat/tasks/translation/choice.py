"""Which of several translations of the same sentence is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.words import words_of


def one_pair_for_each_source(pairs: Sequence[SentencePair]) -> list[SentencePair]:
    """Return one pair for each different source, in the order of the first of each.

    It is the one whose target has the most words in common with the other translations of the same words.
    This is minimum Bayes risk (Kumar and Byrne 2004) with each translation as probable as the others. Of
    several such targets, the shortest is used, and then the one that comes first.
    """
    by_source: dict[str, list[SentencePair]] = {}
    for pair in pairs:
        by_source.setdefault(pair.source, []).append(pair)
    return [same[0] if len(same) == 1 else _most_typical(same) for same in by_source.values()]


def _most_typical(pairs: Sequence[SentencePair]) -> SentencePair:
    bags = [Counter(words_of(pair.target)) for pair in pairs]
    shares = [
        sum(_overlap(bag, other) for place, other in enumerate(bags) if place != own)
        for own, bag in enumerate(bags)
    ]
    best = min(range(len(pairs)), key=lambda place: (-shares[place], len(pairs[place].target), place))
    return pairs[best]


def _overlap(words: Counter[str], others: Counter[str]) -> float:
    """Return the share of words that two sentences have in common (Dice's coefficient)."""
    return 2 * (words & others).total() / max(1, words.total() + others.total())
