"""Passwords and tokens in addresses, connection strings, headers and the files of clients."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.reading import Hit, Reading

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
_SOURCE = re.compile(r"\.(?:py|js|ts|rb|go|c|h|cpp|rs|java|md|txt|php|sh|ex|exs)$")
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
_COMMON_PAIRS = frozenset(
    {"postgres", "root", "admin", "user", "guest", "test", "mysql", "username", "docker"}
)


def find(reading: Reading) -> Iterator[Hit]:
    """Yield the lines where an address, a header or a client's file holds a secret."""
    for line in reading.lines_with(("://",)):
        kind = _in_address(reading.lines[line])
        if kind is not None:
            yield Hit(line, line, kind)
    for line in reading.lines_with(_HEADER_WORDS):
        kind = _in_header(reading.lines[line])
        if kind is not None:
            yield Hit(line, line, kind)
    for line in reading.lines_with(("cookie",)):
        if any(
            values.is_random(match["value"].split("%")[0], 16)
            for match in _COOKIE.finditer(reading.lines[line])
        ):
            yield Hit(line, line, "session cookie")
    yield from _in_files(reading)


def _in_address(line: str) -> str | None:
    for match in (*_AUTHORITY.finditer(line), *_SLASHES.finditer(line)):
        password, user = match["password"], match["user"]
        if password is None:
            if values.is_random(user, 16) and not values.stands_for_secret(user) and "." not in user:
                return "token in an address"
        elif _is_password_of_address(password, user) and not line.startswith("sha256:", match.end() - 1):
            return "password in an address"
    for match in _PARAMETER.finditer(line):
        value, name = match["value"], match["name"].lower()
        if not (values.stands_for_secret(value) or values.is_code(value)) and _is_parameter(
            name, value, line
        ):
            return "signed address" if "sig" in name else "token in an address"
    return None


def _is_parameter(name: str, value: str, line: str) -> bool:
    if name in ("password", "pwd", "pass", "passwd", "pw"):
        return values.is_mixed(value, 6)
    if name in ("sig", "signature"):
        return _SIGNED.search(line) is not None and values.is_random(value, 20)
    if name.startswith("x-"):
        return len(value) >= 32
    return values.is_random(value, 20 if name in ("key", "code", "auth", "sid", "session", "token") else 16)


def _is_password_of_address(password: str, user: str) -> bool:
    if values.stands_for_secret(password) or password.startswith(("$", "{", "%", "[")) or "${" in password:
        return False
    if password.lower() == user.lower() or (password.isdigit() and len(password) < 6):
        return False
    return (
        len(password) >= 3
        and password.lower() not in _COMMON_PAIRS
        and re.fullmatch(r"[A-Z][A-Z_]*_[A-Z_]+", password) is None
    )


def _in_header(line: str) -> str | None:
    for match in _BASIC.finditer(line):
        if _is_user_and_password(match["value"]):
            return "password in a header"
    for match in (*_BEARER.finditer(line), *_HEADER.finditer(line)):
        value = match["value"].rstrip(".")
        if (
            not values.stands_for_secret(value)
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
        and not values.stands_for_secret(password)
        and (user + password) != ""
    )


def _in_files(reading: Reading) -> Iterator[Hit]:
    """Yield the lines of a client's file, of a connection string, or of a name and its password."""
    for words, holds in _HOLDERS:
        for line in reading.lines_with(words):
            if holds(reading, line):
                yield Hit(line, line, "password")
    for line in (*reading.lines_matching(_COLONS), *reading.lines_matching(_AT)):
        if _is_pgpass(reading.lines[line]) or _follows_email(reading.lines[line]):
            yield Hit(line, line, "password")


def _is_netrc(reading: Reading, line: int) -> bool:
    text, near = reading.lines[line], reading.nearby(line)
    match = _LOGIN.search(text) if re.search(r"\b(?:machine|default)\s", near) else None
    if match is None and re.search(r"\b(?:machine|login|default|user)\s+\S", near.rsplit("password", 1)[0]):
        match = _PASSWORD_LINE.fullmatch(text)
    return (
        match is not None
        and not values.stands_for_secret(match["value"])
        and not match["value"].endswith(",")
    )


def _is_pgpass(line: str) -> bool:
    match = _PGPASS.fullmatch(line[:500])
    if match is None or match["base"].isdigit() or _SOURCE.search(match["host"]):
        return False
    return not values.stands_for_secret(match["value"])


def _is_wifi(reading: Reading, line: int) -> bool:
    match = _WIFI.search(reading.lines[line])
    return match is not None and not values.stands_for_secret(match["value"])


def _is_field(reading: Reading, line: int) -> bool:
    text = reading.lines[line]
    return ";" in text and any(_is_plain_value(match["value"]) for match in _FIELD.finditer(text))


def _is_plain_value(value: str) -> bool:
    return not (values.stands_for_secret(value) or values.is_code(value) or values.is_ordinary(value))


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


def _is_account(reading: Reading, line: int) -> bool:
    text = reading.lines[line]
    match = _ACCOUNT_LINE.fullmatch(text[:200])
    if match and not values.stands_for_secret(match["value"]) and values.has_rare_sign(match["value"]):
        return True
    oracle = _ORACLE.search(text)
    return oracle is not None and not values.stands_for_secret(oracle["value"])


def _holds_pair(reading: Reading, line: int) -> bool:
    text = reading.lines[line]
    if len(text) > 500 or not (":" in text or "=" in text):
        return False
    return any(_is_pair(match) for match in _USER_PAIR.finditer(text))


_AT = re.compile(r"@[\w-]+\.\w")
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
TRIGGERS = (
    "://",
    *_ACCOUNT_WORDS,
    "cookie",
    "wifi:",
    *_HEADER_WORDS,
    *_FIELD_WORDS,
    *_CLIENT_WORDS,
    *_PAIR_WORDS,
)
_HOLDERS: tuple[tuple[tuple[str, ...], Callable[[Reading, int], bool]], ...] = (
    (_CLIENT_WORDS, _is_netrc),
    (("wifi:",), _is_wifi),
    (_FIELD_WORDS, _is_field),
    (_ACCOUNT_WORDS, _is_account),
    (_PAIR_WORDS, _holds_pair),
)


def _is_pair(match: re.Match[str]) -> bool:
    value = match["value"].rstrip(".)")
    if (
        values.stands_for_secret(value)
        or values.is_code(value)
        or values.is_ordinary(value)
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
