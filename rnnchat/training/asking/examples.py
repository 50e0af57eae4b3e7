"""Questions to notes that were held out, and the passages that answer them, as fits of the ranking ask them.

There are six kinds of questions: those in ``written_questions.tsv``, which ask in other words than the
notes; those in ``factual_questions.tsv``; titles, to the notes without their titles; some of the words of a
title, to the notes as they are; headings within notes, to the passages without their headings; and a third of
the words of a sentence, to its passage. Some titles and headings are asked without a part of the words that
they share with the notes. Many questions are also asked of small collections, as people begin with few notes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages
from rnnchat.tasks.asking.sentences import split_sentences
from rnnchat.tasks.asking.terms import terms_of
from rnnchat.training.asking.pairs import held_out_notes
from rnnchat.training.asking.written import factual_questions, passage_asked_about, written_questions

GROUPS = (
    ("30-seconds/", "charlax/", "foambubble/", "jwworth/", "livialima/", "thoughtbot/"),
    ("brandur/", "jakearchibald/", "karlicoss/"),
    ("ashfurrow/", "notes-mtlynch/"),
)
"""The sources of the notes that are asked together: how-tos, articles, and other posts."""
UNASKED = ("30-seconds/", "livialima/")
"""The titles of notes whose source begins with one of these say too little to be questions."""
MOST_TITLES = 350
"""At most this many titles of a group are asked."""
MOST_NAMED = 150
"""At most this many notes of a group are asked for by some of the words of their titles."""
MOST_SECTIONS = 350
"""At most this many headings within notes of a group are asked."""
SENTENCES = 170
"""This many sentences of a group are asked, with a third of their words."""
SMALL_COLLECTIONS = 20
"""So many small collections of each group are asked, too, each by itself."""
SMALL_ASKED_COLLECTIONS = 40
"""So many small collections of the notes that were asked about are asked, too."""
SMALL_NOTES = (4, 8, 16, 32)
"""A small collection has one of these numbers of notes."""
MOST_OF_SMALL = 5
"""At most this many questions of each kind are asked of a small collection."""
NAMED_SHARE = 0.6
"""A word of a title is asked for with this probability."""
SHORTENED = 0.5
"""This share of titles and headings is asked without some of the words that they share with the notes."""
SHARES = (0.4, 0.7, 1.0)
"""One of these shares of such words is left out."""


@dataclass(frozen=True)
class Asked:
    """A question to an index."""

    kind: str
    """What kind of question it is: ``written``, ``factual``, ``title``, ``named``, ``section`` or
    ``sentence``."""
    group: int
    """The number of the group of notes."""
    index: PassageIndex
    question: str
    is_right: NDArray[np.bool_]
    """Whether each passage answers the question, (passages,)."""


def all_questions(data: Path) -> Iterator[Asked]:
    """Yield the questions to all groups of notes in the folder `data`."""
    records = held_out_notes(data)
    for group, sources in enumerate(GROUPS):
        notes = [NotePassages.of_text(source, text) for source, text in records if source.startswith(sources)]
        chance = random.Random(group)
        yield from _written(notes, group, chance)
        yield from _titles(notes, group, chance, MOST_TITLES)
        yield from _named(notes, group, chance, MOST_NAMED)
        yield from _sections(notes, group, chance, MOST_SECTIONS)
        yield from _sentences(notes, group, chance)
        for _ in range(SMALL_COLLECTIONS):
            some = chance.sample(notes, min(chance.choice(SMALL_NOTES), len(notes)))
            yield from _titles(some, group, chance, MOST_OF_SMALL)
            yield from _sections(some, group, chance, MOST_OF_SMALL)
            yield from _named(some, group, chance, MOST_OF_SMALL)
        sources_asked = {one.source for one in (*written_questions(), *factual_questions())}
        asked = [note for note in notes if note.file.path in sources_asked]
        for _ in range(SMALL_ASKED_COLLECTIONS):
            some = chance.sample(asked, min(chance.choice(SMALL_NOTES), len(asked)))
            yield from _written(some, group, chance, MOST_OF_SMALL)


def _written(
    notes: Sequence[NotePassages], group: int, chance: random.Random, most: int | None = None
) -> Iterator[Asked]:
    """Yield the written questions that one of the notes answers, `most` of each kind, or all."""
    index = build_index(notes)
    for kind, questions in (("written", written_questions()), ("factual", factual_questions())):
        found = [(one.text, passage_asked_about(index, one)) for one in questions]
        found = [(text, number) for text, number in found if number >= 0]
        for text, number in found if most is None else chance.sample(found, min(most, len(found))):
            yield Asked(kind, group, index, text, np.arange(len(index)) == number)


def _named(notes: Sequence[NotePassages], group: int, chance: random.Random, most: int) -> Iterator[Asked]:
    """Yield some of the words of titles as questions to the notes as they are."""
    index = build_index(notes)
    titled = [number for number, note in enumerate(notes) if note.passages and terms_of(note.file.title)]
    for number in chance.sample(titled, min(most, len(titled))):
        words = notes[number].file.title.split()
        some = [word for word in words if chance.random() < NAMED_SHARE]
        question = " ".join(some if terms_of(" ".join(some)) else words)
        yield Asked("named", group, index, question, index.notes == number)


def _titles(notes: Sequence[NotePassages], group: int, chance: random.Random, most: int) -> Iterator[Asked]:
    """Yield titles as questions to the notes without titles and headings."""
    index = build_index(replace(_without_headings(note), file=_untitled(note)) for note in notes)
    numbers = [
        number
        for number, note in enumerate(notes)
        if len(terms_of(note.file.title)) > 1 and note.passages and not note.file.path.startswith(UNASKED)
    ]
    for number in chance.sample(numbers, min(most, len(numbers))):
        text = " ".join(passage.text for passage in notes[number].passages)
        question = _shortened(notes[number].file.title, text, chance)
        yield Asked("title", group, index, question, index.notes == number)


def _sections(notes: Sequence[NotePassages], group: int, chance: random.Random, most: int) -> Iterator[Asked]:
    """Yield headings within notes as questions to the notes with their titles but without their headings."""
    index = build_index(_without_headings(note) for note in notes)
    found = []
    place = 0
    for note in notes:
        headings = [passage.heading for passage in note.passages]
        for heading in dict.fromkeys(headings):
            _, _, last = heading.rpartition(" > ")
            if last and len(terms_of(last)) > 1 and last != note.file.title:
                rows = [place + at for at, other in enumerate(headings) if other == heading]
                found.append((note.file.title, last, rows))
        place += len(headings)
    for title, heading, rows in chance.sample(found, min(most, len(found))):
        right = np.zeros(len(index), bool)
        right[rows] = True
        text = " ".join(index.passage(row).text for row in rows)
        question = _shortened(f"{title} {heading}" if chance.random() < 0.5 else heading, text, chance)
        yield Asked("section", group, index, question, right)


def _sentences(notes: Sequence[NotePassages], group: int, chance: random.Random) -> Iterator[Asked]:
    """Yield some of the words of a sentence as a question that its passage answers."""
    index = build_index(notes)
    asked = 0
    while asked < SENTENCES:
        number = chance.randrange(len(index))
        found = [
            sentence.text.split()
            for sentence in split_sentences(index.passage(number).text)
            if not sentence.is_code and 10 <= len(sentence.text.split()) <= 40
        ]
        if found and not index.file_of(number).path.startswith(UNASKED):
            words = chance.choice(found)
            size = max(3, len(words) // 3)
            begin = chance.randrange(len(words) - size + 1)
            some = words[begin : begin + size] if chance.random() < 0.5 else chance.sample(words, size)
            yield Asked("sentence", group, index, " ".join(some), np.arange(len(index)) == number)
            asked += 1


def _shortened(question: str, text: str, chance: random.Random) -> str:
    """Return a question, perhaps without some of the words that `text` has, too."""
    if chance.random() >= SHORTENED:
        return question
    known = set(terms_of(text))
    share = chance.choice(SHARES)
    kept = [word for word in question.split() if not known & set(terms_of(word)) or chance.random() > share]
    return " ".join(kept) if len(terms_of(" ".join(kept))) > 1 else question


def _untitled(note: NotePassages) -> NoteFile:
    return NoteFile(note.file.path, 0, 0)


def _without_headings(note: NotePassages) -> NotePassages:
    return replace(note, passages=tuple(replace(passage, heading="") for passage in note.passages))
