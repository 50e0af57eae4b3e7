"""What a card may hold: the type, range and length of every field, in the newest schema.

A card may come from anywhere. The fields of a card that passes can be shown, calculated with and written
again without further checks. A model whose card does not pass is listed as damaged.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rnnchat.tasks.base import TASKS
from rnnchat.text.chat_format import CHAT, NOTES

MAXIMUM_BYTES = 4 * 2**20
"""A card has at most this many bytes."""
MAXIMUM_INTEGER = 2**63 - 1
"""A whole number in a card is at most this large, and at least its negative."""
_MAXIMUM_DIGITS = 25
"""A whole number in a card has at most this many digits; Python reads longer ones slowly."""
_MAXIMUM_DEPTH = 12
"""Objects and lists are nested at most this deeply."""
_MAXIMUM_VALUES = 400_000
"""A card holds at most this many names and values."""
_MAXIMUM_TEXT = 32_768
"""Any text in a card has at most this many characters."""
_MAXIMUM_NAME = 200
"""A name in a card has at most this many characters."""
_MAXIMUM_LABELS = 1_000
"""A classifier has at most this many labels."""
_MAXIMUM_DESCRIPTION = 2_000
"""A description has at most this many characters."""
_MAXIMUM_COUNT = 2**53
"""A count is at most this large: a float represents all whole numbers up to here."""
_MAXIMUM_SECONDS = 1e10
"""A duration has at most this many seconds."""
_MAXIMUM_BITS = 1_000.0
"""A score has at most this many bits per byte."""
_HASH = re.compile(r"[0-9a-f]{64}\Z")
"""Matches a SHA-256 hash in hexadecimal."""
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""The control characters that change the direction of the text around them."""
_STYLES = (CHAT, NOTES)
"""The styles that a model can have."""


class CardError(ValueError):
    """A card cannot hold a value; the message says which, and is a clause such as "it has no name"."""


FieldRule = Callable[[str, Any], None]
"""Takes the name of a field and its value, and raises CardError where the field cannot have that value."""


def read_json(data: bytes) -> Any:
    """Return the value of a JSON text; raise CardError where it is not JSON, too large or too deep."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_int=_whole)
    except CardError:
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        raise CardError("it is not JSON") from error
    _check_sizes(value)
    return value


def validate_card(values: dict[str, Any], files: Iterable[str], required: Iterable[str]) -> None:
    """Raise CardError where a field of a card is missing, unknown, or has a value that it cannot have.

    `files` are the names of the files that a model may have, `required` those that it must have.
    """
    unknown = sorted(values.keys() - _FIELDS.keys() - {"schema"})
    if unknown:
        raise CardError(f"it has a field {unknown[0][:40]!r}, which no card has")
    for name in _REQUIRED:
        if name not in values:
            raise CardError(f"it has no {name}")
    for name, value in values.items():
        if name != "schema":
            _FIELDS[name](name, value)
    for name in values["files"]:
        if name not in files:
            raise CardError(f"it names a file {name[:40]!r}, which no model has")
    for name in required:
        if name not in values["files"]:
            raise CardError(f"it does not name {name}")


def json_safe(value: Any) -> Any:
    """Return `value` with everything that JSON in UTF-8 cannot hold replaced.

    Numbers that are not finite become None, and bytes of a path that are not UTF-8 become escapes, as in
    ``caf\\xe9``.
    """
    if isinstance(value, dict):
        return {json_safe(name): json_safe(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_safe(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str) and not value.isascii():
        escaped = (
            value.encode("utf-8", "surrogateescape")
            if _is_from_bytes(value)
            else value.encode("utf-8", "backslashreplace")
        )
        return escaped.decode("utf-8", "backslashreplace")
    return value


def _is_from_bytes(text: str) -> bool:
    """Return whether all lone surrogates of `text` represent single bytes, as in the names of files."""
    return not any(
        0xD800 <= ord(character) < 0xDC80 or 0xDCFF < ord(character) < 0xE000 for character in text
    )


def _no_constant(name: str) -> Any:
    raise CardError(f"it holds {name}, which is not a number")


def _whole(digits: str) -> int:
    if len(digits) > _MAXIMUM_DIGITS:
        raise CardError("it holds a number that is too large")
    return int(digits)


def _check_sizes(value: Any) -> None:
    """Raise CardError where a value is nested too deeply, too large, or holds an invalid number or text."""
    level, count = [value], 0
    for _ in range(_MAXIMUM_DEPTH):
        deeper: list[Any] = []
        for inner in level:
            if isinstance(inner, dict):
                deeper += inner.keys()
                deeper += inner.values()
            elif isinstance(inner, list):
                deeper += inner
            else:
                _check_scalar(inner)
        count += len(deeper)
        if count > _MAXIMUM_VALUES:
            raise CardError("it holds too many values")
        if not deeper:
            return
        level = deeper
    raise CardError("its values are nested too deeply")


def _check_scalar(value: Any) -> None:
    if isinstance(value, str):
        if len(value) > _MAXIMUM_TEXT:
            raise CardError("it holds a text that is too long")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise CardError("it holds a lone surrogate, which is not a character")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise CardError("it holds an infinite number")
    elif isinstance(value, int) and not -MAXIMUM_INTEGER <= value <= MAXIMUM_INTEGER:
        raise CardError("it holds a number that is too large")


def _line(longest: int, *, empty: bool = True) -> FieldRule:
    """Return the rule for a text of one line without control characters."""

    def check(name: str, value: Any) -> None:
        _text(name, value)
        if len(value) > longest or not (value or empty):
            raise CardError(f"its {name} is too long" if value else f"its {name} is empty")
        if any(map(is_control_character, value)):
            raise CardError(f"its {name} holds control characters")

    return check


def is_control_character(character: str) -> bool:
    """Return whether a character ends a line, changes the direction of writing, or controls a terminal."""
    return character in _BIDI or unicodedata.category(character) in ("Cc", "Zl", "Zp")


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise CardError(f"its {name} is not text")


def _count(most: float = _MAXIMUM_COUNT) -> FieldRule:
    """Return the rule for a whole number from 0 up."""

    def check(name: str, value: Any) -> None:
        if type(value) is not int or not 0 <= value <= most:
            raise CardError(f"its {name} is not a number from 0 to {most:,.0f}")

    return check


def _number(low: float, high: float, *, none: bool = False) -> FieldRule:
    """Return the rule for a number from `low` to `high`; None is allowed where `none` is set."""

    def check(name: str, value: Any) -> None:
        if none and value is None:
            return
        if type(value) not in (int, float) or not low <= value <= high:
            raise CardError(f"its {name} is not a number from {low:g} to {high:g}")

    return check


def _whole_number(name: str, value: Any) -> None:
    if type(value) is not int:
        raise CardError(f"its {name} is not a whole number")


def _texts(name: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise CardError(f"its {name} are not a list of texts")


def _map(known: dict[str, FieldRule]) -> FieldRule:
    """Return the rule for an object whose `known` fields have rules; its other fields may hold anything."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise CardError(f"its {name} is not an object")
        for key in value:
            if len(key) > _MAXIMUM_NAME:
                raise CardError(f"its {name} has a field whose name is too long")
        for key, rule in known.items():
            if key in value:
                rule(f"{name}.{key}", value[key])

    return check


def _each(rule: FieldRule) -> FieldRule:
    """Return the rule for an object whose values all have the same rule."""

    def check(name: str, value: Any) -> None:
        _map({})(name, value)
        for inner in value.values():
            rule(name, inner)

    return check


def _curve(name: str, value: Any) -> None:
    """Check rows of seconds, bits per byte in training, and bits per byte of the text kept back."""
    number = _number(-_MAXIMUM_SECONDS, _MAXIMUM_SECONDS, none=True)
    if not isinstance(value, list):
        raise CardError(f"its {name} is not a list")
    for row in value:
        if not isinstance(row, list) or not 2 <= len(row) <= 16:
            raise CardError(f"its {name} has a row that is not a list of 2 to 16 numbers")
        for inner in row:
            number(name, inner)


def _hash(name: str, value: Any) -> None:
    if not isinstance(value, str) or not _HASH.match(value):
        raise CardError(f"its {name} have a value that is not a SHA-256")


def _moment(name: str, value: Any) -> None:
    _line(40)(name, value)
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise CardError(f"its {name} is not a date") from None


def _style(name: str, value: Any) -> None:
    _text(name, value)
    if value not in _STYLES:
        raise CardError(f"its {name} is unknown")


def _task(name: str, value: Any) -> None:
    _text(name, value)
    if value not in TASKS:
        raise CardError(f"its {name} is unknown")


def _labels(name: str, value: Any) -> None:
    """Check that the labels are lines of text, none of which is there twice."""
    if not isinstance(value, list) or len(value) > _MAXIMUM_LABELS:
        raise CardError(f"its {name} are not a list of at most {_MAXIMUM_LABELS:,} texts")
    for label in value:
        _line(_MAXIMUM_NAME, empty=False)(name, label)
    if len(set(value)) < len(value):
        raise CardError(f"its {name} have one twice")


_bits = _number(0, _MAXIMUM_BITS, none=True)
_seconds = _number(0, _MAXIMUM_SECONDS)

_FIELDS: dict[str, FieldRule] = {
    "name": _line(_MAXIMUM_NAME, empty=False),
    "created": _moment,
    "network": _map({}),  # NetworkShape checks it
    "files": _each(_hash),
    "learned_from": _map(
        {
            "files": _count(),
            "bytes": _count(),
            "paths": _texts,
            "texts": _texts,
            "pairs": _count(),
            "languages": _texts,
        }
    ),
    "scores": _map({"bits_per_byte": _bits, "bytes": _count(), "held_out": _each(_bits)}),
    "training": _map(
        {
            "minutes": _seconds,
            "seconds": _seconds,
            "seconds_in_all": _seconds,
            "tokens_per_second": _seconds,
            "epochs": _seconds,
            "memory_mb": _seconds,
            "steps": _count(),
            "tokens": _count(),
            "hardware": _line(_MAXIMUM_NAME),
            "seed": _whole_number,
            "ended": _line(_MAXIMUM_NAME),
            "plan": _map({}),
            "curve": _curve,
        }
    ),
    "style": _style,
    "base": _line(_MAXIMUM_NAME),
    "description": _line(_MAXIMUM_DESCRIPTION),
    "task": _task,
    "labels": _labels,
}
"""The rule that checks each field of a card."""
_REQUIRED = ("name", "created", "network", "files")
"""Every card has these fields."""
