"""Reads the collections that the models that ship learn from, and chooses what is kept back of them."""

from __future__ import annotations

import hashlib
import itertools
import json
import lzma
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rnnchat.text.chat_format import MODEL, USER, Turn, chat_document, note_document
from rnnchat.text.notes.clean import clean, clean_keeping_markup
from rnnchat.text.notes.deduplicate import Deduplicator
from rnnchat.text.notes.secrets import screen
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.recipes import ENGLISH, Source

DOCUMENT_BYTES = 100_000
"""Books are cut into documents of about this size, so that every round mixes them anew."""
LONGER_LAST_PART = 0.5
"""A book's last part may be longer than DOCUMENT_BYTES by this share of it."""
_SHORTCODE = re.compile(r"\{\{[<%].*?[%>]\}\}|\{%.*?%\}|<!--.*?-->", re.DOTALL)
"""Commands of site generators and comments, which a person does not write in notes."""
Document = str | list[tuple[str, str]]
"""Prose, or the turns of a dialogue: (role, text), where the role is ``user`` or ``model``."""
Apply = Callable[
    [Callable[[dict[str, Any]], list[Document]], Iterable[dict[str, Any]]], Iterable[list[Document]]
]
"""Applies a function to each of several objects, as `map` does."""


def read_source(data: Path, source: Source, share: float = 1.0, apply: Apply = map) -> Iterator[Document]:
    """Yield the cleaned documents of a collection, spread over it, up to `share` of the bytes it may have.

    The collection lies under the folder `data`. A document that only repeats others is left out. `apply`
    does what `map` does, such as on several processors.
    """
    file = data / f"{source.path}.jsonl.xz"
    every, wanted = 1.0, float("inf")
    if share < 1 or source.most_bytes is not None:
        unpacked = _unpacked(file)
        wanted = share * min(unpacked, source.most_bytes or unpacked)
        every = max(1.0, unpacked / wanted)
    size = 0
    copies = Deduplicator()
    due = 0.0
    for number, document in enumerate(documents_in(file, source.left_out, apply)):
        if number < due:
            continue
        due += every
        if isinstance(document, str) and not copies.remove_copies(document).strip():
            continue
        size += size_of(document)
        if size > wanted:
            return
        yield document


def encode(tokenizer: Tokenizer, document: Document) -> list[int]:
    """Return the pieces of a document, from start piece to end piece, with roles where it is a dialogue."""
    if isinstance(document, str):
        return note_document(tokenizer, tokenizer.encode(document))
    return chat_document(tokenizer, (Turn(role, text) for role, text in document))


def documents_in(file: Path, left_out: tuple[str, ...] = (), apply: Apply = map) -> Iterator[Document]:
    """Yield the cleaned documents of a collection except those whose source contains a name in `left_out`."""
    for documents in apply(partial(_documents_of, left_out), records_in(file)):
        yield from documents


def _documents_of(left_out: tuple[str, ...], record: dict[str, Any]) -> list[Document]:
    """Return the cleaned documents of one object of a collection."""
    if "turns" in record:
        dialogue = _dialogue(record["turns"])
        return [dialogue] if len(dialogue) > 1 else []
    if any(name in record["source"] for name in left_out):
        return []
    return list(_cut(clean(screen(_SHORTCODE.sub("", record["text"])).text)))


def records_in(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a collection as they are."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _dialogue(turns: list[list[str]]) -> list[tuple[str, str]]:
    """Return the turns with user and model alternating; whoever writes first is the user."""
    merged: list[tuple[str, str]] = []
    first = turns[0][0] if turns else ""
    for writer, line in turns:
        role = USER if writer == first else MODEL
        text = clean_keeping_markup(line).strip()
        if merged and merged[-1][0] == role:
            merged[-1] = (role, f"{merged[-1][1]}\n{text}".strip())
        elif text:
            merged.append((role, text))
    return merged


def _cut(text: str) -> Iterator[str]:
    """Yield a text in parts of about DOCUMENT_BYTES, cut between lines."""
    while len(text) > DOCUMENT_BYTES * (1 + LONGER_LAST_PART):
        place = text.find("\n", DOCUMENT_BYTES) + 1 or len(text)
        yield text[:place]
        text = text[place:]
    if text.strip():
        yield text


def plain_text(document: Document) -> str:
    """Return the text of a document, without roles."""
    return document if isinstance(document, str) else "\n".join(text for _, text in document)


def size_of(document: Document) -> int:
    """Return the bytes of a document's text."""
    if isinstance(document, str):
        return len(document.encode())
    return sum(len(text.encode()) for _, text in document)


def is_validation(document: Document, one_in: int = ENGLISH.validation_one_in) -> bool:
    """Return whether a document is the one in `one_in` that is kept back, by the hash of its text."""
    digest = hashlib.sha256(plain_text(document).encode()).digest()
    return int.from_bytes(digest[:4], "big") % one_in == 0


def _unpacked(file: Path) -> int:
    """Return how many bytes all documents of a collection have before they are cleaned."""
    texts = (
        (record["text"],) if "text" in record else (line for _, line in record["turns"])
        for record in records_in(file)
    )
    return sum(len(text.encode()) for text in itertools.chain.from_iterable(texts))
