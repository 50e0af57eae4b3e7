"""Secrets in a column of a table: Markdown, or values separated by commas, semicolons or tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.labels import Label, kind_of
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_RULE = re.compile(r"[|:\s+=-]+")
_LONGEST_HEADER = 1_000
_SEPARATORS = ("|", "\t", ";", ",")


def find(source: SearchableText, labels: Sequence[Label]) -> Iterator[Finding]:
    """Yield the rows of tables that hold a secret in a column headed by its label."""
    past = -1
    for label in labels:
        if label.line <= past or label.family == "plain key":
            continue
        header = source.lines[label.line]
        if len(header) > _LONGEST_HEADER:
            continue
        cell = source.text[label.start : label.end].lower()
        for sign in _SEPARATORS:
            columns = _cells(header, sign)
            if len(columns) < 2 or (
                sign != "|" and not all(re.fullmatch(r"[\w .-]{1,30}", column) for column in columns)
            ):
                continue
            own = [
                number
                for number, column in enumerate(columns)
                if cell in column.lower() and len(column) <= len(cell) + 12
            ]
            if own and (sign != "|" or _is_rule(source, label.line + 1)):
                table = _Table(own, len(columns), sign, label.family)
                past = label.line
                for number, cells in _rows(source, label.line, table):
                    past = number
                    if any(_is_secret(cells[place], label.family) for place in own if place < len(cells)):
                        yield Finding(number, number, kind_of(label))
                break


@dataclass(frozen=True)
class _Table:
    own: list[int]
    """The columns headed by the label."""
    columns: int
    sign: str
    """The sign that separates cells."""
    family: str


def _rows(source: SearchableText, header: int, table: _Table) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each row below a header, with the row's line."""
    for number in range(header + 1, len(source.lines)):
        line = source.lines[number]
        if table.sign == "|" and "|" in line and _RULE.fullmatch(line):
            continue
        cells = _cells(line, table.sign)
        if len(cells) < 2 or len(cells) < min(table.columns, max(table.own) + 1):
            return
        if table.sign != "|" and len(cells) != table.columns:
            return
        yield number, cells


def _is_rule(source: SearchableText, number: int) -> bool:
    return (
        number < len(source.lines)
        and "-" in source.lines[number]
        and _RULE.fullmatch(source.lines[number]) is not None
    )


def _cells(line: str, sign: str) -> list[str]:
    if sign not in line:
        return []
    inside = line.strip()
    if sign == "|":
        inside = inside.removeprefix("|").removesuffix("|")
    return [cell.strip(" \t`*\"'_") for cell in inside.split(sign)]


def _is_secret(cell: str, family: str) -> bool:
    if not cell or values.is_placeholder(cell) or values.is_common_word(cell) or values.is_code(cell):
        return False
    if family == "number":
        return re.fullmatch(r"\d{3,8}", cell) is not None
    if family == "key":
        return values.is_random(cell, 8)
    return " " not in cell and (
        values.is_mixed(cell, 5) or values.is_word(cell) or re.fullmatch(r"\d{4,12}", cell) is not None
    )
