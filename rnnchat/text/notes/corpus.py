"""A corpus: the cleaned notes a model learns from, part of them kept back to measure it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.errors import NotesError
from rnnchat.text.notes.clean import clean_page, longest_line
from rnnchat.text.notes.decode import Decoded, UnreadableError, decode_text, read_file
from rnnchat.text.notes.deduplicate import Deduplicator
from rnnchat.text.notes.dropped import Dropped, in_places, paragraphs_gone
from rnnchat.text.notes.formats.embedded import LONG_LINE, is_huge_data, without_data_uris
from rnnchat.text.notes.page import Page, read_page
from rnnchat.text.notes.secrets import screen
from rnnchat.text.notes.split import place_to_cut, split_notes
from rnnchat.text.notes.walk import MAXIMUM_BYTES, Skipped, walk

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
class Decoding:
    """How the bytes of a file were read."""

    path: Path
    encoding: str = "utf-8"
    replaced: int = 0
    """How many bytes or characters were damaged."""
    line: int = 1
    """The line of the first damaged one."""

    @property
    def is_remarkable(self) -> bool:
        """Whether a person should look at the file: it was damaged, or its encoding was guessed."""
        return bool(self.replaced) or not self.encoding.startswith("utf-")

    def as_dict(self) -> dict[str, Any]:
        """Return this, for programs."""
        return {
            "path": str(self.path),
            "encoding": self.encoding,
            "replaced": self.replaced,
            "line": self.line,
        }

    def __str__(self) -> str:
        """Return how the file was read: "as cp1252, 3 damaged characters, the first in line 7"."""
        if not self.replaced:
            return f"as {self.encoding}"
        word = "character" if self.replaced == 1 else "characters, the first"
        return f"as {self.encoding}, {self.replaced:,} damaged {word} in line {self.line}"


@dataclass(frozen=True)
class Found:
    """A note as it was found."""

    note: Note
    path: Path
    secrets: tuple[Secret, ...]
    """What was left out of it."""
    decoding: Decoding
    """How its bytes were read."""
    dropped: tuple[Dropped, ...] = ()
    """What was cleaned away in it."""


@dataclass(frozen=True)
class Scan:
    """What reading some paths gives: the notes, what was skipped and why, and what was left out in notes."""

    notes: tuple[Note, ...]
    skipped: tuple[Skipped, ...]
    secrets: tuple[Secret, ...]
    bytes: int
    """The UTF-8 bytes of all notes together."""
    paths: tuple[Path, ...] = ()
    """The files of the notes, in the same order."""
    dropped: tuple[Dropped, ...] = ()
    """What was cleaned away in the notes."""
    decoded: tuple[Decoding, ...] = ()
    """Files that were damaged, or whose encoding was guessed."""

    def as_dict(self) -> dict[str, Any]:
        """Return what was found, for programs: counts, and what was left out and why."""
        record = as_record(len(self.notes), self.bytes, self.skipped, self.secrets)
        return {
            **record,
            "dropped": [item.as_dict() for item in self.dropped],
            "decoded": [item.as_dict() for item in self.decoded],
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
        tuple(item for note in found for item in note.dropped),
        tuple(item.decoding for item in found if item.decoding.is_remarkable),
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
            page, places, decoded = _read_note(item.path)
            if copies.is_copy(page.text):
                raise UnreadableError("a copy of another note")
            text = copies.without_copies(page.text)
            if not text.strip():
                raise UnreadableError("nothing but copies of other notes")
        except UnreadableError as reason:
            yield Skipped(item.path, str(reason))
            continue
        secrets = tuple(Secret(item.path, line, kind) for line, kind in places)
        removed = [*page.removed, *paragraphs_gone(page, text)]
        decoding = Decoding(item.path, decoded.encoding, decoded.replaced, decoded.line)
        yield Found(Note(item.name, text), item.path, secrets, decoding, in_places(item.path, removed))


def read_corpus(result: Scan) -> Corpus:
    """Split the notes of a scan by file into training and validation, always the same way.

    Raises NotesError where there is nothing, or too little, to learn from.
    """
    check_enough(len(result.notes), result.bytes, result.skipped)
    sizes = [len(note.text.encode()) for note in result.notes]
    split = split_notes([note.name for note in result.notes], sizes)
    if split.cut_note is not None:
        longest = split.cut_note
        note = result.notes[longest]
        place = place_to_cut(note.text, split.wanted)
        head, tail = Note(note.name, note.text[:place]), Note(f"{note.name} (end)", note.text[place:])
        return Corpus((*result.notes[:longest], head, *result.notes[longest + 1 :]), (tail,))
    numbered = list(enumerate(result.notes))
    return Corpus(
        tuple(note for number, note in numbered if number not in split.kept_back),
        tuple(note for number, note in numbered if number in split.kept_back),
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


def _read_note(path: Path) -> tuple[Page, list[tuple[int, str]], Decoded]:
    """Return a file's clean text without secrets, where those stood, and the text as it was decoded.

    Raises UnreadableError with a reason.
    """
    decoded = decode_text(read_file(path, MAXIMUM_BYTES))
    page = read_page(decoded.text)
    alone = page.text.strip()
    if "\n" not in alone and is_huge_data(alone):
        raise UnreadableError(f"one line has {len(alone):,} characters: data, not prose")
    page = without_data_uris(page)
    screened = screen(page.text)
    places = [(page.numbers[line - 1], kind) for line, kind in screened.secrets]
    cleaned = clean_page(page.with_lines(screened.text, screened.line_numbers), path.suffix)
    if not cleaned.text.strip():
        raise UnreadableError(_why_empty(page, cleaned))
    return cleaned, places, decoded


def _why_empty(page: Page, cleaned: Page) -> str:
    """Return why nothing is left of a note."""
    longest = longest_line(page.text)
    if any(item.characters > longest // 2 for item in cleaned.removed) and longest > LONG_LINE:
        return f"one line has {longest:,} characters: data, not prose"
    kinds = sorted({item.kind for item in cleaned.removed})
    return f"empty once cleaned of {', '.join(kinds)}" if kinds else "empty once cleaned"


def _hint_for_nothing(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "The folder is empty. Name one with .md, .txt, .org or .rst files."
    reasons: dict[str, int] = {}
    for item in skipped:
        reasons[item.reason] = reasons.get(item.reason, 0) + 1
    most = sorted(reasons.items(), key=lambda pair: -pair[1])[:3]
    listed = "; ".join(f"{count} × {reason}" for reason, count in most)
    return f"What was skipped: {listed}. `rnnchat scan` shows each file."
