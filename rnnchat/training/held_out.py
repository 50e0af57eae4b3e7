"""English that the shipped model never learns from, and how well a model tells it."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

from rnnchat.evaluation.scoring import score_pieces
from rnnchat.lm.protocols import AnyLanguageModel
from rnnchat.text.notes.clean import without_data
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.collections import (
    KEPT_OUT,
    SOURCES,
    Document,
    documents_in,
    encode,
    is_validation,
    size_of,
)

EBOOKS = "pretrain/prose-standard-ebooks"
WIKITEXT = "bench/wikitext2/wiki.test.tokens"
SIZE = 60_000
"""Characters of each text."""


def held_out(data: Path, size: int = SIZE) -> Iterator[tuple[str, list[Document]]]:
    """Yield the names and the documents of what is measured with: three ebooks, dialogues and WikiText-2.

    The ebooks are those KEPT_OUT of training, the dialogues those that the recipe keeps for validation, and
    WikiText-2 is its test text as it comes, its marks for rare words included.
    """
    with lzma.open(data / f"{EBOOKS}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for name in KEPT_OUT:
                if name in record["source"]:
                    yield name, [without_data(record["text"])[:size]]
    yield "dialogue", _dialogues(data, size)
    yield "wikitext-2", [without_data((data / WIKITEXT).read_text(encoding="utf-8"))[:size]]


def bits_per_byte(predictor: AnyLanguageModel, tokenizer: Tokenizer, documents: list[Document]) -> float:
    """Return the bits for each byte of `documents`, each told from its start, roles and ends included."""
    bits = 0.0
    for document in documents:
        for piece in score_pieces(predictor, encode(tokenizer, document)):
            bits += piece.bits
    return bits / max(1, sum(map(size_of, documents)))


def _dialogues(data: Path, size: int) -> list[Document]:
    """Return some of each collection of dialogues."""
    sources = [source for source in SOURCES if source.path.startswith("dialogue/")]
    chosen: list[Document] = []
    for source in sources:
        own = 0
        for document in documents_in(data / f"{source.path}.jsonl.xz"):
            if own < size / len(sources) and is_validation(document):
                chosen.append(document)
                own += size_of(document)
    return chosen
