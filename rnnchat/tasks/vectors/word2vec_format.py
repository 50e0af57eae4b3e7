"""The two file formats of word2vec, as Gensim's ``KeyedVectors.load_word2vec_format`` reads them.

Both begin with a line of two numbers: how many vectors there are, and of how many numbers each. In the text
format, a line holds a name and its numbers, with spaces between them. In the binary format, a name is
followed by a space and the numbers as float32, in little-endian order.

So a name must not hold white space. Here each such character, and each ``%``, is written as a percent sign
and the hexadecimal numbers of its bytes in UTF-8, as in URLs; ``urllib.parse.unquote`` gives the name back.
A byte of a file's name that is not UTF-8 is written so, too; ``unquote_to_bytes`` gives such a name back.

Source: https://code.google.com/archive/p/word2vec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.tasks.vectors.words import NamedVectors

BINARY = "bin"
"""The name of the binary format, which is read thirty times as fast."""
TEXT = "txt"
"""The name of the text format."""
_ESCAPED = re.compile(r"[\s%\x00-\x1f\x7f-\x9f\udc80-\udcff]")


def escape_name(name: str) -> str:
    """Return a name without white space, control characters and bytes that are not UTF-8."""

    def escaped(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "surrogateescape"))

    return _ESCAPED.sub(escaped, name)


def as_word2vec(named: NamedVectors, form: str) -> bytes:
    """Return vectors in the format `form`, BINARY or TEXT."""
    count, size = named.vectors.shape
    return f"{count} {size}\n".encode() + b"".join(_entries(named, form))


def _entries(named: NamedVectors, form: str) -> Iterator[bytes]:
    for name, vector in zip(named.names, named.vectors, strict=True):
        key = escape_name(name).encode("utf-8", "replace")
        if form == BINARY:
            yield key + b" " + vector.astype("<f4").tobytes() + b"\n"
        else:
            yield key + b" " + " ".join(f"{number:.6g}" for number in vector.tolist()).encode() + b"\n"
