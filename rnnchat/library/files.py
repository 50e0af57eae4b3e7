"""A person's own text files, saved safely: whole or not at all, as what they were."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.library.atomic import TEMPORARY, sha256, sync_folder


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
    try:
        return sha256(real_path(file.path).read_bytes()) != file.digest
    except FileNotFoundError:
        return bool(file.digest)
    except OSError as error:
        raise from_os_error(error, f"reading {file.path.name}") from error


def save_text(file: TextFile, text: str) -> TextFile:
    """Write `text` into the file, whole or not at all, with the permissions it had; return it as it is now.

    Raises StorageError where that is not possible; the file is then what it was.
    """
    path = real_path(file.path)
    data = file.encode(text)
    temporary = path.parent / f"{TEMPORARY}{path.name}-{secrets.token_hex(4)}"
    try:
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


def new_file(named: str) -> TextFile:
    """Return the file that a person means by `named`; raise StorageError where it cannot be one."""
    path = Path(named).expanduser().absolute()
    if path.is_dir():
        raise StorageError(f"{named} is a folder.", "Add the name of the file.")
    if not path.parent.is_dir():
        raise StorageError(f"There is no folder {path.parent}.", "Make it first, or choose another.")
    return TextFile(path)


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
        return path.expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise StorageError(f"{path} cannot be found.", "Check where its links lead.") from error
