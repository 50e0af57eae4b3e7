"""Account names with passwords (`login anna / …`), and calls that set a password (`set_password(…)`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_NAMES = (
    "login", "log-in", "creds", "cred", "credentials", "account", "user", "username", "konto", "zugang",
    "benutzer", "identifiant", "compte", "usuario", "cuenta", "utente", "usuário", "conta", "gebruiker",
    "логин", "аккаунт", "wifi", "wi-fi", "wlan", "ssid",
)  # fmt: skip
_HEADERS = ("authorization", "bearer")
_SETTERS = ("set",)
_KEYS = ("key",)
TRIGGERS = (*_NAMES, *_HEADERS, *_SETTERS, *_KEYS)
_LOGIN = re.compile(
    rf"\b(?:{'|'.join(_NAMES)})s?\b(?:[ \t]+(?:is|ist|est|es|è|é|for|für|pour|para)\b(?=[ \t]))?"
    r"[ \t]*[:=-]?[ \t]*[\w.@+-]{2,60}"
    r"(?:[ \t]+/[ \t]+|[ \t]*[:|][ \t]*|[ \t]*,?[ \t]+(?:and[ \t]+|und[ \t]+|et[ \t]+)?"
    r"(?:pass|pw|pwd|mdp)[ \t]*[:=]?[ \t]*)[`\"']?(?P<value>[^\s`\"',;/()<>\[\]{}]{8,64})(?=[\s`\"',;.)]|$)",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\bauthorization[\"']?[ \t]*[:=,][ \t]*[\"'`]?(?:bearer|token|apikey)[ \t]+"
    r"(?P<value>[\w.~+/-]{12,}=*)",
    re.IGNORECASE,
)
_SETTER = re.compile(
    r"\bset_?(?:\w{0,20}_?)?(?:password|passwd|pwd|passphrase|secret)\([ \t]*"
    r"[\"'](?P<value>[^\"'\n]{6,100})[\"']",
    re.IGNORECASE,
)
_RAW_KEY = re.compile(r"\bkey[ \t]*[:=]?[ \t]+0x[0-9a-f]{64}\b", re.IGNORECASE)


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines where a name, a header or a call comes before a password or token."""
    yield from source.find_lines(_NAMES, _has_login, "password")
    yield from source.find_lines(_HEADERS, _has_token, "key or token")
    yield from source.find_lines(_SETTERS, _sets_password, "password")
    yield from source.find_lines(_KEYS, _has_raw_key, "secret key")


def _has_login(line: str) -> bool:
    return any(values.is_strong(match["value"]) for match in _LOGIN.finditer(line[:2_000]))


def _has_token(line: str) -> bool:
    match = _HEADER.search(line)
    return match is not None and _is_token(match["value"])


def _sets_password(line: str) -> bool:
    match = _SETTER.search(line)
    return (
        match is not None and values.is_mixed(match["value"], 6) and not values.is_placeholder(match["value"])
    )


def _has_raw_key(line: str) -> bool:
    return _RAW_KEY.search(line) is not None


def _is_token(value: str) -> bool:
    return not values.is_placeholder(value) and (values.is_random(value, 12) or values.is_strong(value))
