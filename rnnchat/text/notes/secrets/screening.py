"""Remove the lines of a text that hold a secret, unless the user allows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rnnchat.text.notes.secrets import (
    account_pairs,
    assignments,
    client_files,
    codes_and_licences,
    commands,
    headers,
    identity_numbers,
    labels,
    logins,
    payment_numbers,
    private_keys,
    provider_tokens,
    recovery_phrases,
    server_config,
    tables,
    urls,
)
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText, TriggerWords

ALLOW_COMMENT = "rnnchat:allow"
"""What a comment says to keep its line, or the line below it."""
ALLOW_HINT = f"To keep such a line, write {ALLOW_COMMENT} in a comment on it, or by itself on the line above."
"""What the user can do about a line that holds no secret."""

_RULES = (
    private_keys,
    provider_tokens,
    payment_numbers,
    identity_numbers,
    recovery_phrases,
    codes_and_licences,
    urls,
    headers,
    client_files,
    account_pairs,
    commands,
    logins,
    server_config,
)
"""The modules with a `find` of their own; where two find the same line, the first names its kind."""
_TRIGGER_WORDS = TriggerWords(word for rule in (labels, *_RULES) for word in rule.TRIGGERS)
_COMMENT = re.compile(
    rf"[ \t]*(?:<!--+|/\*+|\{{/\*|\(\*|//+|#+|--|;+|%+|\[//\]: # ?\(?)?[ \t]*{ALLOW_COMMENT}\b[ \t]*(?:--+>"
    rf"|\*+/\}}?|\*\)|\))?"
)


@dataclass(frozen=True)
class ScreenedText:
    """A text without the lines that hold secrets, and where those were."""

    text: str
    secrets: tuple[tuple[int, str], ...]
    """For each secret the number of its first line in the original (from 1), and its kind in plain words."""
    line_numbers: tuple[int, ...]
    """For each line of `text` its number in the original (from 1)."""


def screen(text: str) -> ScreenedText:
    """Return `text` without the lines that hold a secret, and where those were.

    Lines end with a line feed. A line whose comment says `rnnchat:allow` is kept, and so is the line below
    one that says nothing else.
    """
    lines = text.split("\n")
    source = SearchableText(text, _TRIGGER_WORDS)
    allowed, comment_lines = _allowed(lines) if ALLOW_COMMENT in text else (set[int](), set[int]())
    left_out: set[int] = set()
    secrets: list[tuple[int, str]] = []
    for finding in sorted(_findings(source), key=lambda finding: (finding.first, -finding.last)):
        if finding.first in allowed:
            allowed |= set(range(finding.first, finding.last + 1))
            continue
        new_lines = {number for number in range(finding.first, finding.last + 1) if number not in allowed}
        if new_lines - left_out:
            secrets.append((finding.first + 1, finding.kind))
            left_out |= new_lines
    if not left_out and not allowed:
        return ScreenedText(text, (), tuple(range(1, len(lines) + 1)))
    kept = [number for number in range(len(lines)) if number not in left_out and number not in comment_lines]
    return ScreenedText(
        "\n".join(_COMMENT.sub("", lines[number]) if number in allowed else lines[number] for number in kept),
        tuple(secrets),
        tuple(number + 1 for number in kept),
    )


def _findings(source: SearchableText) -> list[Finding]:
    found = tuple(labels.find_labels(source))
    findings = [finding for rule in _RULES for finding in rule.find(source)]
    return [*findings, *assignments.find(source, found), *tables.find(source, found)]


def _allowed(lines: list[str]) -> tuple[set[int], set[int]]:
    """Return the lines that are allowed, and those that hold nothing but the comment."""
    allowed: set[int] = set()
    comment_lines: set[int] = set()
    for number, line in enumerate(lines):
        if ALLOW_COMMENT not in line:
            continue
        allowed.add(number)
        if not _COMMENT.sub("", line).strip():
            comment_lines.add(number)
            allowed.add(number + 1)
    return allowed, comment_lines
