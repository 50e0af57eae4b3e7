"""Fit the weights of the ranking: ``python -m rnnchat.training.asking.fit_ranking DATA``.

DATA holds the text collections. The weights are fitted to notes that the word vectors must not have seen, so
that these are fitted with ``--hold-out`` before. There are four kinds of questions: those in
``held_out_questions.tsv``, which ask in other words than the notes; titles, to the notes without their
titles; headings within notes, to the passages without their headings; and a third of the words of a sentence,
to its passage. The weights are printed, and then written into ``ranking.py`` by hand.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages
from rnnchat.tasks.asking.ranking import FEATURES, Question, evidence
from rnnchat.tasks.asking.sentences import split_sentences
from rnnchat.tasks.asking.terms import terms_of
from rnnchat.training.asking.pairs import held_out_notes

QUESTIONS = Path(__file__).parent / "held_out_questions.tsv"
"""A question and the note that answers it in each line."""
KINDS: Mapping[str, float] = {"questions": 2.0, "titles": 1.0, "sections": 1.0, "sentences": 1.0}
"""The kinds of questions, and what one of each counts for."""
MOST_SECTIONS = 500
"""At most this many headings within notes are asked."""
UNASKED = ("30-seconds/", "livialima/")
"""The titles of notes whose source begins with one of these say too little to be questions."""
SENTENCES = 400
"""This many sentences are asked, with a third of their words."""
MOST_CANDIDATES = 40
"""So many passages that each kind of evidence speaks for most are told apart from the right ones."""
STEPS = 400
"""The number of steps, each over all questions."""
LEARNING_RATE = 0.1
"""The learning rate; it falls to 0."""
DECAY = 1e-4
"""How strongly weights are drawn to 0."""


@dataclass(frozen=True)
class Example:
    """A question to an index."""

    kind: str
    found: NDArray[np.float32]
    """The evidence for the candidates, (features, candidates)."""
    is_right: NDArray[np.bool_]
    """Whether each candidate answers the question, (candidates,)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the weights and print them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    data = parser.parse_args(arguments).data
    notes = held_out_notes(data)
    whole = build_index(NotePassages.of_text(source, text) for source, text in notes)
    examples = [*asked(whole), *titles(notes), *sections(notes), *sentences(whole)]
    weights = fit(examples)
    for name, weight in zip(FEATURES, weights.tolist(), strict=True):
        print(f"{name}: {weight:.2f}")
    for kind in KINDS:
        first, five = accuracy([example for example in examples if example.kind == kind], weights)
        print(f"{kind}: the right passage first {first:.1%}, among five {five:.1%}")
    return 0


def asked(index: PassageIndex) -> Iterator[Example]:
    """Yield the questions of QUESTIONS to an index of the whole notes."""
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        question, _, name = line.partition("\t")
        note = next(n for n, file in enumerate(index.files) if file.path.endswith((f" {name}", f"/{name}")))
        yield _example("questions", index, question, index.notes == note)


def titles(notes: Sequence[tuple[str, str]]) -> Iterator[Example]:
    """Yield the titles of notes as questions to the notes without titles and headings."""
    read = [NotePassages.of_text(source, text) for source, text in notes]
    index = build_index(_without_headings(note) for note in read)
    for number, note in enumerate(read):
        own = index.notes == number
        if len(terms_of(note.file.title)) > 1 and own.any() and not note.file.path.startswith(UNASKED):
            yield _example("titles", index, note.file.title, own)


def sections(notes: Sequence[tuple[str, str]]) -> Iterator[Example]:
    """Yield headings within notes as questions to the notes with their titles but without their headings."""
    read = [NotePassages.of_text(source, text) for source, text in notes]
    index = build_index(replace(_without_headings(note), file=note.file) for note in read)
    found = []
    place = 0
    for note in read:
        headings = np.array([passage.heading for passage in note.passages])
        for heading in dict.fromkeys(headings.tolist()):
            _, _, last = heading.rpartition(" > ")
            right = np.zeros(len(index), bool)
            right[place : place + len(headings)] = headings == heading
            if " > " in heading and len(terms_of(last)) > 1:
                found.append((f"{note.file.title} {last}", np.flatnonzero(right)))
        place += len(headings)
    for question, rows in random.Random(0).sample(found, min(MOST_SECTIONS, len(found))):
        right = np.zeros(len(index), bool)
        right[rows] = True
        yield _example("sections", index, question, right)


def sentences(index: PassageIndex) -> Iterator[Example]:
    """Yield some of the words of a sentence as a question that its passage answers."""
    chance = random.Random(0)
    asked_so_far = 0
    while asked_so_far < SENTENCES:
        number = chance.randrange(len(index))
        found = [
            sentence.text.split()
            for sentence in split_sentences(index.passage(number).text)
            if not sentence.is_code and 10 <= len(sentence.text.split()) <= 40
        ]
        if found and not index.file_of(number).path.startswith("30-seconds/"):
            words = chance.choice(found)
            question = " ".join(chance.sample(words, max(3, len(words) // 3)))
            yield _example("sentences", index, question, np.arange(len(index)) == number)
            asked_so_far += 1


def fit(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return the weights, none below 0, with which a softmax gives the right passages most."""
    found = np.concatenate([example.found for example in examples], axis=1)
    is_right = np.concatenate([example.is_right for example in examples])
    sizes = np.array([len(example.is_right) for example in examples])
    starts = np.cumsum(sizes) - sizes
    counted = np.array([KINDS[example.kind] for example in examples])
    share = np.repeat(counted / counted.sum(), sizes).astype(np.float32)
    weights = np.full(len(FEATURES), 0.5)
    moment, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        scores = weights.astype(np.float32) @ found
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        right = scores * is_right
        wanted = right / np.repeat(np.add.reduceat(right, starts) + 1e-30, sizes)
        wanted -= scores / np.repeat(np.add.reduceat(scores, starts), sizes)
        gradient = DECAY * weights - found @ (share * wanted)
        moment = 0.9 * moment + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        change = moment / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.maximum(weights - LEARNING_RATE * (1 - step / (STEPS + 1)) ** 0.5 * change, 0)
    return weights


def accuracy(examples: Sequence[Example], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Return for which shares of questions a right passage is first, and among five."""
    places = []
    for example in examples:
        scores = _scores(example, weights)
        places.append(int((scores > scores[example.is_right].max()).sum()))
    found = np.array(places)
    return float((found == 0).mean()), float((found < 5).mean())


def _scores(example: Example, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scores of the candidates, of which the highest is 0."""
    scores: NDArray[np.float64] = weights @ example.found
    scores -= scores.max()
    return scores


def _example(kind: str, index: PassageIndex, question: str, right: NDArray[np.bool_]) -> Example:
    found = evidence(index, Question.of(index, question))
    chosen = [np.flatnonzero(right)]
    chosen += [np.argsort(-row, kind="stable")[:MOST_CANDIDATES] for row in found]
    rows = np.unique(np.concatenate(chosen))
    return Example(kind, found[:, rows], right[rows])


def _without_headings(note: NotePassages) -> NotePassages:
    passages = tuple(replace(passage, heading="") for passage in note.passages)
    return NotePassages(NoteFile(note.file.path, 0, 0), passages)


if __name__ == "__main__":
    sys.exit(main())
