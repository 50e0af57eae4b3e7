"""Accounts with their passwords: `router: admin / …`, `me@example.org: …`, `root:…`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

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
TRIGGERS = (*_ACCOUNT_WORDS, *_PAIR_WORDS)


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines that hold the name of an account and its password."""
    yield from source.find_lines(_ACCOUNT_WORDS, _is_account, "password")
    yield from source.find_lines(_PAIR_WORDS, _holds_pair, "password")
    for line in source.lines_matching(_AT):
        if _follows_email(source.lines[line]):
            yield Finding(line, line, "password")


def _is_account(text: str) -> bool:
    match = _ACCOUNT_LINE.fullmatch(text[:200])
    if match and not values.is_placeholder(match["value"]) and values.has_rare_sign(match["value"]):
        return True
    oracle = _ORACLE.search(text)
    return oracle is not None and not values.is_placeholder(oracle["value"])


def _holds_pair(text: str) -> bool:
    if len(text) > 500 or not (":" in text or "=" in text):
        return False
    return any(_is_pair(match) for match in _USER_PAIR.finditer(text))


def _is_pair(match: re.Match[str]) -> bool:
    value = match["value"].rstrip(".)")
    if not values.is_plausible(value) or value.startswith(("//", "-")):
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


def _follows_email(line: str) -> bool:
    match = (
        _AFTER_EMAIL.search(line) if len(line) < 400 and "://" not in line and "git@" not in line else None
    )
    if match is None or not values.is_mixed(match["value"], 6) or not values.is_plausible(match["value"]):
        return False
    return (
        "@" not in match["value"][1:-3]
        and not match["value"].isdigit()
        and not match["value"].endswith(".git")
    )
