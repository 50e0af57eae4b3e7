"""Fit the words of titles: ``python -m rnnchat.training.summarising.fit_titles DATA``.

DATA holds the text collections. It takes two minutes on one core. The weights are fitted to notes with their
titles. Each repository stands for a person: the other titles in it are the style of that person.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rnnchat.errors import RnnchatError
from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.summarising.listwise import fit_scorer
from rnnchat.tasks.summarising.own_titles import TEMPERATURE, TitledNote, title_examples
from rnnchat.tasks.summarising.prose import Prose, read_prose
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.titles import FILE, to_tensors
from rnnchat.tasks.summarising.words import NGRAMS
from rnnchat.training.summarising.summaries import documents

COLLECTIONS = {
    "notes-permissive": 1.0,
    "notes-mtlynch": 1.0,
    "notes-benbalter": 1.0,
    "prose-modern": 0.25,
    "docs-more": 0.25,
}
"""The collections in DATA/pretrain, and which share of their documents is read."""
MOST_OF_A_SOURCE = 250
"""At most so many notes of one repository are read."""
MOST_CHARACTERS = 6_000
"""A note is read up to so many characters."""
DECAY = 0.003
"""How much large weights cost."""
STEPS = 70
"""How many steps the fitting takes."""
_PAGES = "tldr-pages"
"""Pages of this source are about commands, which are their titles."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the weights and write them into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    parser.add_argument("--output", type=Path, default=FILE)
    chosen = parser.parse_args(arguments)
    notes = read_notes(chosen.data)
    print(f"{len(notes):,} notes", flush=True)
    examples = title_examples(notes)
    if examples is None:
        raise RnnchatError("There are no notes with titles.", "Check the folder.")
    print(f"{len(examples.gains):,} candidates", flush=True)
    scorer = fit_scorer(examples, NGRAMS, temperature=TEMPERATURE, decay=DECAY, steps=STEPS)
    replace_file(chosen.output, to_safetensors(to_tensors(scorer)), private=False)
    return 0


def read_notes(data: Path) -> list[tuple[TitledNote, TitleStyle]]:
    """Return notes with titles, each with the style of the titles of its repository."""
    found: list[tuple[str, TitledNote]] = []
    for name, share in COLLECTIONS.items():
        chance = random.Random(name)
        for source, text in documents(data, name):
            if chance.random() > share or source.startswith(_PAGES):
                continue
            prose = read_prose(text[:MOST_CHARACTERS])
            if is_title(prose):
                found.append(("/".join(source.split("/")[:2]).split(" ")[0], TitledNote(prose.title, prose)))
    random.Random(0).shuffle(found)
    counts: Counter[str] = Counter()
    styles: dict[str, TitleStyle] = {}
    for source, note in found:
        styles.setdefault(source, TitleStyle()).add(note.title)
    kept = []
    for source, note in found:
        counts[source] += 1
        if counts[source] <= MOST_OF_A_SOURCE:
            kept.append((note, styles[source]))
    return kept


def is_title(prose: Prose) -> bool:
    """Return whether a note has an English title of a few words, and sentences."""
    return prose.title.isascii() and 2 <= len(prose.title.split()) <= 14 and len(prose.sentences) > 1


if __name__ == "__main__":
    sys.exit(main())
