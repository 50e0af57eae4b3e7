"""A split of pairs into training, validation and test in which no sentence is on two sides.

One sentence often has several translations, which are translations of other sentences again. Pairs that are
joined in this way, directly or through others, are one component, and stay together. A random split of pairs
would put half of its test sentences into training, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.words import comparison_key

LARGEST_TEST_COMPONENT = 50
"""Larger components are for training alone: one would fill the test with variants of a few sentences."""
TEST_PAIRS = 2_000
"""The test has about this many pairs, within LEAST_SHARE and MOST_SHARE of all."""
LEAST_SHARE = 0.01
"""The test has at least about this share of all pairs."""
MOST_SHARE = 0.1
"""The test has at most about this share of all pairs."""


@dataclass(frozen=True)
class PairSplit:
    """Pairs for training, for validation while a network is trained, and for the test at the end."""

    train: tuple[SentencePair, ...]
    validation: tuple[SentencePair, ...]
    test: tuple[SentencePair, ...]


def split_pairs(pairs: Sequence[SentencePair], test_share: float | None = None) -> PairSplit:
    """Return the split of `pairs`; the same pairs are always split in the same way, in any order.

    `test_share` is about the share of pairs in the test; validation has half as many. By default it follows
    from TEST_PAIRS.
    """
    share = test_share
    if share is None:
        share = min(MOST_SHARE, max(LEAST_SHARE, TEST_PAIRS / max(1, len(pairs))))
    components = components_of(pairs)
    sizes = Counter(components)
    parts: dict[str, list[SentencePair]] = {"train": [], "validation": [], "test": []}
    places = {component: _place(component) for component in sizes}
    for pair, component in zip(pairs, components, strict=True):
        place = places[component]
        if sizes[component] > LARGEST_TEST_COMPONENT or place >= 1.5 * share:
            parts["train"].append(pair)
        else:
            parts["test" if place < share else "validation"].append(pair)
    return PairSplit(*(tuple(part) for part in parts.values()))


def components_of(pairs: Sequence[SentencePair]) -> list[str]:
    """Return the component of each pair, named by its first sentence in alphabetical order.

    Sentences that are the same up to case and punctuation count as one.
    """
    parents: dict[str, str] = {}

    def root(node: str) -> str:
        while parents.setdefault(node, node) != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    sources = [f"source {comparison_key(pair.source)}" for pair in pairs]
    for source, pair in zip(sources, pairs, strict=True):
        first, second = sorted((root(source), root(f"target {comparison_key(pair.target)}")))
        parents[second] = first  # the smaller name is the root, whatever the order of the pairs
    return [root(source) for source in sources]


def _place(component: str) -> float:
    """Return a number from 0 to 1 that is as good as random, but always the same for a component."""
    return int.from_bytes(sha256(component.encode()).digest()[:8], "big") / 2**64
