"""Pairs of texts that say the same, from collections that may be shipped, as numbers of terms.

Most of them are headings and the passages below them.
"""

from __future__ import annotations

import csv
import itertools
import json
import lzma
import random
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.notes import passages_of
from rnnchat.tasks.asking.terms import terms_of
from rnnchat.training.asking.written import WrittenQuestion, factual_questions, written_questions
from rnnchat.training.recipes import KEPT_OUT

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
HELD_OUT = (
    "30-seconds/",
    "ashfurrow/",
    "brandur/",
    "charlax/",
    "cheat/",
    "foambubble/",
    "jakearchibald/",
    "jwworth/",
    "karlicoss/",
    "livialima/",
    "thoughtbot/",
)
"""Documents of notes-permissive whose source begins with one of these are held out while the ranking is
fitted."""
HELD_OUT_COLLECTION = "notes-mtlynch"
"""All documents of this collection are held out, too."""
OTHER_TEXTS: Mapping[str, int] = {
    "dialogue/self_dialogue": 14_000_000,
    "dialogue/topical_chat": 5_000_000,
    "dialogue/star": 3_000_000,
    "dialogue/taskmaster4": 1_000_000,
    "pretrain/prose-everyday": 3_000_000,
    "pretrain/prose-standard-ebooks": 35_000_000,
}
"""Texts that only say which words keep company, and about how many characters of each are read."""
LONGEST_DOCUMENT = 300_000
"""The rest of a longer document of OTHER_TEXTS is not read, in characters."""
LONGEST_TEXT = 3_000
"""A document of OTHER_TEXTS is cut into texts of this many characters."""
MOST_PARAPHRASES = 3
"""At most this many pairs of sentences with the same translation are read for each translation."""
MOST_PASSAGES = 14
"""At most this many passages of a document are read, the first six and others by chance."""
QUESTIONS = "questions"
"""The source of questions that were written about passages."""
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
    """The texts that are a document's title, the heading of a passage, and the passage; the title may be
    empty."""
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


def read_texts(data: Path, *, hold_out: bool = False) -> Texts:
    """Return the texts of all collections in the folder `data`.

    With `hold_out`, it is without HELD_OUT, HELD_OUT_COLLECTION, and the questions that were written about
    passages.
    """
    texts = Texts()
    left_out = (LEFT_OUT, *HELD_OUT) if hold_out else LEFT_OUT
    asked: dict[str, list[WrittenQuestion]] = {}
    for question in () if hold_out else (*written_questions(), *factual_questions()):
        asked.setdefault(question.source, []).append(question)
    for intent, sentences in _intents(data / "tasks/classification"):
        title = texts.add("")
        for sentence in sentences:
            others = random.Random(sentence).sample(sentences, min(3, len(sentences)))
            passage = texts.add(f"{' '.join(others)} {re.sub('[_-]', ' ', intent)}")
            texts.pairs.append((title, texts.add(sentence), passage))
            texts.sources.append("intents")
    for name, share in COLLECTIONS.items():
        if hold_out and name == HELD_OUT_COLLECTION:
            continue
        for number, record in enumerate(_records(data / f"pretrain/{name}.jsonl.xz")):
            questions = asked.get(known_as(name, record["source"]), ())
            chosen = bool(questions) or random.Random(f"{name}{number}").random() <= share
            if chosen and not record["source"].startswith(left_out):
                _add_document(texts, name, record["source"], record["text"], number)
                _add_questions(texts, questions, record["text"])
    _add_paraphrases(texts, data / "tasks/translation")
    _add_summaries(texts, data / "tasks/summarisation/scitldr_a/train.jsonl")
    for name, most in OTHER_TEXTS.items():
        _add_other_texts(texts, data / f"{name}.jsonl.xz", most)
    return texts


def known_as(collection: str, source: str) -> str:
    """Return how the questions that were written about a document name it."""
    if collection == HELD_OUT_COLLECTION:
        return f"{collection}/{source}"
    is_held_out = collection == "notes-permissive" and source.startswith(HELD_OUT)
    return source if is_held_out else f"{collection}: {source}"


def held_out_notes(data: Path) -> list[tuple[str, str]]:
    """Return the source and the text of each note that is held out, without pages that only list commands."""
    records = [
        (record["source"], record["text"])
        for record in _records(data / "pretrain/notes-permissive.jsonl.xz")
        if record["source"].startswith(HELD_OUT) and not record["source"].startswith("cheat/")
    ]
    more = _records(data / f"pretrain/{HELD_OUT_COLLECTION}.jsonl.xz")
    return [*records, *((f"{HELD_OUT_COLLECTION}/{record['source']}", record["text"]) for record in more)]


def documents(data: Path, names: set[str]) -> dict[str, str]:
    """Return the texts of the documents that `known_as` names so, by these names."""
    found: dict[str, str] = {}
    for collection in COLLECTIONS:
        for record in _records(data / f"pretrain/{collection}.jsonl.xz"):
            if (name := known_as(collection, record["source"])) in names:
                found.setdefault(name, record["text"])
    return found


def _records(file: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _add_paraphrases(texts: Texts, folder: Path) -> None:
    """Add English sentences that have the same translation into French or Chinese."""
    translated: dict[str, set[str]] = {}
    for name in ("fra_eng/fra.txt", "cmn_eng/cmn.txt"):
        for line in (folder / f"tatoeba_{name}").read_text(encoding="utf-8").splitlines():
            english, translation, *_ = line.split("\t")
            translated.setdefault(translation, set()).add(english)
    title = texts.add("")
    known: set[tuple[str, str]] = set()
    for translation, same in translated.items():
        sentences = sorted(same)
        random.Random(translation).shuffle(sentences)
        for pair in itertools.islice(itertools.pairwise(sentences), MOST_PARAPHRASES):
            first, second = (set(terms_of(sentence)) for sentence in pair)
            if pair not in known and min(len(first), len(second)) > 1 and first != second:
                known.add(pair)
                texts.pairs.append((title, texts.add(pair[0]), texts.add(pair[1])))
                texts.sources.append("tatoeba")


def _add_summaries(texts: Texts, file: Path) -> None:
    """Add abstracts and what their authors or reviewers say in one sentence."""
    title = texts.add("")
    for line in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        abstract = texts.add(" ".join(record["source"]))
        for summary in record["target"][:2]:
            texts.pairs.append((title, texts.add(summary), abstract))
            texts.sources.append("scitldr")


def _add_other_texts(texts: Texts, file: Path, most: int) -> None:
    """Add the texts of a collection, or of its dialogues, until about `most` characters are read."""
    read = 0
    for record in _records(file):
        if any(book in record.get("source", "") for book in KEPT_OUT):
            continue
        text = record.get("text") or " ".join(text for _, text in record["turns"])
        for begin in range(0, min(len(text), LONGEST_DOCUMENT), LONGEST_TEXT):
            texts.add(text[begin : begin + LONGEST_TEXT])
        read += len(text)
        if read > most:
            return


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


def _add_questions(texts: Texts, questions: Sequence[WrittenQuestion], text: str) -> None:
    """Add the questions that were written about passages of a document."""
    passages = {passage.line: passage for passage in passages_of(text)[1]} if questions else {}
    for question in questions:
        if question.line in passages:
            passage = texts.add(_LINKS.sub(" ", passages[question.line].text)[:LONGEST_PASSAGE])
            texts.pairs.append((texts.add(""), texts.add(question.text), passage))
            texts.sources.append(QUESTIONS)


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
