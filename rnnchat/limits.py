"""Numbers that a person can set: the field of a dataclass carries its default, its limits and its help."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

from rnnchat.errors import RnnchatError

_KEY = "limits"
"""The limits of a field are found by this key in its metadata."""
_SHOWN_DIGITS = 300
"""Larger whole numbers are cut to this power of ten before they are shown."""


@dataclass(frozen=True)
class Limits:
    """What a number can be, and what it is for."""

    least: float
    """The smallest value allowed."""
    most: float
    """The largest value allowed; infinity for no limit."""
    help: str
    """What the number does, in at most 40 characters, for help texts and dialogs."""
    usual: tuple[float, float] = (0.0, 0.0)
    """The part of the range that a dialog offers."""
    step: float = 0.0
    """By how much one key press in a dialog changes the number."""
    words: tuple[tuple[float, str], ...] = ()
    """Values that have a name, such as 0 for ``all``."""

    @property
    def range(self) -> str:
        """The range in words, such as ``0 to 5``."""
        return f"from {self.least:,}" if self.most == math.inf else f"{self.least:,} to {self.most:,}"

    def check(self, name: str, value: float) -> None:
        """Raise RnnchatError where `value` is outside the limits, as NaN is."""
        if self.least <= value <= self.most:
            return
        largest = 10**_SHOWN_DIGITS
        shown = f"{value if isinstance(value, float) else max(-largest, min(value, largest)):g}"
        hint = "Give a whole number from 0." if self.most == math.inf else f"Give a value from {self.range}."
        raise RnnchatError(f"{name} cannot be {shown}.", hint)


def limited(default: Any, limits: Limits) -> Any:
    """Return a dataclass field with a default and `limits`."""
    return field(default=default, metadata={_KEY: limits})


def limits_of(kind: type) -> dict[str, Limits]:
    """Return the limits of a dataclass's fields by name, for the fields that have any."""
    return {one.name: one.metadata[_KEY] for one in fields(kind) if _KEY in one.metadata}
