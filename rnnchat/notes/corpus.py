"""A corpus: the cleaned notes a model learns from, part of them kept back to measure it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.errors import NotesError
from rnnchat.notes.clean import MAXIMUM_LINE, clean, longest_line
from rnnchat.notes.decode import UnreadableError, decode, read_file
from rnnchat.notes.deduplicate import Deduplicator
from rnnchat.notes.secrets import screen
from rnnchat.notes.walk import MAXIMUM_BYTES, Skipped, walk

VALIDATION_SHARE = 0.05
"""The share of a corpus, in bytes, that is kept back for validation."""
VALIDATION_LIMIT = 200_000
"""Validation text beyond this many bytes would cost more time than it tells."""
SMALLEST_CORPUS = 1_000
"""Fewer bytes than this teach nothing."""


@dataclass(frozen=True)
class Note:
    """One readable file: its name under the folder it was found in, and its clean text."""

    name: str
    text: str


@dataclass(frozen=True)
class Secret:
    """Where a key or password stands; never what it is."""

    path: Path
    line: int
    kind: str


@dataclass(frozen=True)
class Scan:
    """What reading some paths gives: the notes, what was skipped and why, and secrets left out."""

    notes: tuple[Note, ...]
    skipped: tuple[Skipped, ...]
    secrets: tuple[Secret, ...]
    bytes: int
    """The UTF-8 bytes of all notes together."""
    paths: tuple[Path, ...] = ()
    """The files of the notes, in the same order."""

    def as_dict(self) -> dict[str, Any]:
        """Return what was found, for programs: counts, and what was left out and why."""
        return {
            "files": len(self.notes),
            "bytes": self.bytes,
            "skipped": [{"path": str(item.path), "reason": item.reason} for item in self.skipped],
            "secrets": [{"path": str(s.path), "line": s.line, "kind": s.kind} for s in self.secrets],
        }


@dataclass(frozen=True)
class Corpus:
    """Notes to learn from and notes to measure with; no file is in both (but a sole file is cut)."""

    training: tuple[Note, ...]
    validation: tuple[Note, ...]

    @property
    def training_bytes(self) -> int:
        """The UTF-8 bytes to learn from."""
        return sum(len(note.text.encode()) for note in self.training)

    @property
    def validation_bytes(self) -> int:
        """The UTF-8 bytes kept back."""
        return sum(len(note.text.encode()) for note in self.validation)


def scan(paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Scan:
    """Read and clean every note under `paths`; nothing is learned or written.

    `progress` is called now and then with the number of files seen. Raises NotesError for a path
    that does not exist.
    """
    notes: list[Note] = []
    found: list[Path] = []
    skipped: list[Skipped] = []
    secrets: list[Secret] = []
    copies = Deduplicator()
    size = 0
    for seen, item in enumerate(walk(paths)):
        if progress is not None and seen % 50 == 0:
            progress(seen)
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        try:
            text, places = _read_note(item.path)
            if copies.is_copy(text):
                raise UnreadableError("a copy of another note")
            text = copies.without_copies(text)
            if not text.strip():
                raise UnreadableError("nothing but copies of other notes")
        except UnreadableError as reason:
            skipped.append(Skipped(item.path, str(reason)))
            continue
        secrets += [Secret(item.path, line, kind) for line, kind in places]
        notes.append(Note(item.name, text))
        found.append(item.path)
        size += len(text.encode())
    return Scan(tuple(notes), tuple(skipped), tuple(secrets), size, tuple(found))


def read_corpus(result: Scan) -> Corpus:
    """Split the notes of a scan by file into training and validation, always the same way.

    Raises NotesError where there is nothing, or too little, to learn from.
    """
    if not result.notes:
        raise NotesError("There are no notes to learn from here.", _hint_for_nothing(result))
    if result.bytes < SMALLEST_CORPUS:
        raise NotesError(
            f"There are only {result.bytes:,} bytes of notes here: too little to learn from.",
            "A few thousand words are a start; a few hundred thousand are good.",
        )
    wanted = min(result.bytes * VALIDATION_SHARE, VALIDATION_LIMIT)
    ranked = sorted(result.notes, key=lambda note: hashlib.sha256(note.name.encode()).digest())
    chosen: set[int] = set()
    size = 0
    for note in ranked:
        length = len(note.text.encode())
        if size < wanted and size + length <= 3 * wanted:
            chosen.add(id(note))
            size += length
    if size < wanted / 4:
        return _cut_longest(result.notes, int(wanted))
    return Corpus(
        tuple(note for note in result.notes if id(note) not in chosen),
        tuple(note for note in result.notes if id(note) in chosen),
    )


def _read_note(path: Path) -> tuple[str, list[tuple[int, str]]]:
    """Return a file's clean text without secrets, and where those stood; raise UnreadableError else."""
    raw = decode(read_file(path, MAXIMUM_BYTES))
    longest = longest_line(raw)
    if longest > MAXIMUM_LINE:
        raise UnreadableError(f"one line has {longest:,} characters: data, not prose")
    screened, places = screen(raw)
    text = clean(screened)
    if not text.strip():
        raise UnreadableError("empty once cleaned")
    return text, places


def _cut_longest(notes: tuple[Note, ...], wanted: int) -> Corpus:
    """Keep back the end of the longest note, at a paragraph where there is one."""
    longest = max(notes, key=lambda note: len(note.text))
    share = wanted / max(1, len(longest.text.encode()))
    place = max(1, int(len(longest.text) * (1 - min(share, 0.2))))
    for mark in ("\n\n", "\n", " "):
        found = longest.text.find(mark, place)
        if 0 < found < len(longest.text) - 20:
            place = found + len(mark)
            break
    head = Note(longest.name, longest.text[:place])
    tail = Note(longest.name + " (end)", longest.text[place:])
    return Corpus(tuple(head if note is longest else note for note in notes), (tail,))


def _hint_for_nothing(result: Scan) -> str:
    if not result.skipped:
        return "The folder is empty. Name one with .md, .txt, .org or .rst files."
    reasons: dict[str, int] = {}
    for item in result.skipped:
        reasons[item.reason] = reasons.get(item.reason, 0) + 1
    most = sorted(reasons.items(), key=lambda pair: -pair[1])[:3]
    listed = "; ".join(f"{count} × {reason}" for reason, count in most)
    return f"What was skipped: {listed}. `rnnchat scan` shows each file."
