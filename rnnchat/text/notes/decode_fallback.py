"""Decode text that is not valid UTF-8: damaged, in several encodings, or in a legacy one."""

from __future__ import annotations

import codecs
import re
import unicodedata

from rnnchat.text.notes.detect_encoding import COMMON, detect_by_letters

_HEAD = 2**16
"""How many bytes around a place are looked at to judge it."""
_SAMPLE = 2**21
"""How many bytes of a large file are looked at: half from the beginning, half from the end."""

_SEQUENCE = (
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2})"
)
_SEQUENCES = re.compile(_SEQUENCE)
# Sequences that UTF-8 texts in Latin letters contain. Others occur in legacy encodings by chance, such as
# "ß“", or "é »" with a no-break space.
_WESTERN = (
    rb"(?:\xc2[\xa0-\xbf]|[\xc3-\xc5][\x80-\xbf]|\xe2[\x80-\x9f][\x80-\xbf]"
    rb"|\xef\xb8\x8f|\xf0\x9f[\x80-\xbf]{2})"
)
_WESTERN_ANYWHERE = re.compile(_WESTERN)
_WESTERN_ALONE = re.compile(rb"(?<![\x80-\xff])" + _WESTERN + rb"{1,4}(?![\x80-\xff])")
_LONG_RUNS = re.compile(rb"(?<![\x80-\xff])" + _SEQUENCE + rb"{4,}(?![\x80-\xff])")
_RUNS = re.compile(rb"[\x80-\xff]+")
_SURROGATES = re.compile(rb"(?:\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf])+")
_FAULTS = re.compile(_SEQUENCE + rb"|[\xc2-\xf4]?[\x80-\xbf]+|[\x80-\xff]")
_NOT_SEQUENCE = re.compile(_SEQUENCE + rb"|([\x80-\xff])")
_LOW = bytes(range(128))

# What a byte that is not UTF-8 may be in cp1252: a typographic mark, or a letter inside a word.
_MARKS = frozenset(b"\x80\x82\x84\x85\x86\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b\xa3\xa7\xab\xb0\xbb")
_LETTERS = frozenset((*range(0xC0, 0x100), 0x8A, 0x8C, 0x8E, 0x9A, 0x9C, 0x9E)) - frozenset(
    b"\xc2\xc3\xd0\xd7\xde\xf0\xf7\xfe\xff"
)


def looks_like_utf8(data: bytes) -> bool:
    """Return whether `data`, which is not valid UTF-8, is UTF-8 with damage, and not by chance."""
    sample = data if len(data) <= _SAMPLE else data[: _SAMPLE // 2] + data[-_SAMPLE // 2 :]
    high = len(sample.translate(None, _LOW))
    sequences = _SEQUENCES.findall(sample)
    bad = high - sum(map(len, sequences))
    if 2 * len(sequences) >= 5 * bad and len(sequences) > 3:
        return True
    if sum(map(len, _LONG_RUNS.findall(sample))) >= max(8, high / 20):
        return True
    if len(_WESTERN_ALONE.findall(sample)) >= max(1, bad / 50):
        return True
    has_words = max(map(len, _RUNS.findall(sample)), default=0) > 5
    if not has_words and len(_WESTERN_ANYWHERE.findall(sample)) >= max(1, bad / 4):
        return True
    return _is_cut(data)


def _is_cut(data: bytes) -> bool:
    """Return whether `data` is UTF-8 that ends inside a character."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return False
    # A single byte after plain ASCII is more likely a letter of a legacy encoding.
    return len(decoder.getstate()[0]) > 1 or not text.isascii()


def decode_damaged(data: bytes) -> tuple[str, str, int]:
    """Return the text of damaged UTF-8, its encoding, and how many bytes are damaged.

    Lines in another encoding are decoded as that; the encoding is then such as ``utf-8 and cp1252``.
    """
    # Java and some databases write emoji as pairs of surrogates.
    data, pairs = _SURROGATES.subn(_without_surrogates, data)
    own = "cesu-8" if pairs else "utf-8"
    lines = data.splitlines(keepends=True)
    texts: list[str] = []
    replaced = 0
    old: list[int] = []
    for number, line in enumerate(lines):
        text, damaged = "", 0
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            near = line[max(0, error.start - _HEAD) : error.start + _HEAD]
            # A character with a missing byte is one fault, however many of its bytes are left.
            sequences = len(_SEQUENCES.findall(near))
            if sequences >= len(_FAULTS.findall(near)) - sequences or not (
                _is_western(near) or _is_dense(near)
            ):
                text, damaged = _patched(line)
            else:
                old.append(number)
        texts.append(text)
        replaced += damaged
    if not old:
        return "".join(texts), own, replaced
    joined = b"".join(lines[number] for number in old)
    is_enough = len(joined.translate(None, _LOW)) > 3
    encoding = (detect_by_letters(joined) if is_enough else "") or COMMON
    for number in old:
        text = lines[number].decode(encoding, "replace")
        texts[number] = text
        replaced += text.count("\ufffd")
    return "".join(texts), f"{own} and {encoding}", replaced


def _without_surrogates(found: re.Match[bytes]) -> bytes:
    units = found[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le").encode()


def decode_legacy(data: bytes) -> tuple[str, str, int]:
    """Return the text in a legacy encoding, the encoding, and how many characters are damaged.

    The encoding is an empty string where the data is not text.
    """
    encoding = detect_by_letters(data) or _by_statistics(data[:_HEAD])
    if not encoding or not _is_of_letters(data[:_HEAD].decode(encoding, "replace")):
        return "", "", 0
    text = data.decode(encoding, "replace")
    replaced = text.count("\ufffd")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return (text, encoding, replaced) if replaced <= 1 + beyond / 30 else ("", "", 0)


def _by_statistics(head: bytes) -> str:
    """Return the legacy encoding that charset_normalizer finds; an empty string where it finds none."""
    from charset_normalizer import from_bytes

    best = from_bytes(head, threshold=0.2).best()
    if best is None or best.encoding.startswith(("utf", "ascii")):
        return ""
    # Prefer the most common encoding where it reads about as well.
    common = from_bytes(head, threshold=0.2, cp_isolation=[COMMON]).best()
    if common is not None and common.chaos <= best.chaos + 0.1 and common.coherence >= best.coherence:
        best = common
    plain = sum(byte < 0x80 for byte in head) / len(head)
    return "" if best.coherence < 0.1 and plain < 0.6 else best.encoding


def _is_of_letters(text: str) -> bool:
    """Return whether most of what is not ASCII in `text` is letters and marks, as in text, not symbols."""
    beyond = [character for character in text if character >= "\x80"]
    letters = sum(unicodedata.category(sign)[0] in "LMP" or sign in "€£°©®™" for sign in beyond)
    return letters * 5 >= len(beyond) * 4


def _is_dense(data: bytes) -> bool:
    """Return whether most bytes above 127 are adjacent to others, as in text that is not in Latin letters."""
    runs = _RUNS.findall(data)
    return sum(map(len, runs)) > 2 * len(runs)


def _is_western(line: bytes) -> bool:
    """Return whether a byte of `line` that is not UTF-8 may be a letter or a mark in cp1252."""
    return any(_may_be_cp1252(line, found.start()) for found in _NOT_SEQUENCE.finditer(line) if found[1])


def _may_be_cp1252(line: bytes, place: int) -> bool:
    before, after = line[max(0, place - 1) : place], line[place + 1 : place + 2]
    if not (before + after).isascii():
        return False
    byte = line[place]
    return byte in _MARKS or (byte in _LETTERS and (before.isalpha() or after.isalpha()))


def _patched(line: bytes) -> tuple[str, int]:
    """Return a damaged line of UTF-8 as text, and how many of its bytes are damaged."""
    parts: list[str] = []
    damaged = place = 0
    view = memoryview(line)
    while place < len(line):
        try:
            parts.append(str(view[place:], "utf-8"))
            break
        except UnicodeDecodeError as error:
            start, end = place + error.start, place + error.end
            parts.append(str(view[place:start], "utf-8"))
        for byte in range(start, end):
            parts.append(line[byte : byte + 1].decode(COMMON) if _may_be_cp1252(line, byte) else "\ufffd")
        damaged += end - start
        place = end
    return "".join(parts), damaged
