"""Passwords and tokens inside URLs: `https://name:password@host`, `?access_token=…`, signed links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

TRIGGERS = ("://",)
_AUTHORITY = re.compile(
    r"://(?P<user>[^\s/:@<>\"'`?#|]{0,120})(?::(?P<password>[^\s/@<>\"'`|]{1,200}))?@(?P<host>[\w.\[$<{*-])"
)
_SLASHES = re.compile(
    r"://(?P<user>[^\s/:@<>\"'`?#|]{0,120}):(?P<password>[^\s@<>\"'`"
    r"|]{1,200})@(?P<host>[\w-]{1,100}\.[\w.-]{2,100}|localhost)(?=[:/\s\"'`]|$)"
)
_PARAMETER = re.compile(
    r"[?&;](?P<name>X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature|Signature|sig|access_token"
    r"|refresh_token|id_token|api_?key|apikey|key|token"
    r"|auth|auth_token|secret|client_secret|password|pwd|pass|passwd|code|session|sessionid|sid|jwt"
    r"|pw|credential|private_token)"
    r"=(?P<value>[^\s&\"'`<>)\]]{4,2000})",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[?&](?:se|sv|sp|sr|Expires|Key-Pair-Id|AWSAccessKeyId|Policy)=")
_EXAMPLE_PASSWORDS = frozenset(
    {"postgres", "root", "admin", "user", "guest", "test", "mysql", "username", "docker"}
)


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines with a URL that holds a password or token."""
    for line in source.lines_with(TRIGGERS):
        kind = _kind_in_url(source.lines[line])
        if kind is not None:
            yield Finding(line, line, kind)


def _kind_in_url(line: str) -> str | None:
    for match in (*_AUTHORITY.finditer(line), *_SLASHES.finditer(line)):
        password, user = match["password"], match["user"]
        if password is None:
            if values.is_random(user, 16) and not values.is_placeholder(user) and "." not in user:
                return "token in a URL"
        elif _is_password_in_url(password, user) and not line.startswith("sha256:", match.end() - 1):
            return "password in a URL"
    for match in _PARAMETER.finditer(line):
        value, name = match["value"], match["name"].lower()
        if not (values.is_placeholder(value) or values.is_code(value)) and _is_secret_parameter(
            name, value, line
        ):
            return "signed URL" if "sig" in name else "token in a URL"
    return None


def _is_secret_parameter(name: str, value: str, line: str) -> bool:
    if name in ("password", "pwd", "pass", "passwd", "pw"):
        return values.is_mixed(value, 6)
    if name in ("sig", "signature"):
        return _SIGNED.search(line) is not None and values.is_random(value, 20)
    if name.startswith("x-"):
        return len(value) >= 32
    return values.is_random(value, 20 if name in ("key", "code", "auth", "sid", "session", "token") else 16)


def _is_password_in_url(password: str, user: str) -> bool:
    if values.is_placeholder(password) or password.startswith(("$", "{", "%", "[")) or "${" in password:
        return False
    if password.lower() == user.lower() or (password.isdigit() and len(password) < 6):
        return False
    return (
        len(password) >= 3
        and password.lower() not in _EXAMPLE_PASSWORDS
        and re.fullmatch(r"[A-Z][A-Z_]*_[A-Z_]+", password) is None
    )
