"""From a file's bytes to its text, without guessing silently."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks, the longer before those they begin with."""

_COMMON = "cp1252"


class UnreadableError(Exception):
    """A file that is not text, with the reason as its message."""


def read_file(path: Path, maximum: int) -> bytes:
    """Return the bytes of the regular file at `path`; never waits at a pipe and follows no link.

    Raises UnreadableError with a reason.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise UnreadableError(f"cannot be read ({(error.strerror or 'error').lower()})") from None
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        is_folder = stat.S_ISDIR(kind)
        raise UnreadableError("a folder" if is_folder else "not a regular file (a pipe, socket or device)")
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(maximum + 1)
        except OSError as error:
            raise UnreadableError(f"cannot be read ({(error.strerror or 'error').lower()})") from None
    if len(data) > maximum:
        raise UnreadableError(f"larger than {maximum // 2**20} MB")
    return data


def decode(data: bytes) -> str:
    """Return the text that `data` encodes: by its byte-order mark, as UTF-8, or as what it looks like.

    Nothing is dropped or replaced on the way. Raises UnreadableError with a reason.
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding)
            except UnicodeDecodeError:
                raise UnreadableError(f"damaged {encoding.upper()} text") from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_by_looks(data)
    if "\0" in text:
        raise UnreadableError("binary, not text")
    return text


def _decode_by_looks(data: bytes) -> str:
    """Decode text in an older encoding, from what its first 64 KB look like."""
    if b"\0" in data[: 2**16]:
        raise UnreadableError("binary, not text")
    from charset_normalizer import from_bytes

    head = data[: 2**16]
    best = from_bytes(head, threshold=0.2).best()
    if best is None or best.encoding in ("utf_8", "ascii"):
        raise UnreadableError("not text in any known encoding (invalid UTF-8)")
    # Where it reads about as well, the encoding that most files of that age are in.
    common = from_bytes(head, threshold=0.2, cp_isolation=[_COMMON]).best()
    if common is not None and common.chaos <= best.chaos + 0.1 and common.coherence >= best.coherence:
        best = common
    plain = sum(byte < 0x80 for byte in head) / len(head)
    if best.coherence < 0.1 and plain < 0.6:
        raise UnreadableError("not text in any known encoding (invalid UTF-8)")
    try:
        return data.decode(best.encoding)
    except UnicodeDecodeError:
        raise UnreadableError(f"not text in any known encoding (almost {best.encoding})") from None
