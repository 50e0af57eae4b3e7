"""Keys and passwords that stand in notes: found, reported by place, and never learned."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KINDS = (
    ("private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})\b")),
    ("Slack token", re.compile(r"\bxox[abpors]-[A-Za-z0-9-]{10,}")),
    ("Stripe key", re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}")),
    ("Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("API key", re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}")),
    ("web token", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    (
        "password",
        re.compile(
            r"""(?i)\b(?:password|passwd|passphrase|secret[_-]?key|api[_-]?key|auth[_-]?token)\b["']?\s*[:=]\s*"""
            r"""["']?(?=[^\s"']*\d)(?=[^\s"']*[A-Za-z])[^\s"'<>{}()$]{10,}"""
        ),
    ),
    (
        "password in an address",
        re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@<>{}$]+:(?=[^\s/:@]*\d)[^\s/:@<>{}$]{8,}@"),
    ),
)
_KEY_END = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")


@dataclass(frozen=True)
class Screened:
    """A text without the lines that hold a secret, and where those stood."""

    text: str
    secrets: tuple[tuple[int, str], ...]
    """The line (from 1) and the kind of each secret."""
    line_numbers: tuple[int, ...]
    """For each line of `text`, its number (from 1) in what was screened."""


def screen(text: str) -> Screened:
    """Return `text` without the lines that hold a secret, and what was left out."""
    found: list[tuple[int, str]] = []
    kept: list[str] = []
    numbers: list[int] = []
    in_key = False
    for number, line in enumerate(text.split("\n"), start=1):
        if in_key:
            in_key = not _KEY_END.search(line)
            continue
        kind = next((name for name, pattern in _KINDS if pattern.search(line)), None)
        if kind is None:
            kept.append(line)
            numbers.append(number)
            continue
        found.append((number, kind))
        in_key = kind == "private key" and not _KEY_END.search(line)
    return Screened("\n".join(kept) if found else text, tuple(found), tuple(numbers))
