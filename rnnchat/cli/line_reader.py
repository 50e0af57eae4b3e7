"""Lines of a stream, and whether more of it has come already."""

from __future__ import annotations

import select
from io import BufferedIOBase

CHUNK = 1024 * 1024
"""At most this many bytes are read at once.

A buffered stream keeps nothing back of a read that is larger than its own buffer.
"""


class LineReader:
    """Reads a stream line by line.

    It keeps what was read after a line itself: `select` does not see what is in the buffer of the stream, so
    that a line there would seem not to have come yet.
    """

    def __init__(self, stream: BufferedIOBase, longest: int) -> None:
        self._stream = stream
        self._longest = longest
        self._rest = b""
        """What was read and not returned yet."""

    def read(self) -> bytes:
        """Return the next line, or nothing at the end.

        Of a line that is longer than `longest` bytes, only so many and one more are returned.
        """
        line = bytearray()
        while True:
            end = self._rest.find(b"\n") + 1 or len(self._rest)
            part, self._rest = self._rest[:end], self._rest[end:]
            line += part[: self._longest + 1 - len(line)]
            if part.endswith(b"\n"):
                return bytes(line)
            self._rest = self._stream.read1(CHUNK)
            if not self._rest:
                return bytes(line)

    def is_ready(self) -> bool:
        """Whether `read` need not wait: more input, or its end, has come already; always true of a file."""
        return b"\n" in self._rest or bool(select.select([self._stream], [], [], 0)[0])
