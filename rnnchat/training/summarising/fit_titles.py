"""Fit the words of titles: ``python -m rnnchat.training.summarising.fit_titles DATA``.

DATA holds the text collections. It takes four minutes on one core. The weights of the next word are fitted to
notes with their titles, and then those of the choice among likely titles. Each repository stands for a
person: the other notes in it are known.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rnnchat.errors import RnnchatError
from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.summarising.listwise import Candidates, Scorer, fit_scorer
from rnnchat.tasks.summarising.own_titles import TEMPERATURE, OwnTitles, TitledNote, title_examples
from rnnchat.tasks.summarising.prose import Prose, read_prose
from rnnchat.tasks.summarising.title_ranking import TITLE_FEATURES, title_features
from rnnchat.tasks.summarising.title_steps import Floats, search_titles
from rnnchat.tasks.summarising.titles import FILE, TitleWeights, shipped_weights, to_tensors, written
from rnnchat.tasks.summarising.words import NGRAMS
from rnnchat.training.summarising.rouge import rouge, rouge_words
from rnnchat.training.summarising.summaries import documents

COLLECTIONS = {
    "notes-permissive": 1.0,
    "notes-mtlynch": 1.0,
    "notes-benbalter": 1.0,
    "prose-modern": 0.25,
    "docs-more": 0.25,
}
"""The collections in DATA/pretrain for the next word, and which share of their documents is read."""
MOST_OF_A_SOURCE = 250
"""At most so many notes of one repository are read."""
ALONE = 0.25
"""For this share of the notes, nothing is known of the person, as when rnnchat is new."""
MOST_CHARACTERS = 6_000
"""A note is read up to so many characters."""
CHOICE_COLLECTIONS = {"notes-permissive": 1.0, "notes-mtlynch": 1.0, "notes-benbalter": 1.0}
"""The collections that the choice among titles is fitted to."""
CHOICE_NOTES = 600
"""The choice is fitted to so many notes."""
DECAY = 0.003
"""How much large weights cost."""
CHOICE_TEMPERATURE, CHOICE_DECAY = 0.4, 0.05
"""The same for the choice, and what gains are divided by before their softmax."""
STEPS = 70
"""How many steps the fitting takes."""
_PAGES = "tldr-pages"
"""Pages of this source are about commands, which are their titles."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the weights and write them into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    parser.add_argument("--choice-alone", action="store_true", help="keep the weights of the next word")
    chosen = parser.parse_args(arguments)
    if chosen.choice_alone:
        steps = shipped_weights().steps
    else:
        notes = read_notes(chosen.data, COLLECTIONS)
        print(f"{len(notes):,} notes", flush=True)
        steps = fit_steps(notes)
        save(TitleWeights(steps, np.zeros(TITLE_FEATURES, np.float32)))
    notes = read_notes(chosen.data, CHOICE_COLLECTIONS)[:CHOICE_NOTES]
    save(TitleWeights(steps, fit_choice(choice_examples(notes, steps))))
    return 0


def save(weights: TitleWeights) -> None:
    """Write weights into the package."""
    replace_file(FILE, to_safetensors(to_tensors(weights)), private=False)


def fit_steps(notes: Sequence[tuple[OwnTitles, int]]) -> Scorer:
    """Return weights of the next word that fit the titles of notes."""
    examples = title_examples(notes)
    if examples is None:
        raise RnnchatError("There are no notes with titles.", "Check the folder.")
    print(f"{len(examples.gains):,} candidates", flush=True)
    return fit_scorer(examples, NGRAMS, temperature=TEMPERATURE, decay=DECAY, steps=STEPS)


def choice_examples(notes: Sequence[tuple[OwnTitles, int]], steps: Scorer) -> Candidates:
    """Return the titles that are found for notes, as wholes, with their ROUGE."""
    dense: list[Floats] = []
    groups: list[int] = []
    gains: list[float] = []
    for own, number in notes:
        reference = rouge_words(own.notes[number].title)
        with own.without(number) as titled:
            words = titled.words
            found = search_titles(titled, steps)
            gain = [sum(rouge(rouge_words(written(words, one, own.style)), reference)) for one in found]
            if max(gain, default=0) > 0:
                dense.append(title_features(words, found, own.style))
                groups += [groups[-1] + 1 if groups else 0] * len(found)
                gains += gain
    nothing = np.zeros(len(groups) + 1, np.int64)
    return Candidates(np.concatenate(dense), nothing[:0], nothing, np.array(groups), np.array(gains))


def fit_choice(examples: Candidates) -> Floats:
    """Return weights of titles as a whole."""
    return fit_scorer(examples, 1, temperature=CHOICE_TEMPERATURE, decay=CHOICE_DECAY).dense


def read_notes(data: Path, collections: Mapping[str, float]) -> list[tuple[OwnTitles, int]]:
    """Return notes with titles, in any order: the notes of a repository, and the number of one among them."""
    found: dict[str, list[TitledNote]] = {}
    for name, share in collections.items():
        chance = random.Random(name)
        for source, text in documents(data, name):
            if chance.random() > share or source.startswith(_PAGES):
                continue
            prose = read_prose(text[:MOST_CHARACTERS])
            if is_title(prose):
                repository = "/".join(source.split("/")[:2]).split(" ")[0]
                found.setdefault(repository, []).append(TitledNote(prose.title, prose))
    kept = []
    chance_alone = random.Random(0)
    for notes in found.values():
        own = OwnTitles.of(random.Random(0).sample(notes, min(len(notes), MOST_OF_A_SOURCE)))
        for number, note in enumerate(own.notes):
            is_alone = chance_alone.random() < ALONE
            kept.append((OwnTitles.of([note]), 0) if is_alone else (own, number))
    random.Random(0).shuffle(kept)
    return kept


def is_title(prose: Prose) -> bool:
    """Return whether a note has an English title of a few words, and sentences."""
    return prose.title.isascii() and 2 <= len(prose.title.split()) <= 14 and len(prose.sentences) > 1


if __name__ == "__main__":
    sys.exit(main())
