"""What preparing a run leaves on disk: pieces, which of them to train on, and the record of it all."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.atomic import write_bytes, write_text
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.batches import TrainingData
from rnnchat.training.runs.files import (
    DIGESTS,
    OFFSETS,
    PREPARED,
    PREVIOUS_RUN,
    REPEATS,
    TOKENIZER,
    TRAINING_PIECES,
    TRAINING_SPANS,
    VALIDATION_PIECES,
)
from rnnchat.training.runs.migrations import PREPARED_MIGRATIONS, NewerSchemaError, migrate, with_schema
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH

DIGEST_BYTES = 16
"""A text is recognised by this many bytes of its hash."""
ALL_FOR_NEW = 3
"""Where new texts are more than one in this many of all pieces, all texts are trained on."""


@dataclass(frozen=True)
class Prepared:
    """What was read and encoded; the arrays lie beside its record in the run's folder."""

    files: int
    """How many notes were read."""
    bytes: int
    """The UTF-8 bytes of their cleaned text."""
    skipped: int
    """How many files were skipped."""
    secrets: int
    """How many lines were left out because of secrets."""
    training_bytes: int
    validation_bytes: int
    pieces: int
    """How many pieces an epoch trains on."""
    vocabulary: int
    """How many pieces the tokenizer has."""
    base: str = SCRATCH
    """The model that the training starts from, chosen where the settings left it open."""
    style: str = "notes"
    """Whether the model's texts are notes or chats."""
    description: str = ""
    """What the model's card says about it."""
    credits: tuple[str, ...] = ()
    """The works that a shipped model learns from, and their licences, in place of paths."""
    encoded_notes: int = 0
    """How many notes were encoded; the pieces of the others came from the run before."""
    new_notes: int = 0
    """How many notes the model that is trained further has not learned yet; 0 for another model."""

    def to_json(self) -> str:
        """Return the record as it is written to disk."""
        return json.dumps(with_schema(asdict(self), PREPARED_MIGRATIONS), ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Prepared:
        """Read a record of this or an earlier version; raise ValueError or TypeError where it is none."""
        values = migrate(json.loads(text), PREPARED_MIGRATIONS)
        return cls(**{**values, "credits": tuple(values.get("credits", ()))})


def read_prepared(folder: Path) -> Prepared | None:
    """Return what was prepared in a run's `folder`, or None where nothing was or the record is damaged.

    Raises NewerSchemaError where a newer version wrote it.
    """
    try:
        return Prepared.from_json((folder / PREPARED).read_text(encoding="utf-8"))
    except NewerSchemaError:
        raise
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def finish_preparing(run: Run, prepared: Prepared) -> Prepared:
    """Write the record, which says that everything else is complete, and drop the previous run."""
    write_text(run.folder / PREPARED, prepared.to_json())
    shutil.rmtree(run.folder / PREVIOUS_RUN, ignore_errors=True)
    return prepared


def pieces_on_disk(path: Path, vocabulary: int) -> NDArray[np.integer[Any]]:
    """Return the pieces in a file, (pieces,), without reading them into memory."""
    if not path.stat().st_size:
        return np.zeros(0, piece_dtype(vocabulary))
    return np.memmap(path, piece_dtype(vocabulary), mode="r")


def piece_dtype(vocabulary: int) -> np.dtype[Any]:
    """Return the type of the integers that pieces are written as."""
    return np.dtype("<u2" if vocabulary <= 2**16 else "<i4")


def write_pieces(
    run: Run,
    tokenizer: Tokenizer,
    training: Iterable[tuple[bytes, Sequence[int]]],
    validation: Sequence[Sequence[int]],
    prepared: Prepared,
    *,
    learned: Collection[bytes] = (),
) -> Prepared:
    """Write the documents of a run, those to train on one by one, and complete the record's counts.

    `training` gives the digest and the pieces of each document, from start piece to end piece. The digests
    in `learned` are those of documents that the network knows already.
    """
    dtype = piece_dtype(tokenizer.size)
    sizes: list[int] = []
    digests: list[bytes] = []
    target = os.open(run.folder / TRAINING_PIECES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(target, "wb") as file:
        for digest, document in training:
            np.asarray(document, dtype).tofile(file)
            sizes.append(len(document))
            digests.append(digest)
        file.flush()
        os.fsync(file.fileno())
    offsets = np.cumsum([0, *sizes], dtype=np.int64)
    new = [number for number, digest in enumerate(digests) if digest not in learned]
    spans = choose_training_spans(offsets, new if learned else [])
    kept_back = [np.asarray(document, dtype) for document in validation]
    write_bytes(run.folder / TOKENIZER, tokenizer.model)
    write_bytes(run.folder / VALIDATION_PIECES, np.concatenate(kept_back).tobytes() if kept_back else b"")
    for name, array in (
        (OFFSETS, offsets),
        (DIGESTS, np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST_BYTES)),
        (TRAINING_SPANS, spans),
    ):
        write_bytes(run.folder / name, _npy_bytes(array))
    return replace(prepared, pieces=int(spans[:, 1].sum()), new_notes=len(new) if learned else 0)


def choose_training_spans(offsets: NDArray[np.int64], new: Sequence[int]) -> NDArray[np.int64]:
    """Return the start and size of every text to train on, (texts, 2), given all `offsets` (texts + 1,).

    Where the `new` texts, given by number, are few, they are joined by old ones of the same size, so that
    those are not forgotten. Without `new` ones all texts are trained on.
    """
    spans = np.stack([offsets[:-1], np.diff(offsets)], axis=1)
    size = int(spans[new, 1].sum()) if new else 0
    if not new or size > offsets[-1] / ALL_FOR_NEW:
        return spans
    old = np.setdiff1d(np.arange(len(spans)), new)
    shuffled = np.random.default_rng(0).permutation(old)
    enough = int(np.searchsorted(np.cumsum(spans[shuffled, 1]), size)) + 1
    chosen: NDArray[np.int64] = spans[np.sort(np.concatenate([new, shuffled[:enough]]))]
    return chosen


def _npy_bytes(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def write_repeats(run: Run, repeats: NDArray[np.float32]) -> None:
    """Write how often each training text of a run is read in a round (texts, 2)."""
    write_bytes(run.folder / REPEATS, _npy_bytes(repeats))


def training_data(run: Run, prepared: Prepared) -> TrainingData:
    """Return the prepared pieces of a run, which stay on disk."""
    repeats = run.folder / REPEATS
    return TrainingData(
        training=pieces_on_disk(run.folder / TRAINING_PIECES, prepared.vocabulary),
        training_spans=np.load(run.folder / TRAINING_SPANS, allow_pickle=False),
        validation=pieces_on_disk(run.folder / VALIDATION_PIECES, prepared.vocabulary),
        validation_bytes=prepared.validation_bytes,
        training_bytes=prepared.training_bytes,
        repeats=np.load(repeats, allow_pickle=False) if repeats.is_file() else None,
    )
