"""Passwords typed in a shell command or an SQL statement: `curl -u`, `mysql -p`, `IDENTIFIED BY`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_V = r"(?:\"(?P<{0}a>[^\"\n]{{1,200}})\"|'(?P<{0}b>[^'\n]{{1,200}})'|(?P<{0}c>[^\s\"'`|;&<>]{{2,200}}))"


def _command(names: str, option: str, *, plain: bool = True) -> tuple[tuple[str, ...], re.Pattern[str], bool]:
    """Return the words of a command, the pattern of its password, and whether a plain word may be one."""
    value = _V.format("")
    return (
        tuple(names.split()),
        re.compile(rf"(?:{'|'.join(names.split())})\b[^\n]{{0,300}}?[ \t](?:{option}){value}", re.IGNORECASE),
        plain,
    )


_PAIR = r"(?:\"?'?(?P<user>[^\s:\"'<>$]{1,80})[:])"
_COMMANDS = (
    _command(
        "mysql mysqldump mysqladmin mariadb mariadb-dump mysqlimport mycli", r"-p(?=[^\s-])|--password="
    ),
    _command("sshpass", r"-p ?"),
    _command("redis-cli", r"-a |--pass "),
    _command("docker podman helm nerdctl buildah skopeo", r"-p |--password |--password="),
    (
        ("az login", "oc login"),
        re.compile(rf"\b(?:az|oc) login\b[^\n]{{0,300}}?[ \t](?:-p |--password[ =]){_V.format('')}"),
        True,
    ),
    (("zip -",), re.compile(rf"\bzip[ \t][^\n]{{0,300}}?-\w*P ?{_V.format('')}"), True),
    _command("wget", r"--(?:http-|ftp-|proxy-)?password[= ]"),
    _command("ldapsearch ldapadd ldapmodify ldapwhoami", r"-w ?"),
    _command("7z 7za unzip unrar", r"-P ?|-p(?=[^\s-])|-hp(?=[^\s-])"),
    _command("mongo mongosh mongodump mongorestore mongoexport", r"-p |--password[= ]"),
    _command("mosquitto_pub mosquitto_sub", r"-P |--pw "),
    _command("xfreerdp rdesktop wlfreerdp", r"/p:|-p |/password:"),
    _command("gpg gpg2", r"--passphrase[= ]"),
    _command("openssl", r"-pass(?:in|out)? pass:|-k |-passin pass:|-passout pass:"),
    _command("htpasswd", r"-\w*b\w* \S+ \S+ "),
    _command("wpa_passphrase", r"(?:\"[^\"]{1,32}\"|\S{1,32}) "),
    _command("sqlcmd bcp", r"-P ?"),
    _command("impdp expdp sqlplus", r"\w+/(?=\S+@)"),
    _command("keytool", r"-(?:store|key)pass "),
    _command("curl", r"--pass |--proxy-pass |--key-pass ", plain=True),
    _command("vncpasswd|passwd|chpasswd".replace("|", " "), r"<<< ?"),
    _command("nmcli", r"password |psk "),
    _command("adb cqlsh influx clickhouse-client", r"-p |--password[= ]"),
)
_PAIRS = (
    re.compile(
        r"\b(?:curl|http|https|xh|wget|httpie|lwp-request|ab|siege)\b[^\n]{0,300}?[ \t](?:-\w{0,6}u"
        r"|--user|--proxy-user|-a|--auth|-U)[ =]?" + _PAIR + r"(?P<value>[^\s\"'`]{2,200})"
    ),
    re.compile(
        r"\b(?:smbclient|smbget|rpcclient|winexe"
        r"|mount\.cifs)\b[^\n]{0,200}?[ \t]-U[ =]?[\"']?(?P<user>[^\s%\"']{1,80})%(?P<value>[^\s\"'`]{2,200})"
    ),
    re.compile(
        r"\b(?:lftp|ncftp"
        r"|ftp)\b[^\n]{0,200}?[ \t]-u[ =]?[\"']?(?P<user>[^\s,\"']{1,80}),(?P<value>[^\s\"'`]{2,200})"
    ),
    re.compile(
        r"\becho[ \t]+(?:-\w+ )?[\"']?(?P<user>[\w.-]{1,40}):(?P<value>[^\s\"'"
        r"|]{3,200})[\"']?[ \t]*\|[ \t]*(?:sudo )?chpasswd"
    ),
    re.compile(r"\bnet[ \t]+user[ \t]+(?P<user>\S{1,60})[ \t]+(?P<value>[^\s/*]{4,120})", re.IGNORECASE),
    re.compile(
        r"\bnet[ \t]+use\b[^\n]{0,120}?(?P<user>/user:\S{1,60})[ \t]+(?P<value>[^\s/*]{4,120})", re.IGNORECASE
    ),
)
_PIPED = re.compile(
    r"\becho[ \t]+(?:-\w+[ \t]+)?[\"']?(?P<value>[^\s\"'|$]{4,120})[\"']?[ \t]*\|[ \t]*"
    r"(?:sudo[ \t]+-\w*S|docker login|gpg|passwd|cryptsetup|openssl|base64)"
)
_STATEMENT = re.compile(
    r"\b(?:identified[ \t]+(?:with[ \t]+[\w']+[ \t]+)?by|with[ \t]+(?:encrypted[ \t]+"
    r"|login[ \t]+)*password|set[ \t]+password[^\n']{0,60}=[ \t]*(?:password[ \t]*\()?"
    r"|encrypted[ \t]+password|password[ \t]*\(|(?:role|user)[ \t][^\n']{0,120}?\bpassword"
    r"|requirepass|masterauth|auth)[ \t]*(?:'(?P<value>[^'\n]{3,120})'"
    r"|(?P<bare>(?<=requirepass )\S{4,}|(?<=masterauth )\S{4,}))",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?<![\w-])--?(?:pass(?:word|wd|phrase)?|pwd|pw|secret|token|api-?key|auth-?token|access-?key"
    r"|client-?secret|psk)(?:=|[ \t]+)" + _V.format(""),
    re.IGNORECASE,
)


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines where a command or statement is given a password."""
    for words, pattern, plain in _COMMANDS:
        for line in source.lines_with(words):
            match = pattern.search(source.lines[line])
            if match and _is_given(_value(match), plain):
                yield Finding(line, line, "password in a command")
    for words, holds in _CHECKS:
        yield from source.find_lines(words, holds, "password in a command")


def _has_pair(line: str) -> bool:
    found = (pattern.search(line) for pattern in _PAIRS)
    return any(match is not None and _is_given(match["value"].rstrip("\"'"), True) for match in found)


def _has_statement(line: str) -> bool:
    match = _STATEMENT.search(line)
    given = (match["value"] or match["bare"] or "") if match else ""
    ordinary = values.is_placeholder(given) or values.is_common_word(given)
    return len(given) > 4 and " " not in given and not ordinary


def _has_option(line: str) -> bool:
    for match in _OPTION.finditer(line):
        given, name = _value(match), match.group().lower()
        wanted = values.is_mixed(given, 6) if "pass" in name or "pw" in name else values.is_random(given, 12)
        if wanted and _is_given(given, True):
            return True
    return False


def _has_pipe(line: str) -> bool:
    match = _PIPED.search(line)
    if match is None or "base64" in match.group():
        return False
    return values.is_mixed(match["value"], 6) and _is_given(match["value"], True)


_PAIR_WORDS = (
    "curl",
    "http ",
    "https ",
    "xh ",
    "wget",
    "smbclient",
    "smbget",
    "rpcclient",
    "lftp",
    "ftp ",
    "chpasswd",
    "net user",
    "net use",
)


_OPTION_WORDS = (
    "--pass",
    "--pwd",
    "-pass ",
    "--secret",
    "--token",
    "--api",
    "--auth",
    "--access",
    "--client",
    "--psk",
)
_STATEMENT_WORDS = ("identified", "password", "requirepass", "masterauth", "auth '")
_COMMAND_WORDS = tuple(word for words, _, _ in _COMMANDS for word in words)
_CHECKS: tuple[tuple[tuple[str, ...], Callable[[str], bool]], ...] = (
    (_PAIR_WORDS, _has_pair),
    (_STATEMENT_WORDS, _has_statement),
    (_OPTION_WORDS, _has_option),
    (("echo ",), _has_pipe),
)
TRIGGERS = ("echo ", *_PAIR_WORDS, *_OPTION_WORDS, *_STATEMENT_WORDS, *_COMMAND_WORDS)


def _value(match: re.Match[str]) -> str:
    return match["a"] or match["b"] or match["c"] or ""


def _is_given(value: str, plain: bool) -> bool:
    """Return whether a value of an option is a password, and no variable, path, port or other option."""
    value = value.strip().rstrip("\\")
    if (
        len(value) < 3
        or value.startswith(("-", "$", "%", "~", "/", "./", "@", "<", "[", "{", "*"))
        or " " in value
    ):
        return False
    if (
        values.is_placeholder(value)
        or values.is_common_word(value)
        or (re.fullmatch(r"[\d:./]+", value) and len(value) < 6)
        or re.fullmatch(r"\d+:\d+(?:/\w+)?", value)
    ):
        return False
    return values.is_mixed(value, 4) or (plain and len(value) >= 4 and not values.is_code(value))
