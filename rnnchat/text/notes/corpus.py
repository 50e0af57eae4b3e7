"""Read folders of notes: `scan` reads and cleans them all, `read_notes` one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnchat.errors import NotesError
from rnnchat.text.notes.clean import clean_tracked, longest_line
from rnnchat.text.notes.decode import DecodedText, UnreadableError, decode_text, read_file
from rnnchat.text.notes.deduplicate import Deduplicator
from rnnchat.text.notes.formats.embedded_data import LONG_LINE, is_huge_data, remove_data_uris
from rnnchat.text.notes.removal_report import RemovedText, removed_paragraphs, summarise_removals
from rnnchat.text.notes.secrets import screen
from rnnchat.text.notes.split import place_to_cut, split_notes
from rnnchat.text.notes.tracked_text import TrackedText, track_lines
from rnnchat.text.notes.walk import MAXIMUM_BYTES, Skipped, walk

SMALLEST_CORPUS = 1_000
"""The fewest bytes of clean text that a model can learn from."""


@dataclass(frozen=True)
class Note:
    """One readable file: its name under the folder it was found in, and its clean text."""

    name: str
    text: str


@dataclass(frozen=True)
class SecretLocation:
    """Where a key or password was found (`line` from 1); never the secret itself."""

    path: Path
    line: int
    kind: str


@dataclass(frozen=True)
class DecodingReport:
    """How the bytes of a file were decoded."""

    path: Path
    encoding: str = "utf-8"
    replaced: int = 0
    """How many bytes or characters are damaged."""
    line: int = 1
    """The line of the first damaged character, from 1."""

    @property
    def needs_attention(self) -> bool:
        """Whether the user should look at the file: it is damaged, or its encoding was guessed."""
        return bool(self.replaced) or not self.encoding.startswith("utf-")

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        return {
            "path": str(self.path),
            "encoding": self.encoding,
            "replaced": self.replaced,
            "line": self.line,
        }

    def __str__(self) -> str:
        """Return how the file was decoded: "as cp1252, 3 damaged characters, the first in line 7"."""
        if not self.replaced:
            return f"as {self.encoding}"
        word = "character" if self.replaced == 1 else "characters, the first"
        return f"as {self.encoding}, {self.replaced:,} damaged {word} in line {self.line}"


@dataclass(frozen=True)
class ScannedNote:
    """A note with everything that reading it found."""

    note: Note
    path: Path
    secrets: tuple[SecretLocation, ...]
    """The secrets whose lines were left out."""
    decoding: DecodingReport
    """How its bytes were decoded."""
    removed: tuple[RemovedText, ...] = ()
    """What was removed when it was cleaned."""


@dataclass(frozen=True)
class Scan:
    """The result of reading some paths: the notes, what was skipped and why, and what was left out."""

    notes: tuple[Note, ...]
    skipped: tuple[Skipped, ...]
    secrets: tuple[SecretLocation, ...]
    bytes: int
    """The UTF-8 bytes of all notes together."""
    paths: tuple[Path, ...] = ()
    """The files of the notes, in the same order."""
    removed: tuple[RemovedText, ...] = ()
    """What was removed when the notes were cleaned."""
    decoded: tuple[DecodingReport, ...] = ()
    """Files that are damaged, or whose encoding was guessed."""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object, without the notes themselves."""
        record = scan_record(len(self.notes), self.bytes, self.skipped, self.secrets)
        return {
            **record,
            "dropped": [item.as_dict() for item in self.removed],
            "decoded": [item.as_dict() for item in self.decoded],
        }


@dataclass(frozen=True)
class Corpus:
    """Notes to train on and notes to validate with: no file is in both, but a single file is cut in two."""

    training: tuple[Note, ...]
    validation: tuple[Note, ...]

    @property
    def training_bytes(self) -> int:
        """The size of the training notes, in UTF-8 bytes."""
        return sum(len(note.text.encode()) for note in self.training)

    @property
    def validation_bytes(self) -> int:
        """The size of the validation notes, in UTF-8 bytes."""
        return sum(len(note.text.encode()) for note in self.validation)


def scan_record(
    files: int, size: int, skipped: Sequence[Skipped], secrets: Sequence[SecretLocation]
) -> dict[str, Any]:
    """Return the result of reading notes as a JSON object: counts, and what was left out and why."""
    return {
        "files": files,
        "bytes": size,
        "skipped": [{"path": str(item.path), "reason": item.reason} for item in skipped],
        "secrets": [{"path": str(s.path), "line": s.line, "kind": s.kind} for s in secrets],
    }


def scan(paths: Iterable[Path], progress: Callable[[int], None] | None = None) -> Scan:
    """Read and clean every note under `paths`; nothing is learned or written.

    `progress` is called with the number of files seen, once every 50 files. Raises NotesError for a path
    that does not exist.
    """
    found: list[ScannedNote] = []
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
        tuple(item for note in found for item in note.removed),
        tuple(item.decoding for item in found if item.decoding.needs_attention),
    )


def read_notes(
    paths: Iterable[Path], progress: Callable[[int], None] | None = None
) -> Iterator[ScannedNote | Skipped]:
    """Yield every note and every skipped file under `paths`, one at a time, as `scan` does."""
    copies = Deduplicator()
    for seen, item in enumerate(walk(paths)):
        if progress is not None and seen % 50 == 0:
            progress(seen)
        if isinstance(item, Skipped):
            yield item
            continue
        try:
            tracked, places, decoded = _read_note(item.path)
            if copies.is_copy(tracked.text):
                raise UnreadableError("a copy of another note")
            text = copies.remove_copies(tracked.text)
            if not text.strip():
                raise UnreadableError("every paragraph is a copy from another note")
        except UnreadableError as reason:
            yield Skipped(item.path, str(reason))
            continue
        secrets = tuple(SecretLocation(item.path, line, kind) for line, kind in places)
        removed = [*tracked.removed, *removed_paragraphs(tracked, text)]
        decoding = DecodingReport(item.path, decoded.encoding, decoded.replaced, decoded.line)
        note = Note(item.name, text)
        yield ScannedNote(note, item.path, secrets, decoding, summarise_removals(item.path, removed))


def read_corpus(result: Scan) -> Corpus:
    """Split the notes of a scan by file into training and validation, always the same way.

    Raises NotesError where there is nothing, or too little, to learn from.
    """
    require_enough_notes(len(result.notes), result.bytes, result.skipped)
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


def require_enough_notes(files: int, size: int, skipped: Sequence[Skipped]) -> None:
    """Raise NotesError where there is nothing, or too little, to learn from."""
    if not files:
        raise NotesError("There are no notes to learn from here.", _hint_for_nothing(skipped))
    if size < SMALLEST_CORPUS:
        raise NotesError(
            f"These notes are too short to learn from: only {size:,} bytes of text.",
            "A few thousand words are enough to start; a few hundred thousand work well.",
        )


def _read_note(path: Path) -> tuple[TrackedText, list[tuple[int, str]], DecodedText]:
    """Return a file's clean text without secrets, the line and kind of each secret, and the decoded text.

    Raises UnreadableError with a reason.
    """
    decoded = decode_text(read_file(path, MAXIMUM_BYTES))
    tracked = track_lines(decoded.text)
    alone = tracked.text.strip()
    if "\n" not in alone and is_huge_data(alone):
        raise UnreadableError(f"one line has {len(alone):,} characters: data, not prose")
    tracked = remove_data_uris(tracked)
    screened = screen(tracked.text)
    places = [(tracked.line_numbers[line - 1], kind) for line, kind in screened.secrets]
    cleaned = clean_tracked(tracked.with_lines(screened.text, screened.line_numbers), path.suffix)
    if not cleaned.text.strip():
        raise UnreadableError(_why_empty(tracked, cleaned))
    return cleaned, places, decoded


def _why_empty(tracked: TrackedText, cleaned: TrackedText) -> str:
    """Return why nothing is left of a note after cleaning."""
    longest = longest_line(tracked.text)
    if any(item.characters > longest // 2 for item in cleaned.removed) and longest > LONG_LINE:
        return f"one line has {longest:,} characters: data, not prose"
    kinds = sorted({item.kind for item in cleaned.removed})
    if kinds:
        return f"nothing left after removing {', '.join(kinds)}"
    return "nothing left after cleaning" if tracked.text.strip() else "empty"


def _hint_for_nothing(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "The folder is empty. Choose a folder with .md, .txt, .org or .rst files."
    reasons: dict[str, int] = {}
    for item in skipped:
        reasons[item.reason] = reasons.get(item.reason, 0) + 1
    most = sorted(reasons.items(), key=lambda pair: -pair[1])[:3]
    listed = "; ".join(f"{count} × {reason}" for reason, count in most)
    return f"Everything was skipped: {listed}. To see each file, run `rnnchat scan`."
