"""Labelled examples from a CSV or TSV file, or from a folder with a subfolder for each label."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from rnnchat.errors import NotesError
from rnnchat.text.notes.clean import clean, sanitize
from rnnchat.text.notes.decode import UnreadableError, decode_text, read_file
from rnnchat.text.notes.walk import MAXIMUM_BYTES, Skipped, walk

TEXT_COLUMNS = ("text", "sentence", "question", "utterance", "message", "body")
"""A column with one of these names is taken for the texts, the first of them that there is."""
LABEL_COLUMNS = ("label", "category", "intent", "class", "tag")
"""A column with one of these names is taken for the labels, the first of them that there is."""
MAXIMUM_LABEL = 200
"""A label has at most this many characters."""
SHOWN_COLUMNS = 60
"""At most so many characters of the names of columns are shown; a table without names has a text there."""
_DELIMITERS = ("\t", ";", ",")
"""Columns are separated by the first of these that is in the first line."""
_NAMED_DELIMITER = re.compile(r"\s*\"?sep=([^\s\w\"]|\t)\"?\s*", re.I)
"""Matches the first line with which Excel is told what separates columns, such as ``sep=;``."""


def read_examples(
    path: Path, text_column: str | None = None, label_column: str | None = None
) -> tuple[list[str], list[str]]:
    """Return the texts at `path` and the label of each; raise NotesError where there are none.

    `path` is a file with a line of column names, or a folder with a subfolder for each label.
    """
    examples = list(_from_folder(path) if path.is_dir() else _from_table(path, text_column, label_column))
    if not examples:
        hint = "Each label needs a subfolder with its texts." if path.is_dir() else "It has no rows."
        raise NotesError(f"There are no examples in {path.name or path}.", hint)
    return [text for text, _ in examples], [label for _, label in examples]


def _from_folder(folder: Path) -> Iterator[tuple[str, str]]:
    for item in walk([folder]):
        if isinstance(item, Skipped) or "/" not in item.name:
            continue
        label = item.name.split("/", 1)[0]
        try:
            text = clean(decode_text(read_file(item.path, MAXIMUM_BYTES)).text)
        except UnreadableError:
            continue
        if text.strip():
            yield text, _checked_label(label, f"The folder {label[:60]!r}")


def _from_table(path: Path, text_column: str | None, label_column: str | None) -> Iterator[tuple[str, str]]:
    try:
        whole = decode_text(read_file(path, MAXIMUM_BYTES)).text
    except UnreadableError as reason:
        hint = "Name a .csv or .tsv file, or a folder with a subfolder for each label."
        raise NotesError(f"{path.name} cannot be used: {reason}.", hint) from None
    lines = io.StringIO(whole.removeprefix("\ufeff"), newline="")
    first = lines.readline()
    named = _NAMED_DELIMITER.fullmatch(first)
    lines.seek(0)
    delimiter = named[1] if named else next((one for one in _DELIMITERS if one in first), ",")
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    if named is not None:
        next(_checked_rows(rows), None)
    names = [name.strip() for name in next(_checked_rows(rows), [])]
    if not any(names):
        raise NotesError("The table has no first line that names its columns.", "Begin it with `text,label`.")
    text_place = _column(names, text_column, TEXT_COLUMNS, "texts", "--text-column")
    label_place = _column(names, label_column, LABEL_COLUMNS, "labels", "--label-column")
    for row in _checked_rows(rows):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(text_place, label_place):
            raise NotesError(
                f"Line {rows.line_num} has {len(row)} columns, but the first line names {len(names)}.",
                "Put quotation marks around cells that contain the separator or a line end.",
            )
        text = sanitize(row[text_place])
        label = _checked_label(row[label_place], f"The label in line {rows.line_num}")
        if text.strip() and label:
            yield text, label


def _checked_rows(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield rows; raise NotesError with the line where one cannot be read."""
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            said = str(error)
            number = getattr(rows, "line_num", 0)
            if "field larger" in said:
                message = (
                    f"A cell that ends in line {number} has more than {csv.field_size_limit():,} characters."
                )
                raise NotesError(message, "Leave it out, or check the quotation marks before it.") from None
            raise NotesError(
                f"The table cannot be read at line {number}: {said}.",
                'A cell in quotation marks ends with one; one inside it is written twice, as in "a ""b""".',
            ) from None
        yield row


def _column(names: list[str], wanted: str | None, usual: tuple[str, ...], holds: str, option: str) -> int:
    """Return the place of the column called `wanted`, or of one with a usual name."""
    folded = [name.casefold() for name in names]
    for name in (wanted,) if wanted else usual:
        if name.casefold() in folded:
            return folded.index(name.casefold())
    shown = ", ".join(sanitize(name) for name in names[:20]) or "none"
    shown = shown if len(shown) <= SHOWN_COLUMNS else f"{shown[: SHOWN_COLUMNS - 1].rstrip()}…"
    missing = f"There is no column {wanted!r}." if wanted else f"No column is known to hold the {holds}."
    raise NotesError(
        f"{missing} The columns are: {shown}.",
        f"The first line of the table must name the columns, such as `text,label`. If it does, name the"
        f" right one with {option}.",
    )


def _checked_label(label: str, where: str) -> str:
    """Return a label in one line, safe to show; raise NotesError where it is too long."""
    label = " ".join(sanitize(label).split())
    if len(label) > MAXIMUM_LABEL:
        raise NotesError(
            f"{where} has {len(label):,} characters, but a label has at most {MAXIMUM_LABEL}.",
            "Check that the column of the labels is the right one: --label-column names another.",
        )
    return label
