"""Text that the models that ship never learn from, and how well a model predicts it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from rnnchat.evaluation.scoring import score_pieces
from rnnchat.lm.protocols import AnyLanguageModel
from rnnchat.text.notes.clean import clean_keeping_markup
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.collections import (
    Document,
    encode,
    is_validation,
    read_source,
    records_in,
    size_of,
)
from rnnchat.training.recipes import ENGLISH, KEPT_OUT, Recipe

EBOOKS = "pretrain/prose-standard-ebooks"
"""The collection that holds the ebooks, under the data folder."""
WIKITEXT = "bench/wikitext2/wiki.test.tokens"
"""The test text of WikiText-2 (Merity et al. 2017), under the data folder."""
CHARACTERS = 60_000
"""About this many characters of each text are scored."""


def held_out(
    data: Path, size: int | None = CHARACTERS, *, recipe: Recipe = ENGLISH
) -> Iterator[tuple[str, list[Document]]]:
    """Yield the names and documents of the evaluation texts, the first `size` characters of each or all.

    For English they are the three ebooks KEPT_OUT of training, the dialogues that the recipe keeps back for
    validation, and the test text of WikiText-2 unchanged, with its marks for rare words. For other languages
    they are the notes and the dialogues that the recipe keeps back.
    """
    if recipe == ENGLISH:
        for record in records_in(data / f"{EBOOKS}.jsonl.xz"):
            for name in KEPT_OUT:
                if name in record["source"]:
                    yield name, [clean_keeping_markup(record["text"])[:size]]
    else:
        yield "notes", _kept_back(data, recipe, size, are_dialogues=False)
    yield "dialogue", _kept_back(data, recipe, size, are_dialogues=True)
    if recipe == ENGLISH:
        text = (data / WIKITEXT).read_text(encoding="utf-8")
        yield "wikitext-2", [clean_keeping_markup(text)[:size]]


def bits_per_byte(predictor: AnyLanguageModel, tokenizer: Tokenizer, documents: list[Document]) -> float:
    """Return the bits for each byte of `documents`, each told from its start, roles and ends included."""
    bits = 0.0
    for document in documents:
        for piece in score_pieces(predictor, encode(tokenizer, document)):
            bits += piece.bits
    return bits / max(1, sum(map(size_of, documents)))


def _kept_back(data: Path, recipe: Recipe, size: int | None, *, are_dialogues: bool) -> list[Document]:
    """Return validation documents of each collection of dialogues or of prose, about `size` bytes in all."""
    sources = [source for source in recipe.sources if source.path.startswith("dialogue/") == are_dialogues]
    most = math.inf if size is None else size / len(sources)
    chosen: list[Document] = []
    for source in sources:
        own = 0
        for document in read_source(data, source):
            if is_validation(document, recipe.validation_one_in):
                chosen.append(document)
                own += size_of(document)
            if own >= most:
                break
    return chosen
