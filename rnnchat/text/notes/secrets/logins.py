"""Names with their passwords (`login anna / …`), headers of authorization, and calls that set a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.reading import Hit, Reading

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


def find(reading: Reading) -> Iterator[Hit]:
    """Yield the lines where a name, a header or a call stands before a password or token."""
    lines = reading.lines
    for number in reading.lines_with(_NAMES):
        if any(values.is_strong(match["value"]) for match in _LOGIN.finditer(lines[number][:2_000])):
            yield Hit(number, number, "password")
    for number in reading.lines_with(_HEADERS):
        match = _HEADER.search(lines[number])
        if match and _is_token(match["value"]):
            yield Hit(number, number, "key or token")
    for number in reading.lines_with(_SETTERS):
        match = _SETTER.search(lines[number])
        if match and values.is_mixed(match["value"], 6) and not values.stands_for_secret(match["value"]):
            yield Hit(number, number, "password")
    for number in reading.lines_with(_KEYS):
        if _RAW_KEY.search(lines[number]):
            yield Hit(number, number, "secret key")


def _is_token(value: str) -> bool:
    return not values.stands_for_secret(value) and (values.is_random(value, 12) or values.is_strong(value))
