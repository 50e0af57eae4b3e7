"""Binary files, recognised by their signature and by their control characters, whatever their name says."""

from __future__ import annotations

import re

_SIGNATURES = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a.{0,6}[\x00-\x08\x80-\xff]|PK(?:\x03\x04|\x05\x06|\x07\x08)|\x1f[\x8b\x9d]"
    rb"|BZh[1-9]1AY&SY|\xfd7zXZ|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|7z\xbc\xaf|Rar!\x1a|\x7fELF|\xca\xfe\xba\xbe"
    rb"|[\xcf\xce]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|SQLite format 3[\x00\n]"
    rb"|%PDF-\d\.\d\s*[\r\n]|\xd0\xcf\x11\xe0"
    rb"|(?:OggS|fLaC|ID3|PAR1|glTF|Cr24|wOFF|wOF2|8BPS)[\x00-\x08]|\xff[\xfb\xf3\xf2][^ -~]"
    rb"|RIFF.{4}(?:WAVE|WEBP|AVI )|[\x00-\x08]{3}.ftyp|II\*\x00|MM\x00\*|BM.{4}\x00\x00"
    rb"|\x00asm|\x00\x00\x01\x00"
    rb"|MZ.\x00|\x1aE\xdf\xa3|\xed\xab\xee\xdb|LZIP\x01|AT&TFORM|\xff\x4f\xff\x51|\x93NUMPY|\x89HDF|\{\\rtf1"
    rb"|\xfe\xed\xfe\xed|!<arch>\n|bplist0|xar!\x00",
    re.S,
)
"""The signatures (first bytes) of pictures, sound, archives, programs, databases and documents."""
_CONTROL = re.compile("[\x00-\x06\x0e-\x19\x1c-\x1f\x7f]")
"""Control characters that text does not contain: not the bell and printer controls, ESC or Ctrl+Z."""


def has_binary_signature(data: bytes) -> bool:
    """Return whether `data` begins with the signature of a binary file."""
    return _SIGNATURES.match(data) is not None


def has_many_control_characters(text: str) -> bool:
    """Return whether `text` (its first million characters) has more than stray control characters."""
    found = len(_CONTROL.findall(text, 0, 2**20))
    return found > 1 + min(len(text), 2**20) / 500
