"""Passwords in .netrc, .pgpass, Wi-Fi codes, connection strings, and account pairs: `router: admin / …`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_SOURCE = re.compile(r"\.(?:py|js|ts|rb|go|c|h|cpp|rs|java|md|txt|php|sh|ex|exs)$")
_LOGIN = re.compile(
    r"\b(?:login|user|username|default)\s+\S+(?:\s+account\s+\S+)?\s+(?:password|passwd"
    r"|pass)\s+(?P<value>\S+)",
    re.IGNORECASE,
)
_PASSWORD_LINE = re.compile(r"\s*(?:password|passwd)\s+(?P<value>\S+)\s*", re.IGNORECASE)
_PGPASS = re.compile(
    r"[\s>`-]{0,6}(?P<host>[\w.*-]+):(?:\d{2,5}"
    r"|\*):(?P<base>[\w*-]+):(?P<user>[\w.*@-]+):(?P<value>[^\s:][^\s]*?)`?\s*"
)
_WIFI = re.compile(r"WIFI:(?=[^\n]{0,200}P:)[^\n]{0,200}?P:(?P<value>[^;\n]{4,64});", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:;|^|[\"' ])[ \t]{0,3}(?:password|pwd|passwd|accountkey|sharedaccesskey"
    r"|sharedaccesssignature|sharedsecret|accesskey)[ \t]?=[ \t]?(?P<value>[^;\"'\s`<>]{4,300})",
    re.IGNORECASE,
)
_USER_PAIR = re.compile(
    r"(?:log-?in|wi-?fi|wlan|ssid|router|e-?mail|user ?/ ?pass(?:word)?|user:pass(?:word)?"
    r"|username ?/ ?password|creds?|credentials?|zugang(?:sdaten)?|benutzer ?/ ?passwort|anmeldung"
    r"|login ?/ ?passwor[dt]"
    r"|identifiants?|usuario ?/ ?contraseña|accesso|credenziali|credenciais|логин ?/ ?пароль|логин"
    r"|доступ|账号(?:密码)?|账户|アカウント|계정|ssh|ftp|admin|account)"
    r"[\"'`*_)]{0,4}[ \t]{0,3}[:=][*_]{0,2}[ \t]{0,3}[\"'`]?(?P<user>[\w.@+-]{2,60})[\"'`]?"
    r"[ \t]{0,3}(?P<sign>[:/"
    r"|,;]|,? ?(?:pw|pass|password|pwd|passwort|mdp)[:= ])[ \t]{0,3}[\"'`]?(?P<value>[^\s\"'`"
    r"|,;]{4,80})[\"'`]?(?P<rest>[^\n]{0,40})",
    re.IGNORECASE,
)
_AFTER_EMAIL = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,60}\.[\w.-]{2,60}[\"'`>)]{0,2}(?:[ \t]+(?:[:/|;,–—]|->)[ \t]+"
    r"|[:;,][ \t]*| - )[\"'`]?(?P<value>[^\s\"'`|/=()]{6,80})[\"'`]?[ \t|]*$"
)
_ACCOUNT_LINE = re.compile(
    r"[\s>*+-]*(?:[\w .-]{2,30}:[ \t]+[\w.@-]{2,40}[ \t]+/[ \t]+|(?:[\w -]{0,20}[ ])?(?:wi-?fi|wlan"
    r"|router|master|losung)[ \t]*[:=][ \t]*|(?:root|admin|administrator|sa|pi|ubuntu|user|ftp|test"
    r"|guest|oracle|postgres|mysql)[:/])(?P<value>\S{6,80})\s*",
    re.IGNORECASE,
)
_ORACLE = re.compile(r"jdbc:oracle:\w+:[^\s/:@]{1,60}/(?P<value>[^\s@/]{3,80})@")
_AT = re.compile(r"@[\w-]+\.\w")
_FIELD_WORDS = ("password=", "password =", "pwd=", "pwd =", "accountkey=", "accesskey=", "accesssignature=")
_CLIENT_WORDS = ("login ", "machine ", "password ", "passwd ")
_COLONS = re.compile(r":(?:[0-9]{2,5}|\*):[\w*-]+:[\w.*@-]+:")
_PAIR_WORDS = (
    "wifi", "wi-fi", "wlan", "ssid", "router", "email", "e-mail",
    "login", "log-in", "user", "cred", "zugang", "benutzer", "anmeldung", "identifiant", "usuario",
    "accesso", "логин", "доступ", "账号", "账户",
    "アカウント", "계정", "ssh", "ftp", "admin", "account",
)  # fmt: skip
_ACCOUNT_WORDS = (
    "/ ",
    "root:",
    "admin:",
    "pi:",
    "jdbc:oracle",
    "wifi",
    "wi-fi",
    "wlan",
    "router",
    "master",
    "losung",
)
_WIFI_WORDS = ("wifi:",)
TRIGGERS = (*_ACCOUNT_WORDS, *_WIFI_WORDS, *_FIELD_WORDS, *_CLIENT_WORDS, *_PAIR_WORDS)


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines of a client's file, of a connection string, or of an account with its password."""
    for words, holds in _CHECKS:
        for line in source.lines_with(words):
            if holds(source, line):
                yield Finding(line, line, "password")
    for line in (*source.lines_matching(_COLONS), *source.lines_matching(_AT)):
        if _is_pgpass(source.lines[line]) or _follows_email(source.lines[line]):
            yield Finding(line, line, "password")


def _is_netrc(source: SearchableText, line: int) -> bool:
    text, near = source.lines[line], source.context_of(line)
    match = _LOGIN.search(text) if re.search(r"\b(?:machine|default)\s", near) else None
    if match is None and re.search(r"\b(?:machine|login|default|user)\s+\S", near.rsplit("password", 1)[0]):
        match = _PASSWORD_LINE.fullmatch(text)
    return (
        match is not None and not values.is_placeholder(match["value"]) and not match["value"].endswith(",")
    )


def _is_pgpass(line: str) -> bool:
    match = _PGPASS.fullmatch(line[:500])
    if match is None or match["base"].isdigit() or _SOURCE.search(match["host"]):
        return False
    return not values.is_placeholder(match["value"])


def _is_wifi(source: SearchableText, line: int) -> bool:
    match = _WIFI.search(source.lines[line])
    return match is not None and not values.is_placeholder(match["value"])


def _is_field(source: SearchableText, line: int) -> bool:
    text = source.lines[line]
    return ";" in text and any(_is_plain_value(match["value"]) for match in _FIELD.finditer(text))


def _is_plain_value(value: str) -> bool:
    return not (values.is_placeholder(value) or values.is_code(value) or values.is_common_word(value))


def _follows_email(line: str) -> bool:
    match = (
        _AFTER_EMAIL.search(line) if len(line) < 400 and "://" not in line and "git@" not in line else None
    )
    if match is None or not values.is_mixed(match["value"], 6) or not _is_plain_value(match["value"]):
        return False
    return (
        "@" not in match["value"][1:-3]
        and not match["value"].isdigit()
        and not match["value"].endswith(".git")
    )


def _is_account(source: SearchableText, line: int) -> bool:
    text = source.lines[line]
    match = _ACCOUNT_LINE.fullmatch(text[:200])
    if match and not values.is_placeholder(match["value"]) and values.has_rare_sign(match["value"]):
        return True
    oracle = _ORACLE.search(text)
    return oracle is not None and not values.is_placeholder(oracle["value"])


def _holds_pair(source: SearchableText, line: int) -> bool:
    text = source.lines[line]
    if len(text) > 500 or not (":" in text or "=" in text):
        return False
    return any(_is_pair(match) for match in _USER_PAIR.finditer(text))


def _is_pair(match: re.Match[str]) -> bool:
    value = match["value"].rstrip(".)")
    if (
        values.is_placeholder(value)
        or values.is_code(value)
        or values.is_common_word(value)
        or value.startswith(("//", "-"))
    ):
        return False
    if values.is_mixed(value, 6):
        return (
            not re.fullmatch(r"[\w.+-]+@[\w.-]+|\d[\d./-]*", value) and "/" not in value and "=" not in value
        )
    strong_label = re.search(
        r"pass|pw|cred|zugang|passwort|identif|contrase|пароль|密码",
        match.group()[: match.start("value") - match.start()].lower(),
    )
    return strong_label is not None and values.is_word(value) and not match["rest"].strip(" .)")


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[SearchableText, int], bool]], ...] = (
    (_CLIENT_WORDS, _is_netrc),
    (_WIFI_WORDS, _is_wifi),
    (_FIELD_WORDS, _is_field),
    (_ACCOUNT_WORDS, _is_account),
    (_PAIR_WORDS, _holds_pair),
)
