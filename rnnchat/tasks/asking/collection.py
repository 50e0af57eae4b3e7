"""The index of some paths, brought up to date with the files, and kept so that the next question is answered
at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import ModelError, NotesError, StorageError
from rnnchat.storage.atomic import write_bytes
from rnnchat.storage.safe_reading import read_regular_file
from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.asking.building import build_index, update_index
from rnnchat.tasks.asking.index import PassageIndex, is_current
from rnnchat.tasks.asking.notes import NoteFile, NotePassages, read_passages
from rnnchat.text.notes.decode import UnreadableError
from rnnchat.text.notes.walk import Skipped, walk

KEPT_INDEXES = 6
"""The indexes of this many collections are kept; the one that was used least recently goes first."""
MAXIMUM_INDEX = 2**30
"""An index has at most this many bytes."""
_SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Collection:
    """The index of some notes, and what reading them found."""

    index: PassageIndex
    read: int = 0
    """How many files had to be read, as they are new or have changed since."""
    skipped: tuple[Skipped, ...] = ()
    """What was not read, and why."""


def open_collection(
    paths: Sequence[Path],
    kept: Path,
    *,
    saved: Callable[[], PassageIndex | None] = lambda: None,
    progress: Callable[[int], None] | None = None,
) -> Collection:
    """Return the notes under `paths` as they are now.

    `kept` is the folder of kept indexes; where it has none for these paths, `saved` may give an older one.
    `progress` is called with the number of files read so far. Raises NotesError where a path does not exist
    or there are no notes.
    """
    files, skipped = _list(paths)
    file = kept / f"{_key(paths)}{_SUFFIX}"
    before = load_index(file) or saved()
    known = {} if before is None else {one.path: number for number, one in enumerate(before.files)}
    unchanged = {
        path
        for path, (modified, size) in files.items()
        if path in known and before is not None and _is_same(before.files[known[path]], modified, size)
    }
    new = [path for path in files if path not in unchanged]
    gone = [number for path, number in known.items() if path not in unchanged]
    if before is None or new or gone:
        notes = []
        for number, path in enumerate(new, start=1):
            notes.append(_read(Path(path), *files[path]))
            if progress is not None:
                progress(number)
        before = build_index(notes) if before is None else update_index(before, gone, notes)
        _keep(file, before)
    elif not file.is_file():
        _keep(file, before)
    with suppress(OSError):
        os.utime(file)
    if not len(before):
        raise no_notes(skipped)
    return Collection(before, len(new), tuple(skipped))


def load_index(file: Path) -> PassageIndex | None:
    """Return the index in a file; None where there is none, or it is damaged or of another version."""
    try:
        tensors = read_safetensors(read_regular_file(file, MAXIMUM_INDEX))
        index = PassageIndex.from_tensors(tensors)
    except (StorageError, ModelError):
        return None
    return index if is_current(tensors) else None


def no_notes(skipped: Sequence[Skipped]) -> NotesError:
    """Return the error for paths without notes."""
    reasons = ", ".join(sorted({item.reason for item in skipped})[:3])
    hint = f"Skipped: {reasons}." if reasons else "Choose a folder with .md, .txt, .org or .rst files."
    return NotesError("There are no notes to ask here.", hint)


def _list(paths: Sequence[Path]) -> tuple[dict[str, tuple[int, int]], list[Skipped]]:
    """Return when each note was changed last and its size, by its path, and what is no note."""
    files: dict[str, tuple[int, int]] = {}
    skipped: list[Skipped] = []
    for item in walk(paths):
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        try:
            status = item.path.stat()
        except OSError as error:
            skipped.append(Skipped(item.path, f"cannot be read ({(error.strerror or 'error').lower()})"))
            continue
        files[os.fsdecode(item.path)] = status.st_mtime_ns, status.st_size
    return files, skipped


def _is_same(file: NoteFile, modified: int, size: int) -> bool:
    return (file.modified, file.size) == (modified, size)


def _read(path: Path, modified: int, size: int) -> NotePassages:
    """Return a note; a file that is no text becomes a note without passages, so that it is not read again."""
    try:
        return read_passages(path)
    except UnreadableError:
        return NotePassages(NoteFile(str(path), modified, size), ())


def _key(paths: Sequence[Path]) -> str:
    """Return the name of the kept index of some paths."""
    names = sorted(os.fsencode(path.resolve()) for path in paths)
    return hashlib.blake2b(b"\0".join(names), digest_size=12).hexdigest()


def _keep(file: Path, index: PassageIndex) -> None:
    """Keep an index, and remove the oldest one where there are too many; a full disk is no error."""
    with suppress(StorageError, OSError):
        write_bytes(file, to_safetensors(index.tensors()))
        kept = sorted(file.parent.glob(f"*{_SUFFIX}"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-KEPT_INDEXES]:
            if old != file:
                old.unlink(missing_ok=True)
