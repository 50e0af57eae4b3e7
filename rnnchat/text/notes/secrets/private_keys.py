"""Private keys of several lines: PEM, PGP, SSH2 and PuTTY."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_BEGIN = re.compile(
    r"-{4,5} ?BEGIN (?P<name>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|PGP MESSAGE|AGE ENCRYPTED FILE"
    r"|OpenVPN Static key V1|TOKEN) ?-{4,5}"
)
_END = re.compile(r"-{4,5} ?END [A-Za-z0-9 ]{0,50}-{4,5}")
_PUTTY = re.compile(r"PuTTY-User-Key-File-\d")
_BEGINNINGS = ("private key", "begin pgp", "begin age", "begin openvpn", "putty-user-key-file")
_ENDINGS = (
    "end rsa private key",
    "end private key",
    "end openssh private",
    "end ec private",
    "end pgp private",
)
TRIGGERS = (*_BEGINNINGS, *_ENDINGS)
_BEFORE = re.compile(r"[\s>#*/|;\"'`+-]*")
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z-]{1,30}: ?\S.{0,200}")
_KEY_HEADERS = (
    "proc-type:", "dek-info:", "version:", "comment:", "hash:", "charset:", "messageid:", "encryption:",
    "subject:", "x-",
    "public-lines:", "private-lines:", "private-mac:", "private-hash:", "key-derivation:", "argon2-",
)  # fmt: skip
_KEY_TEXT = re.compile(r"=?[A-Za-z0-9+/_-]{1,200}={0,3}\\?")
_PLACEHOLDER = re.compile(
    r"(?:[.…*x•\[\]<> -]|\(?(?:snip|omitted|redacted|your|key|here|private|data|contents?|base64"
    r"|encoded)\)?)*",
    re.IGNORECASE,
)
_ONE_LINE = re.compile(r"(?:\\+r)?\\+n ?\\*[A-Za-z0-9+/=\\]{6,}|[A-Za-z0-9+/=]{40,}")


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines of every private key; a header with no key behind it is left alone."""
    past = 0
    for number in source.lines_with(_BEGINNINGS):
        if number < past:
            continue
        line = source.lines[number]
        begin = _BEGIN.search(line)
        if begin:
            last = _last_of_pem(source.lines, number, begin)
        elif _PUTTY.search(line):
            last = _last_of_putty(source.lines, number)
        else:
            last = None
        if last is not None:
            past = last + 1
            yield Finding(
                number, last, "encrypted file" if begin and "PRIVATE" not in begin["name"] else "private key"
            )
    yield from _without_beginning(source)


def _last_of_pem(lines: Sequence[str], first: int, begin: re.Match[str]) -> int | None:
    """Return the last line of the key that begins in line `first`; None where no key follows."""
    line = lines[first]
    rest = line[begin.end() :]
    if _ONE_LINE.match(rest.lstrip()) or _ONE_LINE.search(rest[:100]):
        if _END.search(rest) or _ONE_LINE.match(rest):
            return first
    elif rest.strip(" \t\r\"'`,;\\|+>n") and not _END.search(rest):
        return None  # prose continues after the words
    last = read = first
    body = 0
    for number in range(first + 1, len(lines)):
        text = _inside(lines[number])
        if _END.search(text):
            return number if body else None
        if _is_key_text(text) and not (body == 0 and _is_word_alone(text, lines, number)):
            body += 1
            last = read = number
        elif text and not _is_header(text):
            break
        elif text:
            read = number
        elif number - read > 2:
            break
    return last if body else None


def _is_word_alone(text: str, lines: Sequence[str], number: int) -> bool:
    """Return whether a short first line is a word of prose: no end of a key comes soon."""
    if len(text) >= 40 or any(character in "+/=" for character in text):
        return False
    return not any(_END.search(line) for line in lines[number + 1 : number + 4])


def _last_of_putty(lines: Sequence[str], first: int) -> int | None:
    last = first
    for number in range(first + 1, len(lines)):
        text = _inside(lines[number])
        if text.lower().startswith(("private-mac:", "private-hash:")):
            return number
        if not (_is_header(text) or _is_key_text(text)):
            break
        last = number
    return last if last > first + 1 else None


def _without_beginning(source: SearchableText) -> Iterator[Finding]:
    """Yield keys whose first lines are missing: lines of a key above the words that end one."""
    for number in source.lines_with(_ENDINGS):
        first = number
        while (
            first
            and _is_key_text(_inside(source.lines[first - 1]))
            and len(source.lines[first - 1].strip()) >= 40
        ):
            first -= 1
        if first < number and not _BEGIN.search(source.lines[max(0, first - 1)]):
            yield Finding(first, number, "private key")


def _inside(line: str) -> str:
    """Return a line without indents, marks of quotation or comment, and quotes around it."""
    before = _BEFORE.match(line[:200])
    text = line[before.end() if before else 0 :].rstrip(" \t\r\"'`,;|")
    return f"-----{text}" if text.startswith(("END ", "BEGIN ")) else re.sub(r"(?:\\r)?\\n$", "", text)


def _is_header(text: str) -> bool:
    return text.lower().startswith(_KEY_HEADERS) and _HEADER_LINE.fullmatch(text) is not None


def _is_key_text(text: str) -> bool:
    return _KEY_TEXT.fullmatch(text) is not None and _PLACEHOLDER.fullmatch(text) is None
