"""The collections that the shipped model learns from: their files, their licences, and what is kept back."""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnchat.text.chat_format import MODEL, USER, Turn, chat_document, note_document
from rnnchat.text.notes.clean import clean_keeping_markup
from rnnchat.text.notes.deduplicate import Deduplicator
from rnnchat.text.notes.secrets import screen
from rnnchat.text.tokenizer import Tokenizer

DOCUMENT_BYTES = 100_000
"""Books are cut into documents of about this size, so that every epoch mixes them anew."""
VALIDATION_ONE_IN = 400
"""About one document in this many is kept back for validation."""
LONGER_LAST_PART = 0.5
"""A book's last part may be longer than DOCUMENT_BYTES by this share of it."""
Document = str | list[tuple[str, str]]
"""Prose, or the turns of a dialogue: (role, text), where the role is ``user`` or ``model``."""


@dataclass(frozen=True)
class Source:
    """One collection: where it lies, how much of it is used, and the credit that its licence asks for."""

    path: str
    """The file under the data folder, without ``.jsonl.xz``."""
    bytes: int
    """How many bytes of it are used at most, spread over all of it."""
    credit: str
    """Its authors and its licence."""


SOURCES = (
    Source(
        "dialogue/self_dialogue",
        24_000_000,
        "The Self-dialogue Corpus (Fainberg, Krause, Dobre, Damonte, Kahembwe, Duma, Webber and Fancellu"
        " 2018), BSD-3-Clause",
    ),
    Source(
        "dialogue/topical_chat",
        6_000_000,
        "Topical-Chat (Gopalakrishnan et al. 2019, Amazon), CDLA-Sharing-1.0",
    ),
    Source("dialogue/star", 3_000_000, "STAR (Mosig, Mehri and Kober 2020), MIT"),
    Source("dialogue/casino", 2_000_000, "CaSiNo (Chawla et al. 2021), CC BY 4.0"),
    Source("dialogue/taskmaster4", 2_000_000, "Taskmaster-4 (Google), CC BY 4.0"),
    Source("dialogue/chatterbot_en", 1_000_000, "chatterbot-corpus (Gunther Cox), BSD-3-Clause"),
    Source(
        "pretrain/prose-standard-ebooks",
        24_000_000,
        "97 novels, stories and plays in the public domain, in the productions of Standard Ebooks, CC0",
    ),
    Source(
        "pretrain/prose-openstax",
        12_000_000,
        "OpenStax textbooks (Rice University, openstax.org), CC BY 4.0, shortened: American Government,"
        " Anatomy & Physiology, Astronomy, Business Ethics, Chemistry, College Physics, College Success,"
        " Contemporary Mathematics, Entrepreneurship, Anthropology, Business, Intellectual Property,"
        " Philosophy, Political Science, Python Programming, Sociology, Introductory Statistics, Life,"
        " Liberty and the Pursuit of Happiness, Microbiology, Physics, Economics, Finance, Marketing,"
        " Psychology, Statistics, University Physics, U.S. History, Workplace Software, World History,"
        " Writing Guide",
    ),
    Source(
        "pretrain/prose-us-gov", 6_000_000, "Digital.gov and 18F (U.S. General Services Administration), CC0"
    ),
    Source(
        "pretrain/prose-docs-ccby",
        20_000_000,
        "The Carpentries lessons, PowerShell and Sysinternals documentation (Microsoft), rOpenSci blog,"
        " Everything curl (Daniel Stenberg), Artsy Engineering blog, Code-With Engineering Playbook"
        " (Microsoft), 500 Lines or Less, Open Source Guides (GitHub); CC BY 4.0 and 3.0, shortened",
    ),
    Source(
        "pretrain/prose-docs-permissive",
        14_000_000,
        "Kubernetes community documents, the Sourcegraph handbook, The Rust Programming Language; Apache-2.0"
        " and MIT, shortened",
    ),
    Source("pretrain/notes-mtlynch", 4_000_000, "The blog of Michael Lynch, CC BY 4.0"),
    Source("pretrain/notes-benbalter", 2_000_000, "The blog of Ben Balter, CC BY 3.0"),
    Source("pretrain/notes-raphlinus", 1_000_000, "The blog of Raph Levien, CC BY"),
)

KEPT_OUT = ("three-men-in-a-boat", "the-mysterious-affair-at-styles", "my-antonia")
"""The books that are only used for evaluation."""


def read_source(data: Path, source: Source, share: float) -> Iterator[Document]:
    """Yield the cleaned documents of a collection, spread over it, up to `share` of the bytes it may have.

    The collection lies under the folder `data`.
    """
    file = data / f"{source.path}.jsonl.xz"
    wanted = source.bytes * share
    every = max(1.0, _unpacked(file) / wanted)
    size = 0
    copies = Deduplicator()
    due = 0.0
    for number, document in enumerate(documents_in(file)):
        if number < due:
            continue
        due += every
        length = len(document) if isinstance(document, str) else sum(len(text) for _, text in document)
        if isinstance(document, str) and not copies.remove_copies(document).strip():
            continue
        size += length
        if size > wanted:
            return
        yield document


def encode(tokenizer: Tokenizer, document: Document) -> list[int]:
    """Return the pieces of a document, from start piece to end piece, with roles where it is a dialogue."""
    if isinstance(document, str):
        return note_document(tokenizer, tokenizer.encode(document))
    return chat_document(tokenizer, (Turn(role, text) for role, text in document))


def documents_in(file: Path) -> Iterator[Document]:
    """Yield the cleaned documents of a collection except the books in KEPT_OUT."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if "turns" in record:
                dialogue = _dialogue(record["turns"])
                if len(dialogue) > 1:
                    yield dialogue
            elif not any(name in record["source"] for name in KEPT_OUT):
                yield from _cut(clean_keeping_markup(screen(record["text"]).text))


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


def is_validation(document: Document) -> bool:
    """Return whether a document is kept back for validation, by the hash of its text."""
    digest = hashlib.sha256(plain_text(document).encode()).digest()
    return int.from_bytes(digest[:4], "big") % VALIDATION_ONE_IN == 0


def _unpacked(file: Path) -> int:
    """Return how many characters all documents of a collection have."""
    return sum(len(plain_text(document)) for document in documents_in(file))
