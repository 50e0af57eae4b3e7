"""A corpus: the cleaned notes a model learns from, part of them kept back to measure it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
class Found:
    """A note as it was found."""

    note: Note
    path: Path
    secrets: tuple[Secret, ...]
    """What was left out of it."""


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
        return as_record(len(self.notes), self.bytes, self.skipped, self.secrets)


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


def as_record(files: int, size: int, skipped: Sequence[Skipped], secrets: Sequence[Secret]) -> dict[str, Any]:
    """Return what reading found, for programs: counts, and what was left out and why."""
    return {
        "files": files,
        "bytes": size,
        "skipped": [{"path": str(item.path), "reason": item.reason} for item in skipped],
        "secrets": [{"path": str(s.path), "line": s.line, "kind": s.kind} for s in secrets],
    }


def scan(paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Scan:
    """Read and clean every note under `paths`; nothing is learned or written.

    `progress` is called now and then with the number of files seen. Raises NotesError for a path
    that does not exist.
    """
    found: list[Found] = []
    skipped: list[Skipped] = []
    for item in read_notes(paths, progress):
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            found.append(item)
    return Scan(
        tuple(item.note for item in found),
        tuple(skipped),
        tuple(secret for item in found for secret in item.secrets),
        sum(len(item.note.text.encode()) for item in found),
        tuple(item.path for item in found),
    )


def read_notes(
    paths: Iterable[Path], progress: Callable[[int], None] | None = None
) -> Iterator[Found | Skipped]:
    """Yield every note under `paths`, one at a time, and what is skipped; as `scan` does."""
    copies = Deduplicator()
    for seen, item in enumerate(walk(paths)):
        if progress is not None and seen % 50 == 0:
            progress(seen)
        if isinstance(item, Skipped):
            yield item
            continue
        try:
            text, places = _read_note(item.path)
            if copies.is_copy(text):
                raise UnreadableError("a copy of another note")
            text = copies.without_copies(text)
            if not text.strip():
                raise UnreadableError("nothing but copies of other notes")
        except UnreadableError as reason:
            yield Skipped(item.path, str(reason))
            continue
        secrets = tuple(Secret(item.path, line, kind) for line, kind in places)
        yield Found(Note(item.name, text), item.path, secrets)


def read_corpus(result: Scan) -> Corpus:
    """Split the notes of a scan by file into training and validation, always the same way.

    Raises NotesError where there is nothing, or too little, to learn from.
    """
    check_enough(len(result.notes), result.bytes, result.skipped)
    sizes = [len(note.text.encode()) for note in result.notes]
    chosen = choose_validation([note.name for note in result.notes], sizes)
    if not chosen:
        longest = sizes.index(max(sizes))
        note = result.notes[longest]
        place = place_to_cut(note.text, validation_bytes_for(result.bytes))
        head, tail = Note(note.name, note.text[:place]), Note(f"{note.name} (end)", note.text[place:])
        return Corpus((*result.notes[:longest], head, *result.notes[longest + 1 :]), (tail,))
    numbered = list(enumerate(result.notes))
    return Corpus(
        tuple(note for number, note in numbered if number not in chosen),
        tuple(note for number, note in numbered if number in chosen),
    )


def check_enough(files: int, size: int, skipped: Sequence[Skipped]) -> None:
    """Raise NotesError where there is nothing, or too little, to learn from."""
    if not files:
        raise NotesError("There are no notes to learn from here.", _hint_for_nothing(skipped))
    if size < SMALLEST_CORPUS:
        raise NotesError(
            f"There are only {size:,} bytes of notes here: too little to learn from.",
            "A few thousand words are a start; a few hundred thousand are good.",
        )


def validation_bytes_for(size: int) -> int:
    """Return about how many of a corpus's bytes are kept back."""
    return int(min(size * VALIDATION_SHARE, VALIDATION_LIMIT))


def choose_validation(
    names: Sequence[str], sizes: Sequence[int], learned: Collection[int] = (), *, wanted: int | None = None
) -> set[int]:
    """Return which notes are kept back, by number; none where notes are too few or too large for it.

    It depends on their names, so the same are chosen again. Those `learned` before are never chosen.
    About `wanted` bytes are, VALIDATION_SHARE of all where that is not said.
    """
    wanted = validation_bytes_for(sum(sizes)) if wanted is None else wanted
    ranked = sorted(range(len(names)), key=lambda number: hashlib.sha256(names[number].encode()).digest())
    chosen: set[int] = set()
    size = 0
    for number in ranked:
        if number not in learned and size < wanted and size + sizes[number] <= 3 * wanted:
            chosen.add(number)
            size += sizes[number]
    return chosen if size >= wanted / 4 else set()


def place_to_cut(text: str, wanted: int) -> int:
    """Return where to cut the last `wanted` bytes or so off a text, at a paragraph where there is one."""
    share = wanted / max(1, len(text.encode()))
    place = max(1, int(len(text) * (1 - min(share, 0.2))))
    for mark in ("\n\n", "\n", " "):
        found = text.find(mark, place)
        if 0 < found < len(text) - 20:
            return found + len(mark)
    return place


def _read_note(path: Path) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Return a file's clean text without secrets, and where those stood; raise UnreadableError else."""
    raw = decode(read_file(path, MAXIMUM_BYTES))
    longest = longest_line(raw)
    if longest > MAXIMUM_LINE:
        raise UnreadableError(f"one line has {longest:,} characters: data, not prose")
    screened = screen(raw)
    text = clean(screened.text)
    if not text.strip():
        raise UnreadableError("empty once cleaned")
    return text, screened.secrets


def _hint_for_nothing(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "The folder is empty. Name one with .md, .txt, .org or .rst files."
    reasons: dict[str, int] = {}
    for item in skipped:
        reasons[item.reason] = reasons.get(item.reason, 0) + 1
    most = sorted(reasons.items(), key=lambda pair: -pair[1])[:3]
    listed = "; ".join(f"{count} × {reason}" for reason, count in most)
    return f"What was skipped: {listed}. `rnnchat scan` shows each file."
