"""A spool: a temporary file of the cleaned notes of a run, so that a corpus may be larger than memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

BATCH_BYTES = 4 * 2**20
"""About this many bytes of text are in memory at a time."""


@dataclass(frozen=True)
class SpooledText:
    """Where one text lies in a spool."""

    name: str
    """The note's name under the folder it was found in."""
    offset: int
    """The place of its first byte."""
    size: int
    """The text's UTF-8 bytes."""
    digest: bytes
    """The BLAKE2b hash of the text, 16 bytes, by which it is recognised."""
    path: str = ""
    """The file it was read from."""


class Spool:
    """A file of texts that is removed when its ``with`` block ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")
        self.entries: list[SpooledText] = []
        self._end = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def append(self, name: str, text: str, path: str = "") -> None:
        """Add a text at the end."""
        data = text.encode()
        self._file.seek(self._end)
        self._file.write(data)
        self.entries.append(SpooledText(name, self._end, len(data), _digest(data), path))
        self._end += len(data)

    def read(self, entry: SpooledText) -> str:
        """Return a text."""
        self._file.seek(entry.offset)
        return self._file.read(entry.size).decode()

    def in_batches(self, entries: Iterable[SpooledText]) -> Iterator[tuple[list[SpooledText], list[str]]]:
        """Yield the entries and their texts, about BATCH_BYTES at a time."""
        batch: list[SpooledText] = []
        size = 0
        for entry in entries:
            batch.append(entry)
            size += entry.size
            if size >= BATCH_BYTES:
                yield batch, [self.read(one) for one in batch]
                batch, size = [], 0
        if batch:
            yield batch, [self.read(one) for one in batch]

    def cut(self, entry: SpooledText, place: int) -> tuple[SpooledText, SpooledText]:
        """Return two entries for a text cut in two before the character at `place`."""
        text = self.read(entry)
        head, tail = text[:place].encode(), text[place:].encode()
        return (
            replace(entry, size=len(head), digest=_digest(head)),
            SpooledText(
                f"{entry.name} (end)", entry.offset + len(head), len(tail), _digest(tail), entry.path
            ),
        )


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
