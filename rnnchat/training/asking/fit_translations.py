"""Fit the translations of asking: ``python -m rnnchat.training.asking.fit_translations DATA``.

DATA holds the text collections. It takes two minutes on one core, most of them to read. The word vectors are
fitted before, with the same options.

A heading is taken for a translation of the passage below it: each of its terms was written either for one of
the passage's terms or for none of them. Expectation maximisation finds how probable each translation is.
What is seen seldom, or in one source alone, is not kept. The method: P. F. Brown et al., The mathematics of
statistical machine translation, 1993, model 1; its smoothing: R. C. Moore, Improving IBM word-alignment
model 1, 2004.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.latent import unit, unpack
from rnnchat.tasks.asking.terms import term_numbers
from rnnchat.tasks.asking.translations import FILE, Translations
from rnnchat.tasks.asking.word_vectors import WordVectors, shipped_vectors
from rnnchat.training.asking.corpus import PairCorpus
from rnnchat.training.asking.pairs import read_texts

MOST_OF_A_SOURCE = 6_000
"""About so many pairs of a source are read at most."""
MOST_IN_HEADING = 40
"""A heading with more different terms than this is none."""
MOST_IN_PASSAGE = 32
"""Of a passage, at most so many different terms are read, rather the rare ones."""
LEAST_IN_PASSAGE = 3
"""A passage with fewer different terms than this says too little."""
LEAST_PAIRS = 3
"""A translation is in at least so many pairs,"""
LEAST_SOURCES = 2
"""and in pairs of at least so many sources."""
LEAST_TRANSLATED = 0.5
"""A translation is expected at least so many times, by its probability in each pair."""
NO_TERM = 0.5
"""The probability at first that a term of a heading was written for no term of the passage."""
SMOOTHING = 8.0
"""So many occurrences of a term in passages count as if it translated to nothing."""
ROUNDS = 5
"""The number of rounds of expectation maximisation."""
KEPT = 14
"""For each term, at most so many translations are kept,"""
KEPT_NEIGHBOURS = 10
"""and so many terms whose vectors have nearly the same direction, which may have no probability."""
LEAST_COSINE = 0.35
"""The vectors of such terms have at least this cosine, and"""
COMMON = 12_000
"""such terms are among the most common ones, so many of them."""


@dataclass(frozen=True)
class _Links:
    """Each term of a heading with each term of the passage below it."""

    headings: NDArray[np.int64]
    """The terms of all headings, (terms of headings,)."""
    places: NDArray[np.int64]
    """The place in `headings` of each link, (links,)."""
    kinds: NDArray[np.int64]
    """The kind of each link, which says what is translated to what, (links,)."""
    targets: NDArray[np.int64]
    """The term of the heading for each kind, (kinds,)."""
    origins: NDArray[np.int64]
    """The term of the passage for each kind, (kinds,)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the translations and write them into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    parser.add_argument(
        "--hold-out",
        action="store_true",
        help="leave out what other fits learn from: the notes that are held out, and written questions",
    )
    parsed = parser.parse_args(arguments)
    corpus = PairCorpus.of(read_texts(parsed.data, hold_out=parsed.hold_out))
    fitted = fit(corpus, shipped_vectors())
    print(f"{len(fitted.terms):,} terms, {len(fitted.others):,} translations")
    replace_file(FILE, to_safetensors(fitted.tensors()), private=False)
    return 0


def fit(corpus: PairCorpus, vectors: WordVectors) -> Translations:
    """Return the translations of the terms of a corpus."""
    links = _links(corpus)
    probabilities, expected = _probabilities(links, corpus)
    size = len(corpus.names)
    background = np.bincount(links.headings, minlength=size) / len(links.headings)
    gain = expected * np.log(np.maximum(probabilities / (background[links.targets] + 1e-12), 1e-12))
    gain[(links.targets == links.origins) | (expected < LEAST_TRANSLATED)] = 0
    kept = _first_of_each(links.targets, gain, KEPT)
    targets, origins, shares = links.targets[kept], links.origins[kept], probabilities[kept]
    numbers = term_numbers(corpus.names)
    near_targets, near_origins = _neighbours(vectors, numbers)
    keys = np.concatenate([targets * size + origins, near_targets * size + near_origins])
    shares = np.concatenate([shares, np.zeros(len(near_targets))])
    keys, first = np.unique(keys, return_index=True)  # the first of equal ones has the probability
    order = np.argsort(numbers)
    place = np.argsort(order)
    targets, origins = place[keys // size], place[keys % size]
    by_target = np.argsort(targets, kind="stable")
    return Translations(
        numbers[order],
        np.searchsorted(targets[by_target], np.arange(size + 1)).astype(np.uint32),
        origins[by_target].astype(np.uint16),
        np.rint(255 * np.sqrt(shares[first][by_target])).astype(np.uint8),
    )


def _links(corpus: PairCorpus) -> _Links:
    """Return the links of all pairs that count; a title counts once, with the first passage below it."""
    random = np.random.default_rng(0)
    share = np.minimum(1, MOST_OF_A_SOURCE / np.bincount(corpus.sources))
    headings, passages, sources = [], [], []
    known: set[int] = set()
    for number in np.flatnonzero(random.random(len(corpus.pairs)) < share[corpus.sources]).tolist():
        title, heading, passage = corpus.pairs[number].tolist()
        parts = [corpus.text(heading)] if title in known else [corpus.text(heading), corpus.text(title)]
        known.add(title)
        asked, told = np.unique(np.concatenate(parts)), np.unique(corpus.text(passage))
        if not 0 < len(asked) <= MOST_IN_HEADING or len(told) < LEAST_IN_PASSAGE:
            continue
        if len(told) > MOST_IN_PASSAGE:
            by_chance = np.minimum(corpus.rarities[told], 7) + 6 * random.random(len(told))
            told = told[np.argsort(-by_chance)[:MOST_IN_PASSAGE]]
        headings.append(asked)
        passages.append(told)
        sources.append(corpus.sources[number])
    sizes = np.array([len(told) for told in passages])
    pair = np.repeat(np.arange(len(headings)), [len(asked) for asked in headings])
    asked, told = np.concatenate(headings), np.concatenate(passages)
    count = sizes[pair]
    places = np.repeat(np.arange(len(asked)), count)
    within = np.arange(len(places)) - np.repeat(np.cumsum(count) - count, count)
    keys = asked[places] * len(corpus.names) + told[within + (np.cumsum(sizes) - sizes)[pair][places]]
    unique, kinds, counts = np.unique(keys, return_inverse=True, return_counts=True)
    spread = np.unique(kinds * (max(sources) + 1) + np.array(sources)[pair][places]) // (max(sources) + 1)
    counted = (counts >= LEAST_PAIRS) & (np.bincount(spread, minlength=len(unique)) >= LEAST_SOURCES)
    is_kept = counted[kinds]
    unique = unique[counted]
    return _Links(
        asked,
        places[is_kept],
        (np.cumsum(counted) - 1)[kinds[is_kept]],
        unique // len(corpus.names),
        unique % len(corpus.names),
    )


def _probabilities(links: _Links, corpus: PairCorpus) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability of each kind of link, and how often it is expected in all pairs."""
    size = len(corpus.names)
    background = np.bincount(links.headings, minlength=size) / len(links.headings)
    by_chance = NO_TERM * background[links.headings]
    probabilities = np.where(links.targets == links.origins, 0.3, 0.005)
    expected = probabilities
    for _ in range(ROUNDS):
        share = probabilities[links.kinds] * ((1 - NO_TERM) / MOST_IN_PASSAGE)
        whole = np.bincount(links.places, share, len(links.headings)) + by_chance
        expected = np.bincount(links.kinds, share / whole[links.places], len(links.targets))
        said = np.bincount(links.origins, expected, size)
        probabilities = expected / (said[links.origins] + SMOOTHING)
    return probabilities, expected


def _first_of_each(groups: NDArray[np.int64], values: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Return the places of the `most` highest values above 0 of each group."""
    order = np.lexsort((-values, groups))
    starts = np.searchsorted(groups[order], np.arange(groups.max(initial=-1) + 1))
    rank = np.arange(len(order)) - starts[groups[order]]
    return order[(rank < most) & (values[order] > 0)]


def _neighbours(
    vectors: WordVectors, numbers: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return terms, and terms whose vectors in texts have nearly the direction of theirs in questions."""
    places = vectors.places(numbers)
    known = np.flatnonzero(places >= 0)
    common = known[known < COMMON]  # the most common terms come first
    asked = unit(unpack(vectors.questions[places[known]], vectors.question_scales[places[known]]))
    told = unit(unpack(vectors.texts[places[common]], vectors.text_scales[places[common]]))
    targets, origins = [], []
    for begin in range(0, len(known), 1_000):
        cosines = asked[begin : begin + 1_000] @ told.T
        cosines[known[begin : begin + 1_000, None] == common] = -1
        nearest = np.argpartition(-cosines, KEPT_NEIGHBOURS, axis=1)[:, :KEPT_NEIGHBOURS]
        row, column = np.nonzero(np.take_along_axis(cosines, nearest, 1) >= LEAST_COSINE)
        targets.append(known[begin + row])
        origins.append(common[nearest[row, column]])
    return np.concatenate(targets), np.concatenate(origins)


if __name__ == "__main__":
    sys.exit(main())
