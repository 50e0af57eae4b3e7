"""English text that the shipped model never learns from, and how well a model predicts it."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

from rnnchat.evaluation.scoring import score_pieces
from rnnchat.lm.protocols import AnyLanguageModel
from rnnchat.text.notes.clean import clean_keeping_markup
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
"""The collection that holds the ebooks, under the data folder."""
WIKITEXT = "bench/wikitext2/wiki.test.tokens"
"""The test text of WikiText-2 (Merity et al. 2017), under the data folder."""
CHARACTERS = 60_000
"""About this many characters of each text are scored."""


def held_out(data: Path, size: int = CHARACTERS) -> Iterator[tuple[str, list[Document]]]:
    """Yield the names and documents of the evaluation texts: three ebooks, dialogues and WikiText-2.

    The ebooks are those KEPT_OUT of training, the dialogues those that the recipe keeps back for validation,
    and WikiText-2 is its test text unchanged, with its marks for rare words.
    """
    with lzma.open(data / f"{EBOOKS}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for name in KEPT_OUT:
                if name in record["source"]:
                    yield name, [clean_keeping_markup(record["text"])[:size]]
    yield "dialogue", _dialogues(data, size)
    yield "wikitext-2", [clean_keeping_markup((data / WIKITEXT).read_text(encoding="utf-8"))[:size]]


def bits_per_byte(predictor: AnyLanguageModel, tokenizer: Tokenizer, documents: list[Document]) -> float:
    """Return the bits for each byte of `documents`, each told from its start, roles and ends included."""
    bits = 0.0
    for document in documents:
        for piece in score_pieces(predictor, encode(tokenizer, document)):
            bits += piece.bits
    return bits / max(1, sum(map(size_of, documents)))


def _dialogues(data: Path, size: int) -> list[Document]:
    """Return validation documents of each collection of dialogues, about `size` bytes in all."""
    sources = [source for source in SOURCES if source.path.startswith("dialogue/")]
    chosen: list[Document] = []
    for source in sources:
        own = 0
        for document in documents_in(data / f"{source.path}.jsonl.xz"):
            if own < size / len(sources) and is_validation(document):
                chosen.append(document)
                own += size_of(document)
    return chosen
