"""A person's own text files, saved safely: whole or not at all, as what they were."""

from __future__ import annotations

import contextlib
import os
import stat
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.storage.atomic import sha256, sync_folder, temporary_beside
from rnnchat.storage.paths import parse_argument, parse_path


@dataclass(frozen=True)
class TextFile:
    """How the text of a draft stands in its file."""

    path: Path
    newline: str = "\n"
    has_mark: bool = False
    """Whether it begins with the byte-order mark of UTF-8."""
    digest: str = ""
    """SHA-256 of its bytes when last read or written here; empty for a file that is still to be made."""

    def encode(self, text: str) -> bytes:
        """Return the bytes that stand for `text` in this file."""
        data = text.replace("\n", self.newline).encode("utf-8", "replace")
        return BOM_UTF8 + data if self.has_mark else data


def has_changed(file: TextFile) -> bool:
    """Whether somebody else has changed, made or removed the file since it was last read or written here."""
    path = real_path(file.path)
    try:
        if kind_of(path) == REGULAR:
            return sha256(path.read_bytes()) != file.digest
        return bool(file.digest)  # save_text says what is wrong with what is no file
    except OSError as error:
        raise from_os_error(error, f"reading {file.path.name}") from error


def save_text(file: TextFile, text: str) -> TextFile:
    """Write `text` into the file, whole or not at all, with the permissions it had; return it as it is now.

    Raises StorageError where that is not possible; the file is then what it was.
    """
    path = real_path(file.path)
    data = file.encode(text)
    temporary = temporary_beside(path)
    try:
        if kind_of(path) == OTHER:
            raise _no_file(path)
        _write(temporary, data, like=path)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        said = from_os_error(error, f"saving {path.name}")
        raise StorageError(
            said.message, "Nothing is lost: the draft is kept here. Save it elsewhere with F12."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return TextFile(file.path, file.newline, file.has_mark, sha256(data))


def new_file(named: str | Path) -> TextFile:
    """Return the file that a person means by `named`; raise StorageError where it cannot be one.

    Text is what was typed, as `parse_path` takes it; a path is meant as it stands.
    """
    path = parse_path(named) if isinstance(named, str) else parse_argument(str(named))
    try:
        kind = kind_of(path)
        has_folder = path.parent.is_dir()
    except OSError as error:
        raise from_os_error(error, f"saving {path.name}") from error
    if kind == FOLDER:
        raise StorageError(f"{path} is a folder.", "Add the name of the file.")
    if kind == OTHER:
        raise _no_file(path)
    if isinstance(named, str) and named.rstrip().endswith("/"):
        raise StorageError(f"There is no folder {path}.", "Make it first, or leave the / at the end away.")
    if not has_folder:
        raise StorageError(f"There is no folder {path.parent}.", "Make it first, or choose another.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StorageError(f"You may not write in {path.parent}.", "Choose another folder.")
    return TextFile(path)


def _no_file(path: Path) -> StorageError:
    return StorageError(f"{path} is no regular file, but a pipe or device.", "Choose another name.")


MISSING, REGULAR, FOLDER, OTHER = range(4)
"""What may be at a path; what is neither a file nor a folder is a pipe, a socket or a device."""


def kind_of(path: Path) -> int:
    """Return what is at `path`, or at what it links to; raise OSError where that cannot be found out."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    if stat.S_ISREG(mode):
        return REGULAR
    return FOLDER if stat.S_ISDIR(mode) else OTHER


def _write(path: Path, data: bytes, like: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        with contextlib.suppress(FileNotFoundError):
            os.fchmod(file.fileno(), stat.S_IMODE(like.stat().st_mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def real_path(path: Path) -> Path:
    """Follow links, so that saving changes what a link leads to and not the link."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise StorageError(f"{path} cannot be found.", "Check where its links lead.") from error
