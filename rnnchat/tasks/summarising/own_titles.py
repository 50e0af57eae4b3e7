"""The titles of a person's own notes: the notes that have one, and weights fitted to them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.summarising.key_sentences import shipped_ranker
from rnnchat.tasks.summarising.listwise import Candidates, fit_scorer
from rnnchat.tasks.summarising.near_titles import TitledCollection, note_terms
from rnnchat.tasks.summarising.prose import Prose, read_prose
from rnnchat.tasks.summarising.title_steps import END, LONGEST, Floats, TitleSteps
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.title_words import KNOWN, body_words
from rnnchat.tasks.summarising.titles import TitleWeights, title_steps
from rnnchat.tasks.summarising.words import NGRAMS

MOST_NOTES = 1_200
"""The weights are fitted to so many notes, drawn by chance."""
FEWEST_NOTES = 40
"""They are fitted only if there are so many notes."""
TEMPERATURE = 0.1
"""With it, nearly all of the target is on the word that the title has; see `listwise.py`."""
DECAY = 0.0015
"""How much weights cost that differ from those before."""
STEPS = 60
"""How many steps the fitting takes."""
OTHERS = 30
"""A word of a title is compared with so many words drawn by chance, and with the likeliest ones."""
FEWEST_DIFFERENT = 6
"""A note of fewer different words teaches nothing."""
LONGEST_BODY = 6_000
"""So many characters of a note are read."""


@dataclass(frozen=True)
class TitledNote:
    """A note's title, and the note without it."""

    title: str
    prose: Prose


def titled_notes(index: PassageIndex) -> Iterator[tuple[str, str]]:
    """Yield the title and the body of each note of an index that has a title of its own."""
    firsts = np.searchsorted(index.notes, np.arange(len(index.files) + 1))
    for number, file in enumerate(index.files):
        passages = range(int(firsts[number]), int(firsts[number + 1]))
        if not file.title or not passages:
            continue
        body, size = [], 0
        for passage in passages:
            body.append(index.passage(passage).text)
            size += len(body[-1])
            if size > LONGEST_BODY:
                break
        # Where a note has no heading, its first line stands for one.
        if not body[0].lstrip("#>*- \t").startswith(file.title[:40]):
            yield file.title, "\n\n".join(body)


def read_titled(notes: Iterable[tuple[str, str]]) -> OwnTitles:
    """Return what is learned by counting from the titles and bodies of notes."""
    return OwnTitles.of([TitledNote(title, read_prose(body)) for title, body in notes])


@dataclass(frozen=True)
class OwnTitles:
    """A person's notes with titles, and what is learned from them."""

    notes: tuple[TitledNote, ...]
    style: TitleStyle
    collection: TitledCollection

    @classmethod
    def of(cls, notes: Sequence[TitledNote]) -> OwnTitles:
        """Return what is learned by counting."""
        titles, proses = [note.title for note in notes], [note.prose for note in notes]
        collection = TitledCollection.of(titles, proses, shipped_ranker().rarities)
        return cls(tuple(notes), TitleStyle.of(titles), collection)

    @contextmanager
    def without(self, number: int) -> Iterator[TitleSteps]:
        """Give the steps of the title of a note as if it were not among the notes."""
        note = self.notes[number]
        self.style.add(note.title, -1)
        near = self.collection.nearest(note_terms(note.prose, shipped_ranker().rarities), number)
        yield title_steps(note.prose, self.style, near)
        self.style.add(note.title)


def fit_titles(own: OwnTitles, start: TitleWeights) -> TitleWeights:
    """Return weights fitted to a person's titles, from those at `start`.

    How titles are chosen as a whole stays as it is.
    """
    numbers = list(range(len(own.notes)))
    random.Random(0).shuffle(numbers)
    examples = title_examples([(own, number) for number in numbers[:MOST_NOTES]])
    if examples is None:
        return start
    steps = fit_scorer(examples, NGRAMS, temperature=TEMPERATURE, decay=DECAY, start=start.steps, steps=STEPS)
    return TitleWeights(steps, start.choice)


def title_examples(notes: Sequence[tuple[OwnTitles, int]], seed: int = 0) -> Candidates | None:
    """Return a list of candidates for each word of each title, and for its end; None where there are none.

    A note is one of a person's, by its number, and the others are known. Words of its title that nothing
    offers are passed over.
    """
    drawn = np.random.default_rng(seed)
    dense: list[Floats] = []
    numbers: list[int] = []
    groups: list[int] = []
    gains: list[float] = []
    for own, place in notes:
        with own.without(place) as steps:
            for features, pairs, is_right in _steps_of(own.notes[place].title, steps, drawn):
                groups += [groups[-1] + 1 if groups else 0] * len(pairs)
                dense.append(features)
                numbers += [number for pair in pairs for number in pair]
                gains += is_right
    if not dense:
        return None
    return Candidates(
        np.concatenate(dense),
        np.array(numbers, np.int64),
        np.arange(len(groups) + 1) * 2,
        np.array(groups, np.int64),
        np.array(gains),
    )


def _steps_of(
    title: str, steps: TitleSteps, drawn: np.random.Generator
) -> Iterator[tuple[Floats, list[tuple[int, int]], list[float]]]:
    """Yield the features of candidates for each word of a title, their numbers, and which one is right."""
    words, size = steps.words, len(steps.words)
    if size < FEWEST_DIFFERENT:
        return
    number = {key: at for at, key in enumerate(words.keys)}
    before: list[int] = []
    path = [number.get(word.key) for word in body_words(title)][:LONGEST]
    for word in [*path, END]:
        if word is None or (word == END and not before):
            continue
        right = size if word == END else word
        features = steps.following(before)
        own = steps.counts_after(words.keys[before[-1]]) if before else steps.counts_first
        rows = {right, *drawn.integers(0, size, OTHERS).tolist()}
        if before:
            rows.update(np.flatnonzero(words.following[0, before[-1]])[:20].tolist())
        rows.update(np.argsort(-own)[:10].tolist())
        rows.update(np.argsort(-words.known[:, KNOWN["telling"]])[:10].tolist())
        rows -= {one for one in before if not words.is_function[one] or one == before[-1]} - {right}
        if before:
            rows.add(size)
        kept = sorted(rows)
        pairs = steps.pair_numbers(before)
        yield (
            np.hstack([steps.fixed[kept], features[kept]]),
            [(steps.unigrams[row], pairs[row]) for row in kept],
            [float(row == right) for row in kept],
        )
        if word != END:
            before.append(word)
