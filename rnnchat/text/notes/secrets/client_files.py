"""Passwords in .netrc, .pgpass, the codes of Wi-Fi networks, and connection strings (`Password=…;`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_SOURCE_FILE = re.compile(r"\.(?:py|js|ts|rb|go|c|h|cpp|rs|java|md|txt|php|sh|ex|exs)$")
_NETRC_LOGIN = re.compile(
    r"\b(?:login|user|username|default)\s+\S+(?:\s+account\s+\S+)?\s+(?:password|passwd"
    r"|pass)\s+(?P<value>\S+)",
    re.IGNORECASE,
)
_NETRC_PASSWORD = re.compile(r"\s*(?:password|passwd)\s+(?P<value>\S+)\s*", re.IGNORECASE)
_PGPASS = re.compile(
    r"[\s>`-]{0,6}(?P<host>[\w.*-]+):(?:\d{2,5}"
    r"|\*):(?P<base>[\w*-]+):(?P<user>[\w.*@-]+):(?P<value>[^\s:][^\s]*?)`?\s*"
)
_COLONS = re.compile(r":(?:[0-9]{2,5}|\*):[\w*-]+:[\w.*@-]+:")
_WIFI = re.compile(r"WIFI:(?=[^\n]{0,200}P:)[^\n]{0,200}?P:(?P<value>[^;\n]{4,64});", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:;|^|[\"' ])[ \t]{0,3}(?:password|pwd|passwd|accountkey|sharedaccesskey"
    r"|sharedaccesssignature|sharedsecret|accesskey)[ \t]?=[ \t]?(?P<value>[^;\"'\s`<>]{4,300})",
    re.IGNORECASE,
)
_NETRC_WORDS = ("login ", "machine ", "password ", "passwd ")
_WIFI_WORDS = ("wifi:",)
_FIELD_WORDS = ("password=", "password =", "pwd=", "pwd =", "accountkey=", "accesskey=", "accesssignature=")
TRIGGERS = (*_NETRC_WORDS, *_WIFI_WORDS, *_FIELD_WORDS)


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines of a client's file or of a connection string that hold a password."""
    for line in source.lines_with(_NETRC_WORDS):
        if _is_netrc(source, line):
            yield Finding(line, line, "password")
    yield from source.find_lines(_WIFI_WORDS, _is_wifi, "password")
    yield from source.find_lines(_FIELD_WORDS, _is_field, "password")
    for line in source.lines_matching(_COLONS):
        if _is_pgpass(source.lines[line]):
            yield Finding(line, line, "password")


def _is_netrc(source: SearchableText, line: int) -> bool:
    text, near = source.lines[line], source.context_of(line)
    match = _NETRC_LOGIN.search(text) if re.search(r"\b(?:machine|default)\s", near) else None
    if match is None and re.search(r"\b(?:machine|login|default|user)\s+\S", near.rsplit("password", 1)[0]):
        match = _NETRC_PASSWORD.fullmatch(text)
    return (
        match is not None and not values.is_placeholder(match["value"]) and not match["value"].endswith(",")
    )


def _is_pgpass(line: str) -> bool:
    match = _PGPASS.fullmatch(line[:500])
    if match is None or match["base"].isdigit() or _SOURCE_FILE.search(match["host"]):
        return False
    return not values.is_placeholder(match["value"])


def _is_wifi(text: str) -> bool:
    match = _WIFI.search(text)
    return match is not None and not values.is_placeholder(match["value"])


def _is_field(text: str) -> bool:
    return ";" in text and any(values.is_plausible(match["value"]) for match in _FIELD.finditer(text))
