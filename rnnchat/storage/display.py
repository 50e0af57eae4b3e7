"""Names and paths in a form that is safe to show: on one line and unambiguous, whatever their bytes."""

from __future__ import annotations

import os
import unicodedata

_INVISIBLE = ("Cc", "Cf", "Cn", "Cs", "Zl", "Zp")
"""The Unicode categories of characters that are not shown."""
_JOINERS = "\u200c\u200d"
"""Words and emoji need these format characters, so they are not escaped."""


def display_path(path: str | os.PathLike[str]) -> str:
    """Return `path` with bytes that are not UTF-8, as ``\\xe9``, and control characters escaped.

    Invisible characters and those that change the direction of writing are escaped, too.
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
