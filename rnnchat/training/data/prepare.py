"""From notes to pieces: what a run does before it trains, done once and kept for resuming.

Nothing here holds a whole corpus in memory: cleaned notes go to one file, and their pieces to another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from rnnchat.library.models import Library
from rnnchat.storage.atomic import write_bytes, write_text
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import NOTES, note_document
from rnnchat.text.notes import Skipped
from rnnchat.text.notes.corpus import SecretLocation, read_notes, require_enough_notes, scan_record
from rnnchat.text.notes.split import place_to_cut, split_notes
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer, vocabulary_size_for
from rnnchat.training.data.base_choice import choose_base
from rnnchat.training.data.prepared import (
    Prepared,
    finish_preparing,
    read_prepared,
    write_pieces,
)
from rnnchat.training.data.previous_run import PreviousRun
from rnnchat.training.data.spool import Spool, SpooledText
from rnnchat.training.runs.events import PREPARING, READING, Emit
from rnnchat.training.runs.files import KNOWN_DIGESTS, LEARNED_DIGESTS, NOTE_PATHS
from rnnchat.training.runs.phases import ReportProgress, no_progress
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings

TOKENIZER_BYTES = 12_000_000
"""A tokenizer is trained on at most this many bytes: it learns no more from more."""
SAMPLE_BYTES = 200_000
"""About this many bytes of the notes are looked at to see whether a tokenizer fits them."""
SAMPLE_NOTES = 100
"""The sample comes from about this many notes."""


def prepare(run: Run, paths: Paths, emit: Emit, report: ReportProgress = no_progress) -> Prepared:
    """Read the notes, make or take over a tokenizer, and write the pieces; or return what was done before.

    Raises NotesError where the notes are missing or too few, and TrainingError where the base does not fit.
    """
    done = read_prepared(run.folder)
    if done is not None:
        return done
    settings, library = run.settings, Library(paths)
    with Spool(run.folder / "notes.spool") as spool:
        skipped, secrets = _read(settings, spool, emit, report)
        size = sum(entry.size for entry in spool.entries)
        require_enough_notes(len(spool.entries), size, skipped)
        report(PREPARING, 0, size)
        previous = PreviousRun.of(run)
        # A model that is trained further has learned its notes, so they cannot validate it.
        training, validation = _split(spool, previous.learned if settings.base == settings.name else ())
        choice = choose_base(settings, library, _sample(spool, training))
        base = choice.base
        tokenizer, style = _tokenizer(settings, library, base, spool, training)
        emit({"event": "encoding", **asdict(choice), "vocabulary": tokenizer.size})
        prepared = Prepared(
            files=len(spool.entries),
            bytes=size,
            skipped=len(skipped),
            secrets=len(secrets),
            training_bytes=sum(entry.size for entry in training),
            validation_bytes=sum(entry.size for entry in validation),
            pieces=0,
            vocabulary=tokenizer.size,
            base=base,
            style=style,
        )
        known = previous if previous.tokenizer == tokenizer.model else PreviousRun()
        encoder = _Encoder(tokenizer, spool, known, lambda done: report(PREPARING, done, size))
        kept_back = [document for _, document in encoder.documents(validation)]
        learned = previous.learned if base == settings.name else set()
        prepared = write_pieces(
            run, tokenizer, encoder.documents(training), kept_back, prepared, learned=learned
        )
        # A network that learns nothing knows what it knew before.
        known_file = LEARNED_DIGESTS if settings.is_memory_only else KNOWN_DIGESTS
        write_bytes(run.folder / known_file, b"".join(sorted(learned)))
        note_paths = [entry.path for entry in (*training, *validation)]
        write_text(run.folder / NOTE_PATHS, json.dumps(note_paths) + "\n")
        prepared = replace(prepared, encoded_notes=encoder.encoded)
    return finish_preparing(run, prepared)


class _Encoder:
    """Turns spooled texts into documents, on all processors, but for those that were encoded before."""

    def __init__(
        self, tokenizer: Tokenizer, spool: Spool, previous: PreviousRun, progress: Callable[[int], None]
    ) -> None:
        self._tokenizer = tokenizer
        self._spool = spool
        self._previous = previous
        self._progress = progress
        self._bytes = 0
        self.encoded = 0
        """How many texts had to be encoded."""

    def documents(self, entries: Iterable[SpooledText]) -> Iterator[tuple[bytes, list[int]]]:
        """Yield the digest and the pieces of each text, from start piece to end piece, in order."""
        for batch, texts in self._spool.in_batches(entries):
            known = [self._previous.pieces(entry.digest) for entry in batch]
            new = [text for text, pieces in zip(texts, known, strict=True) if pieces is None]
            self.encoded += len(new)
            encoded = iter(self._tokenizer.encode_all(new))
            for entry, pieces in zip(batch, known, strict=True):
                yield (
                    entry.digest,
                    note_document(self._tokenizer, next(encoded) if pieces is None else pieces),
                )
                self._bytes += entry.size
                self._progress(self._bytes)


def _read(
    settings: RunSettings, spool: Spool, emit: Emit, report: ReportProgress
) -> tuple[list[Skipped], list[SecretLocation]]:
    """Put the cleaned notes into the spool; return what was skipped, and the secrets that were left out."""
    skipped: list[Skipped] = []
    secrets: list[SecretLocation] = []
    report(READING, 0, None)
    for item in read_notes([Path(path) for path in settings.paths]):
        report(READING, len(spool.entries) + len(skipped), None)
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            spool.append(item.note.name, item.note.text, str(item.path))
            secrets += item.secrets
    size = sum(entry.size for entry in spool.entries)
    emit({"event": "scan", **scan_record(len(spool.entries), size, skipped, secrets)})
    return skipped, secrets


def _split(spool: Spool, learned: Collection[bytes]) -> tuple[list[SpooledText], list[SpooledText]]:
    """Return the texts to train on and those to validate with, which are not among the `learned` digests."""
    entries = spool.entries
    before = {number for number, entry in enumerate(entries) if entry.digest in learned}
    split = split_notes([entry.name for entry in entries], [entry.size for entry in entries], before)
    if split.cut_note is None:
        training = [entry for number, entry in enumerate(entries) if number not in split.kept_back]
        return training, [entries[number] for number in sorted(split.kept_back)]
    longest = entries[split.cut_note]
    head, tail = spool.cut(longest, place_to_cut(spool.read(longest), split.wanted))
    return [head if entry is longest else entry for entry in entries], [tail]


def _tokenizer(
    settings: RunSettings, library: Library, base: str, spool: Spool, training: Sequence[SpooledText]
) -> tuple[Tokenizer, str]:
    """Return the base's tokenizer and style, or a tokenizer trained on the notes."""
    if base != SCRATCH:
        saved = library.load(base)
        return Tokenizer(saved.tokenizer), saved.card.style
    size = sum(entry.size for entry in training)
    every = max(1, -(-size // TOKENIZER_BYTES))
    texts = (spool.read(entry) for entry in training[::every])
    return train_tokenizer(texts, settings.vocabulary or vocabulary_size_for(size)), NOTES


def _sample(spool: Spool, entries: Sequence[SpooledText]) -> str:
    """Return the beginnings of texts from all over a corpus, about SAMPLE_BYTES together."""
    chosen = entries[:: max(1, len(entries) // SAMPLE_NOTES)]
    return "".join(spool.read(entry)[: SAMPLE_BYTES // len(chosen)] for entry in chosen)
