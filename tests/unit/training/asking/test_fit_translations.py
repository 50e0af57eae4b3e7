"""Fitting translations: words that stand for each other are found, and chance is not taken for one."""

from __future__ import annotations

import numpy as np

from rnnchat.tasks.asking.terms import term_number, term_numbers
from rnnchat.tasks.asking.word_vectors import WordVectors
from rnnchat.training.asking.corpus import PairCorpus
from rnnchat.training.asking.fit_translations import fit
from rnnchat.training.asking.pairs import Texts

NOISE = tuple(f"{first}{second}" for first in "bdfgklmnprst" for second in ("oan", "irk", "ulm", "elp"))
"""Words of headings that their passages have, too."""


def corpus(*, sources: int = 2) -> PairCorpus:
    """Return pairs in which "quick" is a heading above passages with "fast", and other words are chance."""
    random = np.random.default_rng(0)
    texts = Texts()
    for number in range(1_200):
        about = {0: ("quick", "fast"), 1: ("slow", "wait"), 2: ("lake", "lake")}.get(number % 40, ("", ""))
        first, *others = random.permutation(NOISE)[:5].tolist()
        heading = texts.add(f"{about[0]} {first}")
        passage = texts.add(f"{first} {about[1]} {' '.join(others)}")
        texts.pairs.append((texts.add(""), heading, passage))
        texts.sources.append(f"source {number // 40 % sources}")
    return PairCorpus.of(texts)


def of(found: PairCorpus, name: str) -> dict[int, float]:
    vectors = np.eye(len(found.names), 40, dtype=np.float32)
    fitted = fit(found, WordVectors.build(term_numbers(found.names), vectors, vectors))
    others, probabilities = fitted.of(term_number(name))
    return dict(zip(others.tolist(), probabilities.tolist(), strict=True))


def test_another_word_for_the_same_thing_is_found() -> None:
    found = of(corpus(), "quick")
    assert found[term_number("fast")] > 0.3
    assert max(found, key=found.__getitem__) == term_number("fast")
    assert term_number("wait") not in found


def test_a_word_that_the_passage_has_itself_needs_no_translation() -> None:
    assert max(of(corpus(), "lake").values(), default=0) < 0.1


def test_what_one_source_alone_has_is_not_kept() -> None:
    assert not of(corpus(sources=1), "quick")
