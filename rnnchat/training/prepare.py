"""From notes to pieces: what a run does before it trains, done once and kept for resuming."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.library.atomic import write_bytes, write_text
from rnnchat.library.models import BASE, TOKENIZER, Library
from rnnchat.library.paths import Paths
from rnnchat.notes import Corpus, read_corpus, scan
from rnnchat.tokenizer import Tokenizer, train_tokenizer, vocabulary_for
from rnnchat.training.run import AUTO, PREPARED, SCRATCH, Run, RunSettings

TRAINING = "training.npy"
OFFSETS = "offsets.npy"
VALIDATION = "validation.npy"

FITTING = 1.8
"""The bytes a piece must stand for on average where a tokenizer is to fit a corpus."""


@dataclass(frozen=True)
class Prepared:
    """What was read and encoded; the arrays lie beside it in the run's folder."""

    files: int
    bytes: int
    skipped: int
    secrets: int
    training_bytes: int
    validation_bytes: int
    pieces: int
    vocabulary: int
    base: str = SCRATCH
    """The model that the training starts from, chosen where the settings left it open."""
    style: str = "notes"
    description: str = ""
    texts: tuple[str, ...] = ()
    """What a shipped model learned from, in words, in the place of paths."""


def prepare(run: Run, paths: Paths, emit: Callable[[dict[str, Any]], None]) -> Prepared:
    """Read the notes, make or take over the tokenizer, and write the pieces; or find that all done."""
    done = run.folder / PREPARED
    if done.is_file():
        return Prepared(**json.loads(done.read_text(encoding="utf-8")))
    settings = run.settings
    result = scan([Path(path) for path in settings.paths])
    emit({"event": "scan", **result.as_dict()})
    corpus = read_corpus(result)
    base = choose_base(settings, Library(paths), corpus) if settings.base == AUTO else settings.base
    if base == SCRATCH:
        vocabulary = settings.vocabulary or vocabulary_for(corpus.training_bytes)
        tokenizer, style = train_tokenizer((note.text for note in corpus.training), vocabulary), "notes"
    else:
        saved = Library(paths).load(base)
        tokenizer, style = Tokenizer(saved.tokenizer), saved.card.style
    emit({"event": "encoding", "base": base, "vocabulary": tokenizer.size})
    counted = Prepared(
        files=len(result.notes),
        bytes=result.bytes,
        skipped=len(result.skipped),
        secrets=len(result.secrets),
        training_bytes=corpus.training_bytes,
        validation_bytes=corpus.validation_bytes,
        pieces=0,
        vocabulary=tokenizer.size,
        base=base,
        style=style,
    )
    training = [as_document(tokenizer, p) for p in tokenizer.encode_all([n.text for n in corpus.training])]
    validation = [
        as_document(tokenizer, p) for p in tokenizer.encode_all([n.text for n in corpus.validation])
    ]
    return write_prepared(run, tokenizer, training, validation, counted)


def choose_base(settings: RunSettings, library: Library, corpus: Corpus) -> str:
    """Return the shipped model's name where it suits the cell asked for and the notes, else SCRATCH.

    It suits the notes where its tokenizer does not have to spell them byte by byte.
    """
    saved = library.load(BASE)
    if saved.card.network.get("cell") != settings.cell:
        return SCRATCH
    sample = "".join(note.text[:2_000] for note in corpus.training[:100])
    pieces = Tokenizer(saved.tokenizer).encode(sample)
    return BASE if len(sample.encode()) / max(1, len(pieces)) >= FITTING else SCRATCH


def as_document(tokenizer: Tokenizer, pieces: Sequence[int]) -> list[int]:
    """Return the pieces of a note between a start and an end."""
    return [tokenizer.roles.start, *pieces, tokenizer.roles.end]


def write_prepared(
    run: Run,
    tokenizer: Tokenizer,
    training: Sequence[Sequence[int]],
    validation: Sequence[Sequence[int]],
    counted: Prepared,
) -> Prepared:
    """Write what training needs into the run's folder, the record that it is whole last."""
    offsets = np.cumsum([0, *map(len, training)], dtype=np.int64)
    prepared = Prepared(**{**asdict(counted), "pieces": int(offsets[-1])})
    write_bytes(run.folder / TOKENIZER, tokenizer.model)
    write_bytes(run.folder / TRAINING, _as_npy(_flat(training)))
    write_bytes(run.folder / OFFSETS, _as_npy(offsets))
    write_bytes(run.folder / VALIDATION, _as_npy(_flat(validation)))
    write_text(run.folder / PREPARED, json.dumps(asdict(prepared), ensure_ascii=False) + "\n")
    return prepared


def _flat(documents: Sequence[Sequence[int]]) -> NDArray[Any]:
    size = sum(map(len, documents))
    largest = max((max(document) for document in documents), default=0)
    flat = np.empty(size, np.uint16 if largest < 2**16 else np.int32)
    place = 0
    for document in documents:
        flat[place : place + len(document)] = document
        place += len(document)
    return flat


def _as_npy(array: NDArray[Any]) -> bytes:
    import io

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
