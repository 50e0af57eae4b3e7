"""A person's own text files as drafts: opened so that they can be written back byte for byte."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass, replace
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.storage.atomic import sha256
from rnnchat.storage.display import display_path
from rnnchat.storage.files import MISSING, TextFile, kind_of, new_file, real_path
from rnnchat.storage.paths import parse_argument
from rnnchat.text.notes.decode import DecodedText, UnreadableError, decode_text, read_file

LARGEST = 6 * 2**20
"""No larger file is opened, in bytes."""
LONGEST_LINE = 8_000
"""Longer lines, in characters, are broken in the copy that is opened: they would slow every key down."""

_ODD_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class OpenedText:
    """A file's text with plain newlines, and where it came from.

    Where it could not be written back byte for byte, `file` is None: it is a copy, and `why` says so.
    """

    text: str
    file: TextFile | None
    why: str = ""


def open_text(path: Path) -> OpenedText:
    """Read the file at `path`; raise StorageError with a hint where it is no text or too large."""
    real = real_path(path)
    try:
        data = read_file(real, LARGEST)
        decoded = decode_text(data, allow_control=True)
    except UnreadableError as error:
        raise StorageError(
            f"{display_path(path.name)}: {error}.",
            f"A draft is a text file of at most {LARGEST // 2**20} MB; for others, "
            "`rnnchat complete` works from any editor.",
        ) from None
    file, why = _kept_exactly(real, data, decoded)
    return OpenedText(_plain(decoded.text), file, why)


def find_draft(drafts: Drafts, which: int | Path | None) -> tuple[Draft, str]:
    """Return the draft that is meant, and what the person should know about it.

    `which` is a draft's number, the path of a file, or None for the draft last worked on. Raises
    StorageError where a file cannot be opened.
    """
    if not isinstance(which, Path):
        found = drafts.load(which)
        if found is None:
            return Draft(), ""
        drafts.touch(found.id)
        return found, ""
    path = parse_argument(str(which))
    try:
        is_new = kind_of(path) == MISSING
    except (OSError, ValueError) as error:
        raise _cannot_be_opened(path, error) from None
    name = display_path(path.name)
    if is_new:
        kept = drafts.of_file(path)
        if kept is not None and kept.text:
            words = f"Here is what you had written; {name} is made when you save it (Ctrl+S)."
            return replace(kept, file=new_file(path)), words
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
    """Return the draft of a file: the one there is, with what was never saved, or one made of it."""
    fresh = Draft(text=text, file=file)
    kept = drafts.of_file(file.path)
    if kept is None or kept.file is None:
        return fresh, ""
    if kept.is_saved or kept.text == text:
        return replace(kept, text=text, file=file), ""
    if kept.file.digest == file.digest:
        return kept, "Here is what you had written and not yet saved to this file."
    return fresh, "The file has changed since; what you had not saved is in a draft (Ctrl+O)."


def _kept_exactly(path: Path, data: bytes, decoded: DecodedText) -> tuple[TextFile | None, str]:
    """Return the file if its text can be edited and written back exactly; otherwise why not."""
    text = decoded.text
    newline = "\r\n" if "\r\n" in text else "\n"
    file = TextFile(path, newline, data.startswith(BOM_UTF8), sha256(data))
    plain = _plain(text)
    if file.encode(plain) == data:
        return file, ""
    if max(map(len, re.split(_ODD_BREAKS.pattern + "|\n", text))) > LONGEST_LINE:
        return None, f"it has lines of over {LONGEST_LINE:,} characters, which are broken here"
    if decoded.replaced:
        return None, f"it has damaged characters ({decoded.replaced:,}), which could not be written back"
    if decoded.encoding != "utf-8":
        return None, "it is not UTF-8, which drafts are"
    return None, "it has several kinds of line ends, which are made one here"


def _plain(text: str) -> str:
    """Return `text` with one kind of line end and no line too long to edit."""
    text = _ODD_BREAKS.sub("\n", text)
    if len(text) <= LONGEST_LINE:
        return text
    return "\n".join(_broken(line) for line in text.split("\n"))


def _broken(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    return "\n".join(line[start : start + LONGEST_LINE] for start in range(0, len(line), LONGEST_LINE))
