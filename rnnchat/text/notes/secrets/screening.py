"""Leave the lines out of a text that hold a secret, unless they are allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rnnchat.text.notes.secrets import (
    addresses,
    assignments,
    codes,
    commands,
    identity,
    keys,
    labels,
    logins,
    numbers,
    phrases,
    providers,
    stored,
    tables,
)
from rnnchat.text.notes.secrets.reading import Hit, Reading, Vocabulary

ALLOW = "rnnchat:allow"
"""What a comment says to have its line, or the line below it, learned."""
HOW_TO_ALLOW = f"To have such a line learned, write {ALLOW} in a comment on it or alone on the line above."
"""What a person can do about a line that is no secret."""

_VOCABULARY = Vocabulary(
    word
    for rule in (
        addresses,
        codes,
        commands,
        identity,
        keys,
        labels,
        logins,
        numbers,
        phrases,
        providers,
        stored,
    )
    for word in rule.TRIGGERS
)
_RULES = (keys, providers, numbers, identity, phrases, codes, addresses, commands, logins, stored)
_COMMENT = re.compile(
    rf"[ \t]*(?:<!--+|/\*+|\{{/\*|\(\*|//+|#+|--|;+|%+|\[//\]: # ?\(?)?[ \t]*{ALLOW}\b[ \t]*(?:--+>"
    rf"|\*+/\}}?|\*\)|\))?"
)


@dataclass(frozen=True)
class Screened:
    """A text without the lines that hold secrets."""

    text: str
    secrets: tuple[tuple[int, str], ...]
    """For each secret the number of its first line in the original, from 1, and its kind in plain words."""
    line_numbers: tuple[int, ...]
    """For each line of `text` its number in the original, from 1."""


def screen(text: str) -> Screened:
    """Return `text` without the lines that hold a secret, and where those stood.

    Lines end with a line feed. A line that says `rnnchat:allow` is kept, and so is one below
    a line that says it alone.
    """
    lines = text.split("\n")
    reading = Reading(text, _VOCABULARY)
    allowed, marks = _allowed(lines) if ALLOW in text else (set[int](), set[int]())
    dropped: set[int] = set()
    secrets: list[tuple[int, str]] = []
    for hit in sorted(_hits(reading), key=lambda hit: (hit.first, -hit.last)):
        if hit.first in allowed:
            allowed |= set(range(hit.first, hit.last + 1))
            continue
        own = {number for number in range(hit.first, hit.last + 1) if number not in allowed}
        if own - dropped:
            secrets.append((hit.first + 1, hit.kind))
            dropped |= own
    if not dropped and not allowed:
        return Screened(text, (), tuple(range(1, len(lines) + 1)))
    kept = [number for number in range(len(lines)) if number not in dropped and number not in marks]
    return Screened(
        "\n".join(_COMMENT.sub("", lines[number]) if number in allowed else lines[number] for number in kept),
        tuple(secrets),
        tuple(number + 1 for number in kept),
    )


def _hits(reading: Reading) -> list[Hit]:
    found = tuple(labels.find_labels(reading))
    hits = [hit for rule in _RULES for hit in rule.find(reading)]
    return [*hits, *assignments.find(reading, found), *tables.find(reading, found)]


def _allowed(lines: list[str]) -> tuple[set[int], set[int]]:
    """Return the lines that are allowed, and those that hold nothing but the mark."""
    allowed: set[int] = set()
    marks: set[int] = set()
    for number, line in enumerate(lines):
        if ALLOW not in line:
            continue
        allowed.add(number)
        if not _COMMENT.sub("", line).strip():
            marks.add(number)
            allowed.add(number + 1)
    return allowed, marks
