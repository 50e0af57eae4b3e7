"""The titles of a person's own notes: the notes that have one, and weights fitted to them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.summarising.key_sentences import shipped_ranker
from rnnchat.tasks.summarising.listwise import Candidates, fit_scorer
from rnnchat.tasks.summarising.prose import Prose, read_prose
from rnnchat.tasks.summarising.title_steps import END, LONGEST, Floats, TitleSteps
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.title_words import KNOWN, body_words, title_words
from rnnchat.tasks.summarising.titles import TitleWeights
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


def read_titled(notes: Sequence[tuple[str, str]], seed: int = 0) -> list[TitledNote]:
    """Return notes to fit weights to, at most MOST_NOTES of them, from their titles and bodies."""
    chosen = list(notes)
    random.Random(seed).shuffle(chosen)
    return [TitledNote(title, read_prose(body)) for title, body in chosen[:MOST_NOTES]]


def fit_titles(notes: Sequence[TitledNote], style: TitleStyle, start: TitleWeights) -> TitleWeights:
    """Return weights fitted to the titles of notes, from those at `start`; `style` has counted the titles.

    How titles are chosen as a whole stays as it is.
    """
    examples = title_examples([(note, style) for note in notes])
    if examples is None:
        return start
    steps = fit_scorer(examples, NGRAMS, temperature=TEMPERATURE, decay=DECAY, start=start.steps, steps=STEPS)
    return TitleWeights(steps, start.choice)


def title_examples(notes: Sequence[tuple[TitledNote, TitleStyle]], seed: int = 0) -> Candidates | None:
    """Return a list of candidates for each word of each title, and for its end; None where there are none.

    A title is left out of the style while its words are predicted. Words that neither the note nor the style
    has are passed over.
    """
    drawn = np.random.default_rng(seed)
    dense: list[Floats] = []
    numbers: list[int] = []
    groups: list[int] = []
    gains: list[float] = []
    for note, style in notes:
        style.add(note.title, -1)
        for features, pairs, is_right in _steps_of(note, style, drawn):
            groups += [groups[-1] + 1 if groups else 0] * len(pairs)
            dense.append(features)
            numbers += [number for pair in pairs for number in pair]
            gains += is_right
        style.add(note.title)
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
    note: TitledNote, style: TitleStyle, drawn: np.random.Generator
) -> Iterator[tuple[Floats, list[tuple[int, int]], list[float]]]:
    """Yield the features of candidates for each word of a title, their numbers, and which one is right."""
    sentences = [one.text for one in note.prose.sentences]
    words = title_words(sentences, note.prose.code, shipped_ranker().rarities, style.frequent())
    size = len(words)
    if size < 6:
        return
    steps = TitleSteps(words, style)
    number = {key: at for at, key in enumerate(words.keys)}
    before: list[int] = []
    path = [number.get(word.key) for word in body_words(note.title)][:LONGEST]
    for word in [*path, END]:
        if word is None or (word == END and not before):
            continue
        right = size if word == END else word
        features = steps.following(before)
        near = words.following[0, before[-1]] if before else steps.fixed[:size, _OWN]
        own = features[:size, _AFTER] if before else features[:size, _FIRST]
        rows = {right, *drawn.integers(0, size, OTHERS).tolist()}
        rows.update(np.flatnonzero(near)[:20].tolist() if before else ())
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


_OWN, _AFTER, _FIRST = 21, 9, 13
"""The numbers of features that choose candidates: how often titles have a word at all, have it after another
word, and have it first."""
