"""How numbers are written: 1,000.5 and 2:30 in English, 1 000,5 and 2 h 30 in French."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SIGNS = "$€£¥₹₽₩"
"""Signs of currencies, which stand before a number or after it."""
FEWEST_EXAMPLES = 3
"""A separator is changed if at least this many pairs have it changed in the same way."""
_GROUPS = re.compile(r"([-−+]?\d{1,3})((?:([.,’' \u00a0\u202f])\d{3})(?:\3\d{3})*)(?:([.,])(\d+))?")
"""Matches a number whose digits are in groups of three: the first group, the others, and what follows."""
_DECIMAL = re.compile(r"([-−+]?\d+)([.,])(\d+)")
"""Matches a number with a fraction."""
_SIGNED = re.compile(rf"((?:[{SIGNS}]\s?)?)([^{SIGNS}]*\d)((?:\s?[{SIGNS}%‰])?)")
"""Matches a number between the signs of a currency or a share."""
_TIME = re.compile(r"(\d{1,2})(:|[ \u00a0\u202f]?h[ \u00a0\u202f]?)(\d\d)")
"""Matches a time: the hour, the separator, the minutes."""


@dataclass(frozen=True)
class NumberStyle:
    """The separators in numbers; None where they stay as they are written."""

    group: str | None = None
    """Stands between groups of three digits."""
    decimal: str | None = None
    """Stands before the fraction."""
    time: str | None = None
    """Stands between hours and minutes."""

    def apply(self, number: str) -> str:
        """Return a number of the other language in this style, with its signs as they are."""
        signed = _SIGNED.fullmatch(number)
        if signed and (signed[1] or signed[3]):
            return f"{signed[1]}{self.apply(signed[2])}{signed[3]}"
        time = _TIME.fullmatch(number)
        if time:
            return number if self.time is None else f"{time[1]}{self.time}{time[3]}"
        groups = _GROUPS.fullmatch(number)
        if groups:
            others, mark = groups[2], groups[4] or ""
            if self.group is not None:
                others = re.sub(re.escape(groups[3]), self.group, others)
            if mark and self.decimal is not None:
                mark = self.decimal
            return f"{groups[1]}{others}{mark}{groups[5] or ''}"
        decimal = _DECIMAL.fullmatch(number)
        if decimal and self.decimal is not None:
            return f"{decimal[1]}{self.decimal}{decimal[3]}"
        return number

    def to_text(self) -> str:
        """Return the style as a line; `from_text` reads it."""
        separators = (self.group, self.decimal, self.time)
        return "\t".join("=" if separator is None else f"<{separator}>" for separator in separators)

    @classmethod
    def from_text(cls, line: str) -> NumberStyle:
        """Read a style; raise ValueError where it is damaged."""
        cells = line.split("\t")
        if len(cells) != 3 or any(cell != "=" and (cell[:1], cell[-1:]) != ("<", ">") for cell in cells):
            raise ValueError("no style of numbers")
        return cls(*(None if cell == "=" else cell[1:-1] for cell in cells))

    @classmethod
    def learned_from(cls, numbers: Iterable[tuple[str, str]]) -> NumberStyle:
        """Return the style of the second of each two `numbers`, which have the same value."""
        counts: dict[str, Counter[str]] = {"group": Counter(), "decimal": Counter(), "time": Counter()}
        for number, other in numbers:
            kind, other_kind = _separator(number), _separator(other)
            if kind and other_kind and kind[0] == other_kind[0]:
                counts[kind[0]][other_kind[1]] += 1
            elif kind and kind[0] == "group" and other.isdecimal():
                counts["group"][""] += 1
        chosen = {name: count.most_common(1)[0] for name, count in counts.items() if count}
        return cls(**{name: mark for name, (mark, many) in chosen.items() if many >= FEWEST_EXAMPLES})


AS_WRITTEN = NumberStyle()
"""The style that leaves numbers as they are."""


def number_key(number: str) -> str:
    """Return what is the same for a number in all styles; 1.000 and 1,000 count as a thousand."""
    number = unicodedata.normalize("NFKC", number.replace("−", "-")).removeprefix("+")
    signed = _SIGNED.fullmatch(number)
    if signed and (signed[1] or signed[3]):
        return f"{number_key(signed[2])}{(signed[1] + signed[3]).strip()}"
    time = _TIME.fullmatch(number)
    if time:
        return f"{int(time[1])}:{time[3]}"
    groups = _GROUPS.fullmatch(number)
    if groups:
        digits = groups[1] + re.sub(r"\D", "", groups[2])
        return f"{digits}.{groups[5]}" if groups[5] else digits
    return number.replace(",", ".")


def _separator(number: str) -> tuple[str, str] | None:
    """Return which kind of separator a number has, and the separator; None without one."""
    for kind, pattern, place in (("time", _TIME, 2), ("group", _GROUPS, 3), ("decimal", _DECIMAL, 2)):
        match = pattern.fullmatch(number)
        if match:
            return kind, match[place]
    return None
