"""Opening a file as a draft, so that it can be written back byte for byte.

`find_draft` is where to begin; `storage/files.py` saves the draft to its file.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass, replace
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.storage.atomic import sha256
from rnnchat.storage.display import display_path
from rnnchat.storage.files import PathKind, TextFile, new_file, path_kind, real_path
from rnnchat.storage.paths import parse_argument
from rnnchat.text.notes.decode import DecodedText, UnreadableError, decode_text, read_file

MAXIMUM_BYTES = 6 * 2**20
"""A file that is opened as a draft has at most this many bytes."""
MAXIMUM_LINE = 8_000
"""A line of a draft has at most this many characters; longer ones are broken, as they slow typing down."""

_ODD_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Matches every line break of Python's `splitlines` but the line feed."""


@dataclass(frozen=True)
class OpenedText:
    """The text of a file with plain newlines, and the file.

    Where the text cannot be written back byte for byte, `file` is None and `why` says for which reason.
    """

    text: str
    file: TextFile | None
    why: str = ""


def open_text(path: Path) -> OpenedText:
    """Read the file at `path`; raise StorageError where it is not text or too large."""
    real = real_path(path)
    try:
        data = read_file(real, MAXIMUM_BYTES)
        decoded = decode_text(data, allow_control=True)
    except UnreadableError as error:
        raise StorageError(
            f"{display_path(path.name)}: {error}.",
            f"A draft is a text file of at most {MAXIMUM_BYTES // 2**20} MB; for others, "
            "`rnnchat complete` works from any editor.",
        ) from None
    file, why = _exact_file(real, data, decoded)
    return OpenedText(_plain_text(decoded.text), file, why)


def find_draft(drafts: Drafts, which: int | Path | None) -> tuple[Draft, str]:
    """Return the draft to open, and a sentence about it for the person, which may be empty.

    `which` is a draft's number, the path of a file, or None for the draft used last. Raises StorageError
    where a file cannot be opened.
    """
    if not isinstance(which, Path):
        found = drafts.load(which)
        if found is None:
            return Draft(), ""
        drafts.touch(found.id)
        return found, ""
    path = parse_argument(str(which))
    try:
        is_new = path_kind(path) is PathKind.MISSING
    except (OSError, ValueError) as error:
        raise _cannot_be_opened(path, error) from None
    name = display_path(path.name)
    if is_new:
        existing = drafts.of_file(path)
        if existing is not None and existing.text:
            words = f"Here is what you had written; {name} is made when you save it (Ctrl+S)."
            return replace(existing, file=new_file(path)), words
        return Draft(file=new_file(path)), f"{name} is made when you save it (Ctrl+S)."
    opened = open_text(path)
    if opened.file is None:
        return Draft(text=opened.text), f"This is a copy of {name}: {opened.why}."
    return _draft_of(drafts, opened.text, opened.file)


def _cannot_be_opened(path: Path, error: OSError | ValueError) -> StorageError:
    name = display_path(path.name)
    if isinstance(error, ValueError):
        return StorageError(f"{name} cannot be the name of a file.", "Choose another name.")
    said = from_os_error(error, f"opening {name}")
    if isinstance(error, PermissionError):
        return StorageError(said.message, "Check who may read the file and the folders it is in.")
    return said


def _draft_of(drafts: Drafts, text: str, file: TextFile) -> tuple[Draft, str]:
    """Return the draft of a file: the existing one, which may hold unsaved text, or a new one."""
    fresh = Draft(text=text, file=file)
    existing = drafts.of_file(file.path)
    if existing is None or existing.file is None:
        return fresh, ""
    if existing.is_saved or existing.text == text:
        return replace(existing, text=text, file=file), ""
    if existing.file.digest == file.digest:
        return existing, "Here is what you had written and not yet saved to this file."
    return fresh, "The file has changed since; what you had not saved is in a draft (Ctrl+O)."


def _exact_file(path: Path, data: bytes, decoded: DecodedText) -> tuple[TextFile | None, str]:
    """Return the file if its text can be written back exactly; otherwise None and the reason."""
    text = decoded.text
    newline = "\r\n" if "\r\n" in text else "\n"
    file = TextFile(path, newline, data.startswith(BOM_UTF8), sha256(data))
    plain = _plain_text(text)
    if file.encode(plain) == data:
        return file, ""
    if max(map(len, re.split(_ODD_BREAKS.pattern + "|\n", text))) > MAXIMUM_LINE:
        return None, f"it has lines of over {MAXIMUM_LINE:,} characters, which are broken here"
    if decoded.replaced:
        return None, f"it has damaged characters ({decoded.replaced:,}), which could not be written back"
    if decoded.encoding != "utf-8":
        return None, "it is not UTF-8, which drafts are"
    return None, "it has several kinds of line ends, which are made one here"


def _plain_text(text: str) -> str:
    """Return `text` with plain newlines and no line that is too long to edit."""
    text = _ODD_BREAKS.sub("\n", text)
    if len(text) <= MAXIMUM_LINE:
        return text
    return "\n".join(_broken_line(line) for line in text.split("\n"))


def _broken_line(line: str) -> str:
    if len(line) <= MAXIMUM_LINE:
        return line
    return "\n".join(line[start : start + MAXIMUM_LINE] for start in range(0, len(line), MAXIMUM_LINE))
