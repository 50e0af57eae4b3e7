"""From the collections of a recipe to the pieces of a run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.text.chat_format import CHAT
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer
from rnnchat.training.collections import Document, encode, is_validation, plain_text, read_source, size_of
from rnnchat.training.data.prepare import TOKENIZER_BYTES
from rnnchat.training.data.prepared import (
    DIGEST_BYTES,
    Prepared,
    finish_preparing,
    write_pieces,
    write_repeats,
)
from rnnchat.training.recipes import Recipe
from rnnchat.training.runs.run import Run

RECORDS_AT_ONCE = 32
"""A process is given this many objects of a collection to clean at a time."""


@dataclass(frozen=True)
class CollectedTexts:
    """The documents of all collections of a recipe."""

    training: list[Document]
    """Those to train on."""
    repeats: NDArray[np.float32]
    """How often each of them is read in a round (texts, 2): in the main part, and in the last part."""
    validation: list[Document]
    """Those that are kept back."""


def prepare_recipe(
    run: Run, recipe: Recipe, data: Path, *, share: float = 1.0, tokenizer: Tokenizer | None = None
) -> Prepared:
    """Read `share` of each collection under `data` and write the run's pieces.

    Without a `tokenizer` one is trained on the texts. All documents are in memory at once.
    """
    texts = collect(recipe, data, share)
    sizes = sum(map(size_of, texts.training)), sum(map(size_of, texts.validation))
    if tokenizer is None:
        every = max(1, sizes[0] // TOKENIZER_BYTES)
        tokenizer = train_tokenizer(map(plain_text, texts.training[::every]), recipe.vocabulary)
    prepared = Prepared(
        files=len(texts.training) + len(texts.validation),
        bytes=sum(sizes),
        skipped=0,
        secrets=0,
        training_bytes=sizes[0],
        validation_bytes=sizes[1],
        pieces=0,
        vocabulary=tokenizer.size,
        base=run.settings.base,
        style=CHAT,
        description=recipe.description,
        credits=tuple(source.credit for source in recipe.sources),
    )
    kept_back = [encode(tokenizer, document) for document in texts.validation]
    prepared = write_pieces(run, tokenizer, _numbered(tokenizer, texts.training), kept_back, prepared)
    write_repeats(run, texts.repeats)
    return finish_preparing(run, prepared)


def collect(recipe: Recipe, data: Path, share: float = 1.0) -> CollectedTexts:
    """Read `share` of each collection of `recipe` under the folder `data`, on all processors."""
    training: list[Document] = []
    validation: list[Document] = []
    repeats: list[tuple[float, float]] = []
    with ProcessPoolExecutor() as processes:
        clean_all = partial(processes.map, chunksize=RECORDS_AT_ONCE)
        for source in recipe.sources:
            for document in read_source(data, source, share, clean_all):
                if is_validation(document, recipe.validation_one_in):
                    validation.append(document)
                else:
                    training.append(document)
                    repeats.append((source.repeats, source.last_repeats))
    return CollectedTexts(training, np.array(repeats, np.float32).reshape(-1, 2), validation)


def _numbered(tokenizer: Tokenizer, documents: list[Document]) -> Iterator[tuple[bytes, list[int]]]:
    """Yield a number in place of a digest, and the pieces, of each document."""
    for number, document in enumerate(documents):
        yield number.to_bytes(DIGEST_BYTES, "big"), encode(tokenizer, document)
