"""Atomic writes: a file or folder is replaced completely or stays as it was, and is on the disk on return.

This is the only place that writes files in this way. `replace_file` is the basis; it writes a temporary file
beside the target, syncs it, renames it, and syncs the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.storage.paths import make_private

TEMPORARY = ".writing-"
"""The names of unfinished files and folders begin with this."""
_ABANDONED_AFTER = 3600
"""An unfinished file or folder that is older than this, in seconds, was left by a process that was killed."""


def temporary_beside(path: Path) -> Path:
    """Return an unused path in the folder of `path`.

    Its name is short, so that a file can be written even if its own name has the greatest length possible.
    """
    return path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"


def replace_file(path: Path, data: bytes, *, private: bool = True) -> None:
    """Replace the file at `path` by one that holds `data`; a crash leaves either the old or the new one.

    The new file is readable by this person alone where it is `private`. Otherwise it keeps the permissions of
    the old one, or has the usual ones where there was none. Raises OSError; the old file is then untouched.
    """
    temporary = temporary_beside(path)
    try:
        _write_new(temporary, data, like=None if private else path)
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        _discard(temporary)
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file of rnnchat's own by `data`, and create its folder where it is missing.

    Raises StorageError where the disk is full or does not allow it; the old file is then untouched.
    """
    make_private(path.parent)
    try:
        replace_file(path, data)
    except OSError as error:
        raise from_os_error(error, f"writing {path.name}") from error


def write_text(path: Path, text: str) -> None:
    """Replace the file at `path` by `text` in UTF-8, as `write_bytes` does.

    Lone surrogates, which represent bytes of file names that are not UTF-8, are written as JSON's escapes.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_folder(target: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Create the folder `target` in one step with `files`, which are pairs of a name and the content.

    The files are written and synced one by one in a temporary folder, which is then renamed, so that a
    folder called `target` is always complete. Raises StorageError where it exists already.
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
    """Make sure that the names of the files in `folder` are on the disk."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # A folder may be writable but not readable; the system then writes the names later.
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
    """Remove a file or folder permanently: it is renamed to a hidden name in `within`, then emptied."""
    gone = within / f"{TEMPORARY}gone-{time.time_ns()}"
    with contextlib.suppress(OSError):
        path.rename(gone)
        _discard(gone)


def path_exists(path: Path) -> bool:
    """Return whether there is anything at `path`, including a broken link."""
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files and folders in `folder` that are over an hour old."""
    if folder.is_dir():
        oldest = time.time() - _ABANDONED_AFTER
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                if path.name.startswith(TEMPORARY) and path.stat().st_mtime < oldest:
                    _discard(path)


def _write_new(path: Path, data: bytes, like: Path | None = None) -> None:
    """Write and sync a new file, which is private (0600) or has the permissions of the file `like`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if like is None else 0o666)
    with os.fdopen(descriptor, "wb") as file:
        if like is not None:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(like.stat().st_mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _discard(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
