"""Reading a file that may come from anywhere: only a regular file is read, and only up to a size."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from rnnchat.errors import StorageError

_CHUNK = 2**20
"""The file is read in chunks of this many bytes."""


def read_regular_file(path: Path, maximum: int, *, follow: bool = False) -> bytes:
    """Return the bytes of the regular file at `path`; links are followed only where `follow` is set.

    It never waits for a pipe or a device. Raises StorageError where the file has more than `maximum` bytes,
    cannot be read, or is not a regular file.
    """
    link = 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    flags = os.O_RDONLY | link | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise StorageError(_why_unreadable(path, error)) from error
    except ValueError as error:  # a NUL in the name
        raise StorageError(f"{path.name} cannot be the name of a file.") from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise StorageError(f"{path.name} is {describe_mode(found.st_mode)}, not a file.")
        if found.st_size > maximum:
            raise StorageError(f"{path.name} is too large ({found.st_size:,} bytes of at most {maximum:,}).")
        data = _read(descriptor, maximum + 1, found.st_size)
    except OSError as error:
        raise StorageError(_why_unreadable(path, error)) from error
    finally:
        os.close(descriptor)
    if len(data) > maximum:
        raise StorageError(f"{path.name} is too large (more than {maximum:,} bytes).")
    return data


def describe_mode(mode: int) -> str:
    """Return in words what kind of file has this `mode`, such as "a pipe"."""
    kinds = (
        (stat.S_ISREG, "a file"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISLNK, "a link"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    )
    return next((words for is_kind, words in kinds if is_kind(mode)), "a device")


def _read(descriptor: int, wanted: int, expected: int) -> bytes:
    """Return up to `wanted` bytes, all at once where the file is as large as it says."""
    data = os.read(descriptor, min(wanted, expected + 1))
    if len(data) == expected:
        return data
    parts = [data]
    left = wanted - len(data)
    while left > 0 and parts[-1]:
        parts.append(os.read(descriptor, min(left, _CHUNK)))
        left -= len(parts[-1])
    return b"".join(parts)


def _why_unreadable(path: Path, error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return f"{path.name} is a link, not a file."
    if error.errno == errno.ENOENT:
        return f"{path.name} is missing."
    if error.errno == errno.ENXIO:
        return f"{path.name} is a pipe, a socket or a device, not a file."
    return f"{path.name} cannot be read ({(error.strerror or 'error').lower()})."
