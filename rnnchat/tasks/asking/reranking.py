"""Put the best passages in order a second time, by more evidence and with a small neural network.

The network sees what the first order saw, how far each passage is behind the best one in it, and what only
the text of a passage shows, such as words in the order of the question.
`rnnchat/training/asking/fit_reranking.py` fitted it to questions to other people's notes. Words near each
other: D. Metzler and W. B. Croft, A Markov random field model for term dependencies, 2005.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.latent import unit
from rnnchat.tasks.asking.ranking import FEATURES as FIRST
from rnnchat.tasks.asking.ranking import MOST_TERMS, Question, best, evidence, note_scores, score
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.tasks.asking.terms import STOP_WORDS, terms_of, words_of
from rnnchat.tasks.asking.word_vectors import shipped_vectors

FILE = Path(__file__).parent / "reranker.safetensors"
"""This file, which is part of the package, holds the network."""
RERANKED = 64
"""So many passages with the best scores are put in order a second time, and"""
RERANKED_BY_VECTORS = 48
"""so many whose vectors are nearest to the question's, some of which have other words."""
SOFTENED = 8.0
"""A passage whose score by the network is this much lower has 1/e of the other one's score."""
_BEHIND = ("body", "note", "covered", "latent_note", "words", "translated", "similar")
"""The kinds of evidence that are also compared to the passage that has most of it."""
_OF_TEXT = (
    "exact",
    "small_words",
    "in_order",
    "near",
    "window",
    "rarest",
    "rarest_missing",
    "first_at",
)
_OF_PLACE = (
    "in_heading",
    "in_title",
    "of_title",
    "words_note",
    "length",
    "passages",
    "first_passage",
)
_OF_QUESTION = ("terms", "unknown", "most_covered")
FEATURES = (
    *FIRST,
    *(f"{name}_behind" for name in _BEHIND),
    "score_behind",
    "best_of_note",
    *_OF_TEXT,
    *_OF_PLACE,
    *_OF_QUESTION,
)
"""What the network sees of each passage, in order."""
RISING = frozenset(FEATURES) - {
    "rarest_missing",
    "length",
    "passages",
    "first_passage",
    *_OF_QUESTION,
}
"""More of these never makes a passage worse, so that one in whose title and text everything is found is not
put behind others because such passages were rare when the network was fitted."""
NEAR = 8
"""Two words at most this far apart are near each other, in words."""
WINDOW = 24
"""So many words in a row may hold the answer."""
MOST_READ = 4_000
"""Only the first so many characters of a passage are read again."""
MOST_PLACES = 16
"""Only the first so many places of a term in a passage are compared to those of another one."""
_WORD = re.compile(r"[^\W_]+")


@cache
def shipped_reranker() -> ScoringNetwork:
    """Return the network that is part of the package."""
    return ScoringNetwork.from_tensors(read_safetensors(FILE.read_bytes()))


@dataclass(frozen=True)
class Ranked:
    """What speaks for each passage, and the scores by which they are put in order."""

    found: NDArray[np.float32]
    """The evidence of `ranking.evidence`, (features, passages)."""
    scores: NDArray[np.float32]
    """A score of each passage, above 0 where anything speaks for it, (passages,)."""


def rank(index: PassageIndex, question: Question) -> Ranked:
    """Return how well each passage fits a question, the best ones by the network's order."""
    found = evidence(index, question)
    scores = score(found)
    chosen = chosen_passages(found, scores)
    if not len(chosen):
        return Ranked(found, scores)
    again = shipped_reranker().scores(features_of(index, question, found, scores, chosen))
    again = scores.max() * np.exp((again - again.max()) / SOFTENED)
    # The other passages follow, in their first order.
    scores[chosen] = 0
    scores *= min(1.0, 0.99 * again.min() / max(float(scores.max()), 1e-6))
    scores[chosen] = again
    return Ranked(found, scores)


def chosen_passages(found: NDArray[np.float32], scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the numbers of the passages that are put in order a second time, in ascending order.

    `found` is the evidence for all passages, and `scores` are their first scores.
    """
    numbers = {*best(scores, RERANKED), *best(found[FIRST.index("words")], RERANKED_BY_VECTORS)}
    return np.array(sorted(number for number in numbers if scores[number] > 0), np.int64)


def features_of(
    index: PassageIndex,
    question: Question,
    found: NDArray[np.float32],
    scores: NDArray[np.float32],
    chosen: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return what the network sees of the `chosen` passages, (chosen, features).

    `found` is the evidence for all passages, and `scores` are their first scores.
    """
    rows = [FIRST.index(name) for name in _BEHIND]
    own = found[:, chosen]
    highest = found.max(axis=1)
    notes = index.notes[chosen]
    top = note_scores(scores, index)
    columns = [
        *own,
        *(own[rows] - highest[rows, None]),
        scores[chosen] - scores.max(),
        scores[chosen] - top[notes],
        *_of_text(index, question, chosen).T,
        *_of_place(index, question, chosen).T,
        np.full(len(chosen), np.log1p(len(question.numbers))),
        np.full(len(chosen), _share_unknown(question)),
        np.full(len(chosen), highest[FIRST.index("covered")]),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _share_unknown(question: Question) -> float:
    return float(question.rarities[question.terms < 0].sum() / max(question.rarities.sum(), 1e-6))


def _of_text(index: PassageIndex, question: Question, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what the texts of passages show, (chosen, features), in the order of _OF_TEXT."""
    terms = list(dict.fromkeys(terms_of(question.text)))[:MOST_TERMS]
    weights = dict(zip(terms, question.rarities.tolist(), strict=True))
    words = dict.fromkeys(_WORD.findall(question.text.lower()))
    small = [word for word in words if word in STOP_WORDS]
    plain = {word: max((weights.get(term, 0.0) for term in terms_of(word)), default=0.0) for word in words}
    beginnings = {term[:2] for term in terms}
    known: dict[str, tuple[str, ...]] = {}
    result = np.zeros((len(chosen), len(_OF_TEXT)), np.float32)
    for at, number in enumerate(chosen.tolist()):
        passage = index.passage(number)
        text = f"{passage.heading}\n{passage.text}"[:MOST_READ]
        present = set(_WORD.findall(text.lower()))
        result[at, 0] = sum(weight for word, weight in plain.items() if word in present) / max(
            sum(plain.values()), 1e-6
        )
        result[at, 1] = sum(word in present for word in small) / max(len(small), 1)
        result[at, 2:] = _closeness(terms, weights, _told(text, beginnings, known))
    return result


def _told(text: str, beginnings: Set[str], known: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the terms of a text in order; one that does not begin as any of `beginnings`, two letters each,
    may be left empty, as stems take time. `known` keeps what words stand for from one text to the next."""
    told: list[str] = []
    for word in words_of(text):
        terms = known.get(word)
        if terms is None:
            terms = known[word] = _terms_of_word(word, beginnings)
        told += terms
    return told


def _terms_of_word(word: str, beginnings: Set[str]) -> tuple[str, ...]:
    is_plain = word.isascii() and word.isalpha() and (word.islower() or word.istitle() or word.isupper())
    if is_plain and (lower := word.lower())[:2] not in beginnings:
        return () if lower in STOP_WORDS else ("",)
    return tuple(terms_of(word))


def _closeness(terms: Sequence[str], weights: dict[str, float], told: Sequence[str]) -> tuple[float, ...]:
    """Return how close the terms of a question are to each other among those of a passage, and where."""
    whole = max(sum(weights.values()), 1e-6)
    hits = [(place, term) for place, term in enumerate(told) if term in weights]
    places: dict[str, list[int]] = {}
    for place, term in hits:
        if len(found := places.setdefault(term, [])) < MOST_PLACES:
            found.append(place)
    in_order = near = possible = 0.0
    for first, second in pairwise(terms):
        weight = weights[first] + weights[second]
        possible += weight
        gaps = [b - a for a in places.get(first, ()) for b in places.get(second, ())]
        in_order += weight * (1 in gaps)
        near += weight * any(-NEAR <= gap <= NEAR for gap in gaps)
    window = inside = 0.0
    begin = 0
    counts = dict.fromkeys(weights, 0)
    for place, term in hits:
        inside += 0 if counts[term] else weights[term]
        counts[term] += 1
        while place - hits[begin][0] >= WINDOW:
            left = hits[begin][1]
            counts[left] -= 1
            inside -= 0 if counts[left] else weights[left]
            begin += 1
        window = max(window, inside)
    rarest = max(weights, key=weights.__getitem__, default="")
    missing = max((weight for term, weight in weights.items() if term not in places), default=0.0)
    return (
        in_order / max(possible, 1e-6),
        near / max(possible, 1e-6),
        window / whole,
        float(rarest in places),
        missing / max(weights.get(rarest, 0.0), 1e-6),
        1 - hits[0][0] / len(told) if hits else 0.0,
    )


def _of_place(index: PassageIndex, question: Question, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what headings, titles and notes of passages show, (chosen, features), in the order of
    _OF_PLACE."""
    in_heading, in_title = np.zeros(len(index), np.float32), np.zeros(len(index.files), np.float32)
    shared = np.zeros(len(index.files), np.float32)
    for term, weight in zip(question.terms.tolist(), question.rarities.tolist(), strict=True):
        if term >= 0:
            in_heading[index.headings.of(term)[0]] += weight
            rows = index.titles.of(term)[0]
            in_title[rows] += weight
            shared[rows] += 1
    whole = max(float(question.rarities.sum()), 1e-6)
    notes = index.notes[chosen]
    asked = shipped_vectors().of_question(question.numbers)
    different, place = np.unique(notes, return_inverse=True)
    first = np.searchsorted(index.notes, different)
    last = np.searchsorted(index.notes, different, side="right")
    alike = np.array(
        [
            unit(index.word_passages[begin:end].sum(axis=0)) @ asked
            for begin, end in zip(first.tolist(), last.tolist(), strict=True)
        ],
        np.float32,
    )
    first, last, alike = first[place], last[place], alike[place]
    return np.stack(
        [
            in_heading[chosen] / whole,
            in_title[notes] / whole,
            shared[notes] / np.maximum(index.title_lengths[notes], 1),
            alike,
            np.log1p(index.lengths[chosen]),
            np.log1p(last - first),
            (chosen == first).astype(np.float32),
        ],
        axis=1,
    )
