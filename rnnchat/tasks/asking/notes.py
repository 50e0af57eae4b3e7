"""Read notes for asking: verbatim, with the lines of the file, and without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnchat.tasks.asking.passages import Passage, split_passages
from rnnchat.text.notes.decode import UnreadableError, decode, read_file
from rnnchat.text.notes.walk import MAXIMUM_BYTES, Candidate, Skipped, walk

MASK = "*"
"""Replaces each character of a line with a key or a password."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_TITLE = re.compile(r"^title:[ \t]*(?P<quote>['\"]?)(?P<title>\S.*?)(?P=quote)[ \t]*$", re.M | re.I)
_LONGEST_TITLE = 200
"""A longer title is cut, in characters."""
_LIST_MARK = re.compile(r"\A[\s>*+#=\-]+")


@dataclass(frozen=True)
class NoteFile:
    """A file of notes as it was when it was read."""

    path: str
    modified: int
    """When it was changed last, in nanoseconds."""
    size: int
    """Its size in bytes."""
    title: str = ""


@dataclass(frozen=True)
class NotePassages:
    """A note: its file and its passages."""

    file: NoteFile
    passages: tuple[Passage, ...]

    @classmethod
    def of_text(cls, name: str, text: str) -> NotePassages:
        """Return the passages of a `text` that is in no file, under a `name`."""
        title, passages = passages_of(text)
        return cls(NoteFile(name, 0, 0, title), tuple(passages))


def read_note_passages(paths: Iterable[Path]) -> Iterator[NotePassages | Skipped]:
    """Yield every note under `paths`, or why a file was skipped.

    Raises NotesError for a path that does not exist.
    """
    for item in walk(paths):
        if isinstance(item, Skipped):
            yield item
            continue
        try:
            yield read_passages(item.path)
        except UnreadableError as reason:
            yield Skipped(item.path, str(reason))


def list_note_files(paths: Iterable[Path]) -> Iterator[Candidate | Skipped]:
    """Yield what `read_note_passages` would read, without reading it."""
    return walk(paths)


def read_passages(path: Path) -> NotePassages:
    """Return the note in a file; raise UnreadableError with a reason where it is not a text."""
    try:
        status = path.stat()
    except OSError as error:
        raise UnreadableError(f"cannot be read ({(error.strerror or 'error').lower()})") from None
    text = plain_text(decode(read_file(path, MAXIMUM_BYTES)))
    if not text.strip():
        raise UnreadableError("empty")
    title, passages = passages_of(text, path.suffix)
    return NotePassages(NoteFile(str(path), status.st_mtime_ns, status.st_size, title), tuple(passages))


def plain_text(text: str) -> str:
    """Return the text of a file with plain newlines, without control characters and secrets.

    Every character keeps its place, but for the end of a line in the style of Windows.
    """
    from rnnchat.text.notes.secrets import screen

    text = _CONTROL.sub(" ", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    screened = screen(text)
    if not screened.secrets:
        return text
    kept = set(screened.line_numbers)
    lines = enumerate(text.split("\n"), start=1)
    return "\n".join(line if number in kept else MASK * len(line) for number, line in lines)


def passages_of(text: str, suffix: str = ".md") -> tuple[str, list[Passage]]:
    """Return the title and the passages of a note; the title may be in its front matter.

    A note without either has its first line as the title, if that is short.
    """
    from rnnchat.text.notes.formats.front_matter import end_of_front_matter

    end = end_of_front_matter(text)
    stated = _TITLE.search(text, 0, end)
    heading, passages = split_passages(
        text, first_line=text.count("\n", 0, end), is_org=suffix.lower() == ".org"
    )
    title = stated["title"] if stated is not None else heading
    if not title and passages:
        first = _LIST_MARK.sub("", passages[0].text.split("\n", 1)[0][: _LONGEST_TITLE + 1], count=1)
        title = first if len(first) <= _LONGEST_TITLE // 2 else ""
    return title[:_LONGEST_TITLE], passages
