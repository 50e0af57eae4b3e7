"""The one way anything is written: whole or not at all, and on the disk when the call returns."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.storage.paths import make_private

TEMPORARY = ".writing-"
"""What the names of unfinished files and folders begin with."""


def temporary_beside(path: Path) -> Path:
    """Return an unused path in the folder of `path`.

    Its name is short whatever the one of `path` is, so that any name a file system takes can be written.
    """
    return path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the file at `path` by `data`; a crash at any moment leaves the old or the new, whole.

    Raises StorageError when the disk is full or does not allow it; the old file is then untouched.
    """
    make_private(path.parent)
    temporary = temporary_beside(path)
    try:
        _write_new(temporary, data)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        _discard(temporary)
        raise from_os_error(error, f"writing {path.name}") from error
    except BaseException:
        _discard(temporary)
        raise


def write_text(path: Path, text: str) -> None:
    """Replace the file at `path` by `text` in UTF-8, as write_bytes does.

    Halves of surrogates, which stand for the bytes of names that are not UTF-8, become JSON's escapes.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_folder(target: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Create the folder `target` in one step with `files`, (name, content) in the order they are written.

    They may be made one by one, so that only one is in memory. The files are written and synced in a
    temporary folder beside it, which is then renamed; so a folder of that name is always complete.
    Raises StorageError where it exists already.
    """
    make_private(target.parent)
    temporary = temporary_beside(target)
    try:
        temporary.mkdir(mode=0o700)
        for name, data in files:
            _write_new(temporary / name, data)
        sync_folder(temporary)
        if target.exists():
            raise StorageError(f"{target.name} exists already.", "Choose another name.")
        temporary.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        _discard(temporary)
        raise from_os_error(error, f"saving {target.name}") from error
    except BaseException:
        _discard(temporary)
        raise


def sync_folder(folder: Path) -> None:
    """Make sure that the names in `folder` are on the disk."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # one may write in it and not read it; the system writes its names in its own time
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(source: Path, target: Path) -> None:
    """Move a file or folder to `target` in one step, on the same disk."""
    make_private(target.parent)
    try:
        source.rename(target)
        sync_folder(target.parent)
        sync_folder(source.parent)
    except OSError as error:
        raise from_os_error(error, f"moving {source.name}") from error


def remove(path: Path, within: Path) -> None:
    """Remove a file or folder for good: first out of sight in one step, to `within`, then what is in it."""
    gone = within / f"{TEMPORARY}gone-{time.time_ns()}"
    with contextlib.suppress(OSError):
        path.rename(gone)
        _discard(gone)


def path_exists(path: Path) -> bool:
    """Whether there is anything at `path`, be it a link that leads nowhere."""
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def remove_unfinished(folder: Path) -> None:
    """Remove what writers that were killed left in `folder` over an hour ago."""
    if folder.is_dir():
        oldest = time.time() - 3600
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                if path.name.startswith(TEMPORARY) and path.stat().st_mtime < oldest:
                    _discard(path)


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _discard(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
