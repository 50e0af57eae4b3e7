"""A person's own text files: whether they have changed, and how a draft is saved to one.

`library/open_draft.py` opens a file as a draft.
"""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.storage.atomic import replace_file, sha256
from rnnchat.storage.paths import parse_argument, parse_path


@dataclass(frozen=True)
class TextFile:
    """A text file, and how the text of a draft is encoded in it."""

    path: Path
    newline: str = "\n"
    has_mark: bool = False
    """Whether it begins with a byte-order mark."""
    digest: str = ""
    """SHA-256 of its bytes when rnnchat last read or wrote it; empty for a file that does not exist yet."""

    def encode(self, text: str) -> bytes:
        """Return the bytes of this file if its text is `text`."""
        data = text.replace("\n", self.newline).encode("utf-8", "replace")
        return BOM_UTF8 + data if self.has_mark else data


def has_changed(file: TextFile) -> bool:
    """Return whether another program has changed, created or removed the file since it was last used here."""
    path = real_path(file.path)
    try:
        if path_kind(path) is PathKind.FILE:
            return sha256(path.read_bytes()) != file.digest
        return bool(file.digest)  # save_text says what is wrong with anything but a file
    except OSError as error:
        raise from_os_error(error, f"reading {file.path.name}") from error


def save_text(file: TextFile, text: str) -> TextFile:
    """Write `text` into the file in one step, keeping its permissions; return the file as it is now.

    Raises StorageError where that is not possible; the file then stays as it was.
    """
    path = real_path(file.path)
    data = file.encode(text)
    try:
        if path_kind(path) is PathKind.OTHER:
            raise _not_a_file(path)
        replace_file(path, data, private=False)
    except OSError as error:
        said = from_os_error(error, f"saving {path.name}")
        raise StorageError(
            said.message, "Nothing is lost: the draft is autosaved. Save it elsewhere with F12."
        ) from error
    return TextFile(file.path, file.newline, file.has_mark, sha256(data))


def replace_own_file(path: Path, data: bytes) -> None:
    """Write `data` into a file that a person has named, in one step, keeping its permissions.

    Links are followed. Raises StorageError where that is not possible, and where there is a folder, a pipe or
    a device; what is there then stays as it was.
    """
    target = real_path(new_file(path).path)
    try:
        replace_file(target, data, private=False)
    except OSError as error:
        raise from_os_error(error, f"writing {path.name}") from error


def new_file(named: str | Path) -> TextFile:
    """Return the file that a person wants to save to; raise StorageError where that is not possible.

    A string is what was typed, see `parse_path`; a Path is used as it is.
    """
    path = parse_path(named) if isinstance(named, str) else parse_argument(str(named))
    try:
        kind = path_kind(path)
        has_folder = path.parent.is_dir()
    except OSError as error:
        raise from_os_error(error, f"saving {path.name}") from error
    if kind is PathKind.FOLDER:
        raise StorageError(f"{path} is a folder.", "Add the name of the file.")
    if kind is PathKind.OTHER:
        raise _not_a_file(path)
    if isinstance(named, str) and named.rstrip().endswith("/"):
        raise StorageError(f"There is no folder {path}.", "Create it first, or leave out the / at the end.")
    if not has_folder:
        raise StorageError(f"There is no folder {path.parent}.", "Create it first, or choose another.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StorageError(f"You may not write in {path.parent}.", "Choose another folder.")
    return TextFile(path)


def _not_a_file(path: Path) -> StorageError:
    return StorageError(f"{path} is not a regular file, but a pipe or device.", "Choose another name.")


class PathKind(Enum):
    """What there is at a path."""

    MISSING = "missing"
    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"
    """A pipe, a socket or a device."""


def path_kind(path: Path) -> PathKind:
    """Return what there is at `path`, or where it links to; raise OSError where that cannot be found out."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return PathKind.MISSING
    if stat.S_ISREG(mode):
        return PathKind.FILE
    return PathKind.FOLDER if stat.S_ISDIR(mode) else PathKind.OTHER


def real_path(path: Path) -> Path:
    """Return `path` with links followed, so that saving replaces the file and not a link to it."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise StorageError(f"{path} cannot be found.", "Check where its links lead.") from error
