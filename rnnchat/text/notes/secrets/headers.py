"""Passwords and tokens in HTTP headers and cookies: `Authorization: Bearer …`, `Cookie: session=…`."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_BEARER = re.compile(
    r"\b(?:bearer|token|apikey|api-key|splunk|discogs token=|bot|key|digest|oauth"
    r"|negotiate)[ \t]+(?P<value>[\w+/.~:!$=-]{8,})",
    re.IGNORECASE,
)
_BASIC = re.compile(r"\bbasic[ \t]+(?P<value>[A-Za-z0-9+/=_-]{6,})", re.IGNORECASE)
_HEADER = re.compile(
    r"(?:authorization|x-[\w-]{0,30}(?:key|token|auth|secret)|private-token|api-key|apikey"
    r"|circle-token|x-vault-token|dd-api-key|dd-application-key"
    r"|ocp-apim-subscription-key|x-figma-token"
    r"|proxy-authorization)[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?(?!basic\b)(?:(?:bearer|token|bot"
    r"|key)[ \t]+)?"
    r"(?P<value>[\w+/.~!$%=-]{8,})",
    re.IGNORECASE,
)
_COOKIE = re.compile(
    r"(?P<name>[\w.-]{0,40}(?:sess|sid|auth|token|csrf|xsrf|login|remember|li_at|c_user|xs"
    r"|__secure-[\w-]{1,20}|jwt)[\w.-]{0,30})=(?P<value>[^\s;,\"']{16,})",
    re.IGNORECASE,
)
_HEADER_WORDS = (
    "bearer",
    "basic",
    "authorization",
    "api-key",
    "apikey",
    "-token",
    "x-auth",
    "dd-application",
    "subscription-key",
    "bot ",
)
_COOKIE_WORDS = ("cookie",)
TRIGGERS = (*_HEADER_WORDS, *_COOKIE_WORDS)


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines with a header or cookie that holds a secret."""
    for line in source.lines_with(_HEADER_WORDS):
        kind = _kind_in_header(source.lines[line])
        if kind is not None:
            yield Finding(line, line, kind)
    for line in source.lines_with(_COOKIE_WORDS):
        cookies = _COOKIE.finditer(source.lines[line])
        if any(values.is_random(match["value"].split("%")[0], 16) for match in cookies):
            yield Finding(line, line, "session cookie")


def _kind_in_header(line: str) -> str | None:
    for match in _BASIC.finditer(line):
        if _is_user_and_password(match["value"]):
            return "password in a header"
    for match in (*_BEARER.finditer(line), *_HEADER.finditer(line)):
        value = match["value"].rstrip(".")
        if (
            not values.is_placeholder(value)
            and not values.is_code(value)
            and values.is_random(value, 16 if match.re is _HEADER else 20)
        ):
            return "token in a header"
    return None


def _is_user_and_password(encoded: str) -> bool:
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("utf-8").strip()
    except (binascii.Error, ValueError):
        return False
    user, sign, password = decoded.partition(":")
    return (
        sign == ":"
        and decoded.isprintable()
        and not values.is_placeholder(password)
        and (user + password) != ""
    )
