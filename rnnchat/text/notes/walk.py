"""Find the files under some paths that may be notes, and say why the others are not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import NotesError, PathError
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import home_folder, parse_argument
from rnnchat.text.notes.file_types import skip_reason
from rnnchat.text.notes.ignore.gitignore import GIT, Ignores, UnreadableRulesError, rules_above

MAXIMUM_BYTES = 64 * 2**20
"""The largest file, in bytes, that is read as a note; a larger one is a data set."""

IGNORED_FOLDERS = frozenset(
    ("node_modules __pycache__ venv site-packages vendor target build dist Library AppData Trash").split()
)
"""Names of folders that hold the files of programs, not notes."""


@dataclass(frozen=True)
class Candidate:
    """A file that may be a note, with its name in the corpus and its size in bytes."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True)
class Skipped:
    """A file or folder that is not read, and why."""

    path: Path
    reason: str


def walk(paths: Iterable[Path]) -> Iterator[Candidate | Skipped]:
    """Yield every file under `paths` once, in a stable order, as a candidate or as skipped.

    Symbolic links inside are never followed, so there are no loops and nothing outside is read. What git
    ignores is skipped; a path that the user names is read even where the repository around it ignores it.
    Raises NotesError for a path that does not exist, and for the home folder itself.
    """
    seen: set[tuple[int, int]] = set()
    for given in paths:
        path, status = _find(given)
        if stat.S_ISDIR(status.st_mode):
            yield from _walk_folder(path, seen)
        else:
            yield _judge_file(path, path.name, status, seen, named_by_user=True)


def check_paths(paths: Iterable[Path]) -> None:
    """Raise NotesError for the first of `paths` that `walk` would refuse."""
    for given in paths:
        _find(given)


def _find(given: Path) -> tuple[Path, os.stat_result]:
    """Return the real path of what the user named, and its status."""
    shown = display_path(given)
    try:
        path = parse_argument(str(given))
        status = path.stat()
        # A symbolic link that the user names is followed; those found inside a folder are not.
        path = path.resolve()
    except FileNotFoundError:
        raise NotesError(f"There is nothing at {shown}.", "Check the spelling of the path.") from None
    except OSError as error:
        raise NotesError(f"{shown} cannot be read: {error.strerror}.", "Check its permissions.") from None
    except (RuntimeError, ValueError):  # an unknown user after ~; a null byte in a name
        raise NotesError(f"There is nothing at {shown}.", "Check the spelling of the path.") from None
    if path in (_home(), Path(path.anchor)):
        raise NotesError(
            f"{shown} contains far more than notes.",
            "Choose the folder with your notes, such as ~/notes or ~/Documents/journal.",
        )
    return path, status


def _home() -> Path | None:
    try:
        return home_folder().resolve()
    except (PathError, OSError, RuntimeError):
        return None  # there is none


@dataclass
class _OpenFolder:
    """A folder that is being read, and the entries that are still to come."""

    entries: Iterator[os.DirEntry[str]]
    ignores: Ignores
    name: str
    """Its path below the folder that the user named, with a slash at the end."""


def _walk_folder(root: Path, seen: set[tuple[int, int]]) -> Iterator[Candidate | Skipped]:
    """Yield what is under `root`; without recursion, so that folders may be nested to any depth."""
    try:
        first = _open_folder(root, rules_above(root), "")
    except UnreadableRulesError as reason:
        yield Skipped(root, f"folder not read: a .gitignore of the repository {reason}")
        return
    folders = [first]
    while folders:
        folder = folders[-1]
        if isinstance(folder, Skipped):
            yield folder
            folders.pop()
            continue
        entry = next(folder.entries, None)
        if entry is None:
            folders.pop()
            continue
        found = _judge_entry(entry, folder, seen)
        if found is None:
            ignores = folder.ignores.entering(os.fsencode(entry.name))
            folders.append(_open_folder(Path(entry.path), ignores, f"{folder.name}{entry.name}/"))
        else:
            yield found


def _open_folder(path: Path, ignores: Ignores, name: str) -> _OpenFolder | Skipped:
    """Return a folder's entries in a stable order, or why it cannot be read."""
    try:
        with os.scandir(path) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        if name and any(entry.name == GIT for entry in entries):
            ignores = ignores.reading_repository(path)  # a repository inside the folder that the user named
        return _OpenFolder(iter(entries), ignores.reading(path), name)
    except OSError as error:
        return Skipped(path, f"folder cannot be read ({(error.strerror or 'error').lower()})")
    except UnreadableRulesError as reason:
        # Without the rules, private files that they ignore would be read.
        return Skipped(path, f"folder not read: its .gitignore {reason}")


def _judge_entry(
    entry: os.DirEntry[str], folder: _OpenFolder, seen: set[tuple[int, int]]
) -> Candidate | Skipped | None:
    """Return what to do with an entry of `folder`; None means that it is a folder to read."""
    path = Path(entry.path)
    try:
        is_link, is_folder = entry.is_symlink(), entry.is_dir(follow_symlinks=False)
        reason = ""
        if is_link:
            reason = "a symbolic link (links are not followed)"
        elif folder.ignores.ignores(os.fsencode(entry.name), is_folder):
            reason = "ignored by .gitignore"
        elif is_folder and entry.name.startswith("."):
            reason = "hidden folder"
        elif is_folder and entry.name in IGNORED_FOLDERS:
            reason = "folder for programs, not for notes"
        if reason:
            return Skipped(path, reason)
        if is_folder:
            return None
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Skipped(path, f"cannot be read ({(error.strerror or 'error').lower()})")
    return _judge_file(path, folder.name + entry.name, status, seen, named_by_user=False)


def _judge_file(
    path: Path, name: str, status: os.stat_result, seen: set[tuple[int, int]], named_by_user: bool
) -> Candidate | Skipped:
    reason = _reason_to_skip(path, status, named_by_user)
    if not reason and (status.st_dev, status.st_ino) in seen:
        reason = "the same file as one already read"
    if reason:
        return Skipped(path, reason)
    seen.add((status.st_dev, status.st_ino))
    return Candidate(path, name, status.st_size)


def _reason_to_skip(path: Path, status: os.stat_result, named_by_user: bool) -> str:
    """Return why the file at `path` is not a note, or nothing where it may be one."""
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file (a pipe, socket or device)"
    reason = skip_reason(path.name, named_by_user=named_by_user)
    if not reason and status.st_size == 0:
        reason = "empty"
    elif not reason and status.st_size > MAXIMUM_BYTES:
        reason = f"larger than {MAXIMUM_BYTES // 2**20} MB"
    return reason
