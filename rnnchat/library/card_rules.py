"""What a card may hold: every field by its type, its range and its length.

A card may come from anywhere. What passes here can be shown, counted with and written again without a
further look; what does not is one damaged model among the others.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

MAXIMUM_BYTES = 4 * 2**20
"""A card is no larger."""
LARGEST = 2**63 - 1
_DIGITS = 25  # of a whole number; more takes a processor long to read
_DEEPEST = 12
_MOST_VALUES = 400_000
_LONGEST = 32_768
_LONGEST_WORD = 200
_LONGEST_SENTENCE = 2_000
_MOST_BYTES = 2**53  # which a float still counts one by one
_MOST_SECONDS = 1e10
_MOST_BITS = 1_000.0
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_STYLES = ("chat", "notes")


class RuleError(ValueError):
    """A value that a card cannot hold; the message says which."""


Rule = Callable[[str, Any], None]
"""Raises RuleError where a value, found under a name, is not what belongs there."""


def read_json(data: bytes) -> Any:
    """Return the value of a JSON text whose numbers are numbers and whose sizes are modest.

    Raises RuleError otherwise.
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_int=_whole)
    except RuleError:
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        raise RuleError("it is no JSON") from error
    _check_sizes(value)
    return value


def check_card(values: dict[str, Any], files: Iterable[str], needed: Iterable[str]) -> None:
    """Raise RuleError where the fields of a card are not all there, or not what they have to be.

    `files` are those that a model may have, `needed` those that it must have.
    """
    unknown = sorted(values.keys() - _FIELDS.keys() - {"schema"})
    if unknown:
        raise RuleError(f"it has a field {unknown[0][:40]!r}, which no card has")
    for name in _REQUIRED:
        if name not in values:
            raise RuleError(f"it has no {name}")
    for name, value in values.items():
        if name != "schema":
            _FIELDS[name](name, value)
    for name in values["files"]:
        if name not in files:
            raise RuleError(f"it names a file {name[:40]!r}, which no model has")
    for name in needed:
        if name not in values["files"]:
            raise RuleError(f"it does not name {name}")


def writable(value: Any) -> Any:
    """Return a value as a card can hold it: without numbers that are none, or halves of characters.

    The bytes of a path that are not UTF-8 become escapes, as in ``caf\\xe9``.
    """
    if isinstance(value, dict):
        return {writable(name): writable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [writable(inner) for inner in value]
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
    """Whether all lone surrogates of `text` stand for single bytes, as in the names of files."""
    return not any(0xD800 <= ord(sign) < 0xDC80 or 0xDCFF < ord(sign) < 0xE000 for sign in text)


def _no_constant(name: str) -> Any:
    raise RuleError(f"it holds {name}, which is no number")


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise RuleError("it holds a number that is too large")
    return int(digits)


def _check_sizes(value: Any) -> None:
    """Raise RuleError where a value is too deep, too large, or holds what is no number or no text."""
    level, count = [value], 0
    for _ in range(_DEEPEST):
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
        if count > _MOST_VALUES:
            raise RuleError("it holds too many values")
        if not deeper:
            return
        level = deeper
    raise RuleError("its values lie too deep in one another")


def _check_scalar(value: Any) -> None:
    if isinstance(value, str):
        if len(value) > _LONGEST:
            raise RuleError("it holds a text that is too long")
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise RuleError("it holds half a character")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise RuleError("it holds a number without an end")
    elif isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        raise RuleError("it holds a number that is too large")


def _line(longest: int, *, empty: bool = True) -> Rule:
    """Return the rule for a text of one line, without signs that steer a terminal."""

    def check(name: str, value: Any) -> None:
        _text(name, value)
        if len(value) > longest or not (value or empty):
            raise RuleError(f"its {name} is too long" if value else f"its {name} is empty")
        if any(map(is_steering, value)):
            raise RuleError(f"its {name} holds signs that cannot be seen")

    return check


def is_steering(sign: str) -> bool:
    """Whether a sign is not shown itself but ends a line, turns its direction, or steers a terminal."""
    return sign in _BIDI or unicodedata.category(sign) in ("Cc", "Zl", "Zp")


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise RuleError(f"its {name} is no text")


def _count(most: float = _MOST_BYTES) -> Rule:
    """Return the rule for a whole number from 0 up."""

    def check(name: str, value: Any) -> None:
        if type(value) is not int or not 0 <= value <= most:
            raise RuleError(f"its {name} is no number from 0 to {most:,.0f}")

    return check


def _number(low: float, high: float, *, none: bool = False) -> Rule:
    """Return the rule for a number from `low` to `high`, or nothing where `none` is allowed."""

    def check(name: str, value: Any) -> None:
        if none and value is None:
            return
        if type(value) not in (int, float) or not low <= value <= high:
            raise RuleError(f"its {name} is no number from {low:g} to {high:g}")

    return check


def _whole_number(name: str, value: Any) -> None:
    if type(value) is not int:
        raise RuleError(f"its {name} is no whole number")


def _texts(name: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise RuleError(f"its {name} are no texts")


def _map(known: dict[str, Rule]) -> Rule:
    """Return the rule for an object with rules for what is `known` of it; what else it holds is data."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise RuleError(f"its {name} is no object")
        for key in value:
            if len(key) > _LONGEST_WORD:
                raise RuleError(f"its {name} has a name that is too long")
        for key, rule in known.items():
            if key in value:
                rule(f"{name}.{key}", value[key])

    return check


def _each(rule: Rule) -> Rule:
    """Return the rule for an object all of whose values follow one."""

    def check(name: str, value: Any) -> None:
        _map({})(name, value)
        for inner in value.values():
            rule(name, inner)

    return check


def _curve(name: str, value: Any) -> None:
    """Check rows of seconds, bits of the training, and bits of the text kept back."""
    number = _number(-_MOST_SECONDS, _MOST_SECONDS, none=True)
    if not isinstance(value, list):
        raise RuleError(f"its {name} is no list")
    for row in value:
        if not isinstance(row, list) or not 2 <= len(row) <= 16:
            raise RuleError(f"its {name} has a row that is none")
        for inner in row:
            number(name, inner)


def _hash(name: str, value: Any) -> None:
    if not isinstance(value, str) or not _HASH.match(value):
        raise RuleError(f"its {name} have no SHA-256")


def _moment(name: str, value: Any) -> None:
    _line(40)(name, value)
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise RuleError(f"its {name} is no date") from None


def _style(name: str, value: Any) -> None:
    _text(name, value)
    if value not in _STYLES:
        raise RuleError(f"its {name} is unknown")


_bits = _number(0, _MOST_BITS, none=True)
_seconds = _number(0, _MOST_SECONDS)

_FIELDS: dict[str, Rule] = {
    "name": _line(_LONGEST_WORD, empty=False),
    "created": _moment,
    "network": _map({}),  # which NetworkShape knows
    "files": _each(_hash),
    "learned_from": _map({"files": _count(), "bytes": _count(), "paths": _texts, "texts": _texts}),
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
            "seed": _whole_number,
            "ended": _line(_LONGEST_WORD),
            "plan": _map({}),
            "curve": _curve,
        }
    ),
    "style": _style,
    "base": _line(_LONGEST_WORD),
    "description": _line(_LONGEST_SENTENCE),
}
_REQUIRED = ("name", "created", "network", "files")
