"""From a file's bytes to its text: every guess is reported."""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from rnnchat.text.notes.binary import has_binary_signature, has_many_control_characters

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks and their encodings; a longer mark comes before one that is its beginning."""

REPLACEMENT = "\ufffd"
"""Stands for bytes that cannot be decoded."""
_BINARY = "binary, not text"
_HEAD = 2**16
"""How many bytes are enough to recognise UTF-16."""
_NULLS = re.compile(rb"\0+")
_BYTES_PER_NULL = 100
"""In damaged text there is at most one run of null bytes in this many bytes."""
_SHORTEST_UTF16 = 8
"""The fewest bytes by which UTF-16 can be recognised."""


class UnreadableError(Exception):
    """A file cannot be read as text; the message is the reason."""


@dataclass(frozen=True)
class DecodedText:
    """A file's text, its encoding, and how much of it is damaged."""

    text: str
    encoding: str = "utf-8"
    """What the bytes were read as, such as ``cp1252``, or ``utf-8 and cp1252`` where lines differ."""
    replaced: int = 0
    """How many bytes or characters are damaged; U+FFFD replaces them, or what they probably were."""

    @property
    def line(self) -> int:
        """The line, from 1, of the first U+FFFD; 1 where there is none."""
        return 1 + self.text.count("\n", 0, max(0, self.text.find(REPLACEMENT)))


def read_file(path: Path, maximum: int) -> bytes:
    """Return the bytes of the regular file at `path`, at most `maximum`.

    It never waits at a pipe and follows no symbolic link. Raises UnreadableError with a reason.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or "error").lower()
        raise UnreadableError(f"cannot be read ({said})") from None
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
    """Return the text that `data` encodes, as `decode_text` finds it; raise UnreadableError with a reason."""
    return decode_text(data).text


def decode_text(data: bytes, *, allow_control: bool = False) -> DecodedText:
    """Return the text that `data` encodes: by its byte-order mark, as UTF-8, or as what it looks like.

    Nothing is left out. UTF-8 with a few damaged bytes stays UTF-8: U+FFFD replaces them, or the character
    that they are in cp1252 where that makes sense. Where lines were added in another encoding, each line is
    decoded by itself. Raises UnreadableError with a reason; text full of control characters counts as binary
    unless `allow_control`.
    """
    if has_binary_signature(data):
        raise UnreadableError(_BINARY)
    decoded = _decode(data)
    if not allow_control and has_many_control_characters(decoded.text):
        raise UnreadableError(_BINARY)
    return decoded


def _decode(data: bytes) -> DecodedText:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _with_mark(data[len(bom) :], encoding)
    if b"\0" in data:
        return _with_few_nulls(data) or _by_nulls(data)
    try:
        if b"\x1b$" in data:
            return _with_shifts(data)
        return DecodedText(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    from rnnchat.text.notes.decode_fallback import decode_damaged, decode_legacy, looks_like_utf8

    if looks_like_utf8(data):
        text, encoding, replaced = decode_damaged(data)
    else:
        text, encoding, replaced = decode_legacy(data)
    if not encoding or _is_mostly_damage(text, replaced):
        raise UnreadableError("not text in any known encoding (invalid UTF-8)")
    return DecodedText(text, encoding, replaced)


def _with_mark(data: bytes, encoding: str) -> DecodedText:
    """Return text whose encoding its byte-order mark named."""
    try:
        return DecodedText(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        pass
    if encoding == "utf-8":
        from rnnchat.text.notes.decode_fallback import decode_damaged

        text, said, replaced = decode_damaged(data)
    else:
        (text, replaced), said = _replacing(data, encoding), encoding
    if _is_mostly_damage(text, replaced):
        raise UnreadableError(f"damaged {encoding.upper()} text")
    return DecodedText(text, said, replaced)


def _is_mostly_damage(text: str, replaced: int) -> bool:
    """Return whether too little of a text is left; a short one may have lost a larger share."""
    return replaced * 10 > len(text) + 60 or replaced * 2 >= len(text)


def _replacing(data: bytes, encoding: str) -> tuple[str, int]:
    """Return the text with U+FFFD for what is damaged, and how often it occurs."""
    text = data.decode(encoding, "replace")
    return text, text.count(REPLACEMENT) - data.decode(encoding, "ignore").count(REPLACEMENT)


def _with_shifts(data: bytes) -> DecodedText:
    """Return text that may be ISO-2022-JP, which Japanese mail programs write: ASCII and escape sequences."""
    try:
        return DecodedText(data.decode("iso2022_jp"), "iso2022_jp")
    except UnicodeDecodeError:
        return DecodedText(data.decode("utf-8"))


def _with_few_nulls(data: bytes) -> DecodedText | None:
    """Return UTF-8 that holds a few runs of null bytes, as after a crash; None where there are too many.

    At the beginning and at the end they are left out; inside the text, U+FFFD replaces each run.
    """
    plain = data.strip(b"\0")
    runs = len(_NULLS.findall(plain))
    if len(plain) < _SHORTEST_UTF16 or runs * _BYTES_PER_NULL > len(plain):
        return None
    try:
        text = _NULLS.sub(REPLACEMENT.encode(), plain).decode("utf-8")
    except UnicodeDecodeError:
        return None
    # UTF-16 whose bytes are all ASCII, such as Thai, decodes as UTF-8 full of control characters.
    return None if has_many_control_characters(text) else DecodedText(text, "utf-8", max(1, runs))


def _by_nulls(data: bytes) -> DecodedText:
    """Return text in UTF-32 or UTF-16 without a byte-order mark; no other text encoding has null bytes."""
    for encoding in ("utf-32-le", "utf-32-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return DecodedText(text, encoding)
    if len(data) < _SHORTEST_UTF16:
        raise UnreadableError(_BINARY)
    head = data[:_HEAD]
    plain = {encoding: _plain_share(head, encoding) for encoding in ("utf-16-le", "utf-16-be")}
    encoding = max(plain, key=lambda one: plain[one])
    if plain[encoding] <= 4 * min(plain.values()) or (
        plain[encoding] < 0.5 and _is_sound_without_nulls(head)
    ):
        raise UnreadableError(_BINARY)
    text, replaced = _replacing(data, encoding)
    return DecodedText(text, encoding, replaced)


def _is_sound_without_nulls(head: bytes) -> bool:
    """Return whether `head` is plain text with stray nulls, and not UTF-16."""
    try:
        text = head.replace(b"\0", b"").decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 8
    return not has_many_control_characters(text)


def _plain_share(head: bytes, encoding: str) -> float:
    """Return the share of ASCII in `head` read as `encoding`; 0 where the result is not text."""
    import unicodedata

    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    odd = sum(
        unicodedata.category(character) in ("Cn", "Co", "Cc") and character not in "\t\n\r\f\v\x1b"
        for character in text
    )
    damaged = text.count(REPLACEMENT)
    if not text or odd * 200 > len(text) or damaged * 50 > len(text):
        return 0.0
    return sum(" " <= character <= "~" or character in "\t\n\r" for character in text) / len(text)
