"""From notes to pieces: what a run does before it trains, done once and kept for resuming.

Nothing here holds a whole corpus: notes go through a file, and their pieces to another one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import TrainingError
from rnnchat.library.models import BASE, TOKENIZER, Library
from rnnchat.storage.atomic import write_bytes, write_text
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import NOTES, note_document
from rnnchat.text.notes import Skipped
from rnnchat.text.notes.corpus import (
    Secret,
    as_record,
    check_enough,
    choose_validation,
    place_to_cut,
    read_notes,
    validation_bytes_for,
)
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer, vocabulary_for
from rnnchat.training.data.spool import Spool, Spooled
from rnnchat.training.runs.phases import PREPARING, READING, At, nobody
from rnnchat.training.runs.run import AUTO, BEFORE, PREPARED, SCRATCH, Run, RunSettings

TRAINING = "training.pieces"
VALIDATION = "validation.pieces"
FILES = "files.json"
"""The file of every text, those learned from before those kept back."""
OFFSETS = "offsets.npy"
LEARNED = "learned.bin"
"""Digests of what the network has learned, in a run that only remembers; else it learned all."""
_DIGEST = 16
DIGESTS = "digests.npy"
LESSONS = "lessons.npy"

FITTING = 1.8
"""The bytes a piece must stand for on average where a tokenizer is to fit a corpus."""
TOKENIZER_BYTES = 12_000_000
"""A tokenizer learns no more from more text than this."""
SAMPLE_BYTES = 200_000
"""How much text is looked at to see whether a tokenizer fits."""

Emit = Callable[[dict[str, Any]], None]


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
    style: str = NOTES
    description: str = ""
    texts: tuple[str, ...] = ()
    """What a shipped model learned from, in words, in the place of paths."""
    encoded: int = 0
    """How many notes had to be encoded; the others' pieces were there from the training before."""
    new: int = 0
    """How many notes the model that is trained further has not learned before; 0 where it is another."""


def prepare(run: Run, paths: Paths, emit: Emit, at: At = nobody) -> Prepared:
    """Read the notes, make or take over the tokenizer, and write the pieces; or find that all done."""
    done = prepared_before(run)
    if done is not None:
        return done
    settings = run.settings
    with Spool(run.folder / "notes.spool") as spool:
        skipped, secrets = _read(settings, spool, emit, at)
        size = sum(entry.size for entry in spool.entries)
        check_enough(len(spool.entries), size, skipped)
        at(PREPARING, 0, size)
        earlier = Earlier.of(run)
        training, validation = _split(spool, earlier.learned if settings.base == settings.name else set())
        base = choose_base(settings, Library(paths), _sample(spool, training, SAMPLE_BYTES))
        training_bytes = sum(entry.size for entry in training)
        tokenizer, style = _tokenizer(settings, Library(paths), base, training_bytes, spool, training)
        emit({"event": "encoding", "base": base, "vocabulary": tokenizer.size})
        counted = Prepared(
            files=len(spool.entries),
            bytes=size,
            skipped=len(skipped),
            secrets=len(secrets),
            training_bytes=training_bytes,
            validation_bytes=sum(entry.size for entry in validation),
            pieces=0,
            vocabulary=tokenizer.size,
            base=base,
            style=style,
        )
        known = earlier if earlier.tokenizer == tokenizer.model else Earlier()
        encoder = _Encoder(tokenizer, spool, known, lambda done: at(PREPARING, done, size))
        kept_back = [note_document(tokenizer, p) for _, p in encoder.documents(validation)]
        counted = _write_pieces(
            run,
            tokenizer,
            encoder.documents(training),
            kept_back,
            counted,
            learned=earlier.learned if base == settings.name else set(),
        )
        if not settings.minutes:
            learned = sorted(earlier.learned) if base == settings.name else []
            write_bytes(run.folder / LEARNED, b"".join(learned))
        files = [entry.path for entry in (*training, *validation)]
        write_text(run.folder / FILES, json.dumps(files) + "\n")
        counted = replace(counted, encoded=encoder.encoded)
    return _finish(run, counted)


def prepared_before(run: Run) -> Prepared | None:
    """Return what was prepared for `run`, or None where nothing was, or its record is damaged."""
    try:
        return Prepared(**json.loads((run.folder / PREPARED).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


SIZED = {"embedding": 0, "units": 0, "vocabulary": 0, "layers": 1}
"""The settings that a network's base decides, with what they are where nobody states them."""


def choose_base(settings: RunSettings, library: Library, sample: str) -> str:
    """Return the model to start from: the shipped one where it suits the cell and the notes, else none.

    It suits the notes where its tokenizer does not have to spell a `sample` of them byte by byte, and
    the sizes that the settings state, where they state any. Raises TrainingError where they ask for a
    base and for other sizes than it has.
    """
    if settings.base == SCRATCH:
        return SCRATCH
    saved = library.load(BASE if settings.base == AUTO else settings.base)
    own = saved.card.network
    other = [name for name, none in SIZED.items() if getattr(settings, name) not in (none, own[name])]
    if settings.base != AUTO:
        if other:
            sizes = ", ".join(f"{name}={own[name]}" for name in other)
            raise TrainingError(
                f"{settings.base} has {sizes}, and a model that is trained further keeps its sizes.",
                "Leave them out, or train with `--from scratch`.",
            )
        return settings.base
    if other or own["cell"] != settings.cell:
        return SCRATCH
    return BASE if bytes_per_piece(Tokenizer(saved.tokenizer), sample) >= FITTING else SCRATCH


def bytes_per_piece(tokenizer: Tokenizer, sample: str) -> float:
    """Return for how many bytes of `sample` a piece stands on average."""
    return len(sample.encode()) / max(1, len(tokenizer.encode(sample)))


def write_prepared(
    run: Run,
    tokenizer: Tokenizer,
    training: Iterable[Sequence[int]],
    validation: Sequence[Sequence[int]],
    counted: Prepared,
) -> Prepared:
    """Write what training needs into the run's folder, the record that it is whole last."""
    numbered = ((number.to_bytes(16, "big"), document) for number, document in enumerate(training))
    counted = _write_pieces(run, tokenizer, numbered, validation, counted, learned=set(), whole=True)
    return _finish(run, counted)


def pieces_on_disk(path: Path, vocabulary: int) -> NDArray[np.integer[Any]]:
    """Return the pieces in a file without reading them into memory."""
    if not path.stat().st_size:
        return np.zeros(0, dtype_for(vocabulary))
    return np.memmap(path, dtype_for(vocabulary), mode="r")


def dtype_for(vocabulary: int) -> np.dtype[Any]:
    """Return the type that pieces are kept with."""
    return np.dtype("<u2" if vocabulary <= 2**16 else "<i4")


class Earlier:
    """The pieces that the training before, for the same model, left in its run's folder."""

    def __init__(self, tokenizer: bytes = b"") -> None:
        self.tokenizer = tokenizer
        self._places: dict[bytes, tuple[int, int]] = {}
        self._pieces: NDArray[np.integer[Any]] = np.zeros(0, np.uint16)
        self.learned: set[bytes] = set()
        """What a network learned from, by digest."""

    @classmethod
    def of(cls, run: Run) -> Earlier:
        """Return those of the training before `run`; nothing where there are none or they are damaged."""
        folder = run.folder / BEFORE
        try:
            earlier = cls((folder / TOKENIZER).read_bytes())
            counted = Prepared(**json.loads((folder / PREPARED).read_text(encoding="utf-8")))
            offsets = np.load(folder / OFFSETS, allow_pickle=False)
            digests = np.load(folder / DIGESTS, allow_pickle=False)
            earlier._pieces = pieces_on_disk(folder / TRAINING, counted.vocabulary)
            if len(digests) != len(offsets) - 1 or offsets[-1] != len(earlier._pieces):
                return cls()
        except (OSError, ValueError, TypeError, IndexError):
            return cls()
        spans = zip(digests, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        earlier._places = {digest.tobytes(): (start, end) for digest, start, end in spans}
        learned = (folder / LEARNED).read_bytes() if (folder / LEARNED).is_file() else digests.tobytes()
        earlier.learned = {learned[start : start + _DIGEST] for start in range(0, len(learned), _DIGEST)}
        return earlier

    def pieces(self, digest: bytes) -> list[int] | None:
        """Return a text's pieces, between their start and end, or None where it is new."""
        place = self._places.get(digest)
        return None if place is None else [int(piece) for piece in self._pieces[slice(*place)][1:-1]]


class _Encoder:
    """Turns spooled texts into pieces, on all processors, but for those that are known already."""

    def __init__(
        self, tokenizer: Tokenizer, spool: Spool, earlier: Earlier, progress: Callable[[int], None]
    ) -> None:
        self._tokenizer = tokenizer
        self._spool = spool
        self._earlier = earlier
        self._progress = progress
        self._bytes = 0
        self.encoded = 0

    def documents(self, entries: Iterable[Spooled]) -> Iterator[tuple[bytes, list[int]]]:
        """Yield the digest and the pieces of each text, in order."""
        for batch, texts in self._spool.in_batches(entries):
            known = [self._earlier.pieces(entry.digest) for entry in batch]
            fresh = [text for text, pieces in zip(texts, known, strict=True) if pieces is None]
            self.encoded += len(fresh)
            encoded = iter(self._tokenizer.encode_all(fresh))
            for entry, pieces in zip(batch, known, strict=True):
                yield entry.digest, next(encoded) if pieces is None else pieces
                self._bytes += entry.size
                self._progress(self._bytes)


def _read(settings: RunSettings, spool: Spool, emit: Emit, at: At) -> tuple[list[Skipped], list[Secret]]:
    skipped: list[Skipped] = []
    secrets: list[Secret] = []
    at(READING, 0, None)
    for item in read_notes([Path(path) for path in settings.paths]):
        at(READING, len(spool.entries) + len(skipped), None)
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            spool.append(item.note.name, item.note.text, str(item.path))
            secrets += item.secrets
    size = sum(entry.size for entry in spool.entries)
    emit({"event": "scan", **as_record(len(spool.entries), size, skipped, secrets)})
    return skipped, secrets


def _split(spool: Spool, learned: set[bytes]) -> tuple[list[Spooled], list[Spooled]]:
    """Return the texts to learn from and those to measure with."""
    entries = spool.entries
    before = {number for number, entry in enumerate(entries) if entry.digest in learned}
    chosen = choose_validation([e.name for e in entries], [e.size for e in entries], before)
    if chosen:
        training = [entry for number, entry in enumerate(entries) if number not in chosen]
        return training, [entries[number] for number in sorted(chosen)]
    longest = max(entries, key=lambda entry: entry.size)
    wanted = validation_bytes_for(sum(entry.size for entry in entries))
    head, tail = spool.cut(longest, place_to_cut(spool.read(longest), wanted))
    return [head if entry is longest else entry for entry in entries], [tail]


def _tokenizer(
    settings: RunSettings, library: Library, base: str, size: int, spool: Spool, training: list[Spooled]
) -> tuple[Tokenizer, str]:
    if base != SCRATCH:
        saved = library.load(base)
        return Tokenizer(saved.tokenizer), saved.card.style
    every = max(1, -(-size // TOKENIZER_BYTES))
    texts = (spool.read(entry) for entry in training[::every])
    return train_tokenizer(texts, settings.vocabulary or vocabulary_for(size)), NOTES


def _sample(spool: Spool, entries: Sequence[Spooled], size: int) -> str:
    """Return the beginnings of texts from all over a corpus, about `size` bytes."""
    chosen = entries[:: max(1, len(entries) // 100)]
    return "".join(spool.read(entry)[: size // len(chosen)] for entry in chosen)


def _write_pieces(
    run: Run,
    tokenizer: Tokenizer,
    training: Iterable[tuple[bytes, Sequence[int]]],
    validation: Sequence[Sequence[int]],
    counted: Prepared,
    *,
    learned: set[bytes],
    whole: bool = False,
) -> Prepared:
    """Write pieces as they come, and which of the texts the training is to learn from.

    `whole` documents have their start and end already.
    """
    dtype = dtype_for(tokenizer.size)
    sizes: list[int] = []
    digests: list[bytes] = []
    target = os.open(run.folder / TRAINING, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(target, "wb") as file:
        for digest, pieces in training:
            document = pieces if whole else note_document(tokenizer, pieces)
            np.asarray(document, dtype).tofile(file)
            sizes.append(len(document))
            digests.append(digest)
        file.flush()
        os.fsync(file.fileno())
    offsets = np.cumsum([0, *sizes], dtype=np.int64)
    new = [number for number, digest in enumerate(digests) if digest not in learned]
    lessons = _lessons(offsets, new if learned else [])
    kept_back = [np.asarray(document, dtype) for document in validation]
    write_bytes(run.folder / TOKENIZER, tokenizer.model)
    write_bytes(run.folder / VALIDATION, np.concatenate(kept_back).tobytes() if kept_back else b"")
    for name, array in (
        (OFFSETS, offsets),
        (DIGESTS, np.frombuffer(b"".join(digests), np.uint8).reshape(-1, _DIGEST)),
        (LESSONS, lessons),
    ):
        write_bytes(run.folder / name, _as_npy(array))
    return replace(counted, pieces=int(lessons[:, 1].sum()), new=len(new) if learned else 0)


def _lessons(offsets: NDArray[np.int64], new: list[int]) -> NDArray[np.int64]:
    """Return the start and size of every text to learn from.

    Where few texts are `new`, they and as much of the old ones, so that those are not forgotten.
    """
    spans = np.stack([offsets[:-1], np.diff(offsets)], axis=1)
    size = int(spans[new, 1].sum()) if new else 0
    if not new or size > offsets[-1] / 3:
        return spans
    old = np.setdiff1d(np.arange(len(spans)), new)
    shuffled = np.random.default_rng(0).permutation(old)
    enough = int(np.searchsorted(np.cumsum(spans[shuffled, 1]), size)) + 1
    lessons: NDArray[np.int64] = spans[np.sort(np.concatenate([new, shuffled[:enough]]))]
    return lessons


def _finish(run: Run, counted: Prepared) -> Prepared:
    write_text(run.folder / PREPARED, json.dumps(asdict(counted), ensure_ascii=False) + "\n")
    shutil.rmtree(run.folder / BEFORE, ignore_errors=True)
    return counted


def _as_npy(array: NDArray[Any]) -> bytes:
    import io

    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
