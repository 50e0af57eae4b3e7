"""The cleaned notes of a run on disk, so that a corpus may be larger than memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

BATCH_BYTES = 4 * 2**20
"""About so many bytes of text are held at a time."""


@dataclass(frozen=True)
class Spooled:
    """One text in a spool."""

    name: str
    offset: int
    size: int
    """The text's UTF-8 bytes."""
    digest: bytes
    """What the text is recognised by, 16 bytes."""
    path: str = ""
    """The file it was read from."""


class Spool:
    """A file of texts that is gone when its ``with`` block ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")
        self.entries: list[Spooled] = []
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
        self.entries.append(Spooled(name, self._end, len(data), _digest(data), path))
        self._end += len(data)

    def read(self, entry: Spooled) -> str:
        """Return a text."""
        self._file.seek(entry.offset)
        return self._file.read(entry.size).decode()

    def in_batches(self, entries: Iterable[Spooled]) -> Iterator[tuple[list[Spooled], list[str]]]:
        """Yield the entries and their texts, about BATCH_BYTES at a time."""
        batch: list[Spooled] = []
        size = 0
        for entry in entries:
            batch.append(entry)
            size += entry.size
            if size >= BATCH_BYTES:
                yield batch, [self.read(one) for one in batch]
                batch, size = [], 0
        if batch:
            yield batch, [self.read(one) for one in batch]

    def cut(self, entry: Spooled, place: int) -> tuple[Spooled, Spooled]:
        """Return an entry's text as two, cut before the character at `place`."""
        text = self.read(entry)
        head, tail = text[:place].encode(), text[place:].encode()
        return (
            replace(entry, size=len(head), digest=_digest(head)),
            Spooled(f"{entry.name} (end)", entry.offset + len(head), len(tail), _digest(tail), entry.path),
        )


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
