"""Names and paths made safe to show: whatever bytes they are made of, on one line, unambiguous."""

from __future__ import annotations

import os
import unicodedata

_INVISIBLE = ("Cc", "Cf", "Cn", "Cs", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
"""Format characters that words and emoji are written with."""


def display_path(path: str | os.PathLike[str]) -> str:
    """Return `path` as it can be shown: bytes that are not UTF-8 as ``\\xe9``, control characters escaped.

    What changes the direction of writing or cannot be seen is escaped, too; all else stays as it is.
    """
    text = os.fspath(path)
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) not in _INVISIBLE or character in _JOINERS:
        return character
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if short:
        return short
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
