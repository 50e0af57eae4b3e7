"""Headings and the passages below them, from collections that may be shipped, as numbers of terms."""

from __future__ import annotations

import csv
import json
import lzma
import random
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.notes import passages_of
from rnnchat.tasks.asking.terms import terms_of

COLLECTIONS: Mapping[str, float] = {
    "notes-permissive": 1.0,
    "notes-mtlynch": 1.0,
    "notes-benbalter": 1.0,
    "notes-raphlinus": 1.0,
    "prose-modern": 1.0,
    "prose-docs-permissive": 1.0,
    "prose-us-gov": 0.5,
    "docs-more": 0.9,
    "docs-bulk": 0.7,
    "prose-docs-ccby": 1.0,
}
"""The collections in DATA/pretrain, and which share of their documents is read."""
LEFT_OUT = "jackyzha0/"
"""Documents whose source begins with this quote others, and are not read."""
MOST_PASSAGES = 14
"""At most this many passages of a document are read, the first six and others by chance."""
LONGEST_PASSAGE = 1_500
"""A passage is read up to this many characters."""
_LINKS = re.compile(r"\]\([^)\s]*\)|https?://\S+|<[^>\n]{1,200}>")
_COMMAND = re.compile(r"^- (?P<does>.+?):?\n+`(?P<command>.+?)`", re.M)
"""Matches what a page of the collection tldr-pages says about a command."""
_PAGE = re.compile(r"# *(?P<title>.+)\n+> (?P<about>.+)")


@dataclass
class Texts:
    """Titles, headings and passages as numbers of terms; `pairs` and `sources` are about passages."""

    vocabulary: dict[str, int] = field(default_factory=dict)
    """The number of each term."""
    terms: array[int] = field(default_factory=lambda: array("I"))
    """The terms of all texts, one after the other."""
    ends: array[int] = field(default_factory=lambda: array("Q", [0]))
    """Where each text ends in `terms`, with a 0 before the first."""
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    """The texts that are a document's title, the heading of a passage, and the passage."""
    sources: list[str] = field(default_factory=list)
    """Where each of `pairs` comes from: the collection and the repository."""

    def add(self, text: str) -> int:
        """Add a text and return its number."""
        known = self.vocabulary
        self.terms.extend(known.setdefault(term, len(known)) for term in terms_of(text))
        self.ends.append(len(self.terms))
        return len(self.ends) - 2

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return `terms` and `ends` as arrays."""
        return np.array(self.terms, np.int64), np.array(self.ends, np.int64)


def read_texts(data: Path) -> Texts:
    """Return the texts of COLLECTIONS and of the intents in the folder `data`."""
    texts = Texts()
    for intent, sentences in _intents(data / "tasks/classification"):
        title = texts.add("")
        for sentence in sentences:
            others = random.Random(sentence).sample(sentences, 3)
            passage = texts.add(f"{' '.join(others)} {re.sub('[_-]', ' ', intent)}")
            texts.pairs.append((title, texts.add(sentence), passage))
            texts.sources.append("intents")
    for name, share in COLLECTIONS.items():
        with lzma.open(data / f"pretrain/{name}.jsonl.xz", "rt", encoding="utf-8") as file:
            for number, line in enumerate(file):
                record = json.loads(line)
                chosen = random.Random(f"{name}{number}").random() <= share
                if chosen and not record["source"].startswith(LEFT_OUT):
                    _add_document(texts, name, record["source"], record["text"], number)
    return texts


def _add_document(texts: Texts, collection: str, source: str, text: str, number: int) -> None:
    before = len(texts.pairs)
    page = _PAGE.match(text) if source.startswith("tldr-pages") else None
    if page is not None:
        title = texts.add(page["about"])
        for match in _COMMAND.finditer(text):
            passage = texts.add(f"{page['title']} {match['command']} {page['about']}")
            texts.pairs.append((title, texts.add(match["does"]), passage))
    else:
        named, passages = passages_of(text)
        title = texts.add(named)
        if len(passages) > MOST_PASSAGES:
            others = random.Random(number).sample(passages[6:], MOST_PASSAGES - 6)
            passages = [*passages[:6], *others]
        for one in passages:
            heading = texts.add(one.heading.split(" > ")[-1])
            passage = texts.add(_LINKS.sub(" ", one.text)[:LONGEST_PASSAGE])
            texts.pairs.append((title, heading, passage))
    repository = "/".join(source.split("/")[:2]).split(" ")[0]
    texts.sources += [f"{collection}/{repository}"] * (len(texts.pairs) - before)


def _intents(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each intent of clinc150 and banking77, and the sentences that have it."""
    found: dict[str, list[str]] = {}
    known = json.loads((folder / "clinc150/data/data_full.json").read_text(encoding="utf-8"))
    for sentence, intent in known["train"]:
        found.setdefault(intent, []).append(sentence)
    with (folder / "banking77/banking_data/train.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["category"], []).append(row["text"])
    yield from found.items()
