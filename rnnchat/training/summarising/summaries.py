"""Texts and summaries that people wrote of them, from collections that may be shipped."""

from __future__ import annotations

import json
import lzma
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from rnnchat.tasks.summarising.prose import read_prose

LEFT_OUT = "jackyzha0/"
"""Documents whose source begins with this quote others, and are not read."""
NOTES = ("notes-permissive", "notes-mtlynch", "notes-benbalter")
"""The collections of notes whose titles stand for summaries."""
MOST_OF_A_SOURCE = 250
"""At most this many notes of one repository are read."""
MOST_SENTENCES = 40
"""A text is read up to this many sentences."""
_SUMMARY = re.compile(
    r"^(?:description|excerpt|summary):[ \t]*(?P<quote>['\"]?)(?P<text>\S.{40,}?)(?P=quote)[ \t]*$", re.M
)


@dataclass(frozen=True)
class SummarisedText:
    """The sentences of a text, and what people wrote as its summary, each of them on their own."""

    sentences: tuple[str, ...]
    summaries: tuple[str, ...]
    source: str


def abstracts(folder: Path, part: str) -> Iterator[SummarisedText]:
    """Yield the abstracts of the collection SciTLDR-A in `folder`; `part` is train, dev or test."""
    for line in (folder / f"{part}.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield SummarisedText(tuple(record["source"]), tuple(record["target"]), "SciTLDR")


def documents(data: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield the source and the text of each document of a collection."""
    with lzma.open(data / f"pretrain/{name}.jsonl.xz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if not record["source"].startswith(LEFT_OUT):
                yield record["source"], record["text"]


def posts(data: Path) -> Iterator[SummarisedText]:
    """Yield posts of the collection prose-us-gov with the summaries in their front matter."""
    for source, text in documents(data, "prose-us-gov"):
        stated = _SUMMARY.search(text[:3000])
        sentences = tuple(one.text for one in read_prose(text[:12_000]).sentences[:MOST_SENTENCES])
        if stated is not None and len(sentences) > 3 and not _repeats(sentences[0], stated["text"]):
            yield SummarisedText(sentences, (unescape(stated["text"]),), source)


def titled_notes(data: Path) -> Iterator[SummarisedText]:
    """Yield notes with their titles as summaries."""
    for name in NOTES:
        count: dict[str, int] = {}
        found = list(documents(data, name))
        random.Random(0).shuffle(found)
        for source, text in found:
            repository = "/".join(source.split("/")[:2])
            if count.get(repository, 0) >= MOST_OF_A_SOURCE:
                continue
            note = read_prose(text[:12_000])
            sentences = tuple(one.text for one in note.sentences[:MOST_SENTENCES])
            if len(sentences) > 3 and 3 <= len(note.title.split()) <= 14:
                count[repository] = count.get(repository, 0) + 1
                yield SummarisedText(sentences, (note.title,), repository)


def _repeats(sentence: str, summary: str) -> bool:
    """Return whether a summary is the beginning of the text, as a program makes it."""
    return sentence[:40].lower() == unescape(summary)[:40].lower()
