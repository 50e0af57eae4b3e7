"""Recovery codes, two-factor (TOTP) secrets, licence keys, and raw private keys beside their label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText
from rnnchat.text.notes.secrets.values import is_placeholder

_LIST_LABELS = (
    "backup code", "backup-code", "backupcode", "recovery code", "recovery-code", "recoverycode",
    "scratch code", "emergency code",
    "2fa code", "two-factor code", "2-step", "rescue code", "one-time code", "einmalcode", "einmal-code",
    "wiederherstellungscode",
    "wiederherstellungs-code", "notfallcode", "notfall-code", "ersatzcode", "sicherungscode",
    "tan-liste", "tan list", "bypass code",
    "code de secours", "codes de secours", "code de récupération", "codes de récupération",
    "codes de sauvegarde", "codigos de", "códigos de",
    "codici di", "codici backup", "codici di recupero", "reservecodes", "herstelcodes", "back-upcodes",
    "kody zapasowe", "kody odzysk",
    "резервные коды", "коды восстановления", "коды резерв", "резервні коди", "备用码", "备用代码",
    "恢复代码", "恢复码", "備用碼", "復旧コード",
    "バックアップコード", "リカバリーコード", "복구 코드", "백업 코드", "recovery key", "backup key",
    "wiederherstellungsschlüssel", "bitlocker",
    "filevault", "2fa backup", "2fa recovery", "mfa recovery", "mfa backup", "recovery tokens",
)  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9]{3,12}(?:[-–][A-Za-z0-9]{3,12}){0,8}|[0-9]{3,5} [0-9]{3,5}")
_MARK = re.compile(r"[ \t>]*(?:[-*+•]\s+|\d{1,2}[.):]\s+|\[[ xX]\]\s*|- \[[ xX]\]\s*|\|)?[ \t`]*")
_FACTOR = (
    "totp", "2fa", "two-factor", "two factor", "twofactor", "mfa", "otp", "authenticator", "2-fa",
    "zwei-faktor", "zweifaktor",
    "double authentification", "deux facteurs", "dos factores", "due fattori", "dois fatores",
    "двухфактор", "двофактор", "两步验证", "二段階",
    "2段階", "双因素", "二要素", "2단계", "setup key", "authy", "secret key", "shared secret", "base32",
)  # fmt: skip
_BASE32 = re.compile(
    r"(?<![\w/+.=-])(?:[A-Z2-7]{16,64}={0,6}|[a-z2-7]{16,64}|(?:[A-Z2-7]{4}[ -]){3,15}[A-Z2-7]{2,4}"
    r"|(?:[a-z2-7]{4}[ -]){3,15}[a-z2-7]{2,4})(?![\w/+-])"
)
_LICENCE = re.compile(
    r"(?<![\w-])(?:[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3,7}|[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3,7}"
    r"|[A-Z0-9]{6}(?:-[A-Z0-9]{6}){3,5}|[0-9]{6}(?:-[0-9]{6}){7})(?![\w-])"
)
_GROUPS = re.compile(r"[A-Z0-9]{4,6}-[A-Z0-9]{4,6}-[A-Z0-9]{4,6}-")
_LICENCE_WORDS = (
    "licen", "lizenz", "serial", "seriennummer", "product key", "produktschlüssel", "activation",
    "aktivierung", "registration", "clé",
    "clave", "chiave", "chave", "key", "лиценз", "ключ", "许可", "序列号", "激活", "ライセンス",
    "シリアル", "제품", "라이선스", "код активации",
)  # fmt: skip
_SERIAL = re.compile(r"(?<![\w-])(?=[A-Za-z-]*\d)[A-Z0-9]{3,8}(?:-[A-Z0-9]{3,8}){2,9}(?![\w-])")
_KEY_WORDS = (
    "private key", "privatekey", "private_key", "presharedkey", "privater schlüssel", "clé privée",
    "clave privada", "chiave privata",
    "chave privada", "закрытый ключ", "приватный ключ", "приватний ключ", "私钥", "私鑰", "秘密鍵",
    "개인키", "개인 키", "wif", "secret key",
    "privkey", "priv key", "wallet key", "spend key", "view key", "minisign", "untrusted comment",
    "signify",
)  # fmt: skip
TRIGGERS = (*_LIST_LABELS, *_FACTOR, *_LICENCE_WORDS, *_KEY_WORDS)
_ETHEREUM = re.compile(r"(?<!\w)(?:0x)?[0-9a-fA-F]{64}(?!\w)")
_BASE58 = re.compile(r"(?<![\w/+.=-])[1-9A-HJ-NP-Za-km-z]{43,90}(?![\w/+=-])")
_BASE64 = re.compile(r"(?<![\w/+.=-])[A-Za-z0-9+/]{42,120}={0,2}(?![\w/+=-])")


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines with codes and secrets that are recognised by a word near them."""
    yield from _lists(source)
    for line in source.lines_with_next(_FACTOR):
        if any(_is_base32(match.group()) for match in _BASE32.finditer(source.lines[line])):
            yield Finding(line, line, "two-factor secret")
    for line in source.lines_matching(_GROUPS):
        if any(_is_licence(match.group(), source, line) for match in _LICENCE.finditer(source.lines[line])):
            yield Finding(line, line, "licence key")
    for line in source.lines_with_next(_LICENCE_WORDS[:-4]):
        if any(_is_varied(match.group()) for match in _SERIAL.finditer(source.lines[line])):
            yield Finding(line, line, "licence key")
    yield from _raw_private_keys(source)


def _is_licence(text: str, source: SearchableText, line: int) -> bool:
    if text.replace("-", "").isdigit():
        return len(set(text)) > 4 and _has(source.context_of(line), (*_LIST_LABELS, *_LICENCE_WORDS))
    return _is_varied(text)


def _lists(source: SearchableText) -> Iterator[Finding]:
    """Yield lists of recovery codes: below their label, or beside it."""
    for line in source.lines_with(_LIST_LABELS):
        text = source.lines[line]
        beside = re.split(r"[:=：–—]| - ", text, maxsplit=1)
        label = next(label for label in _LIST_LABELS if label in text.lower())
        behind = re.sub(
            r"^(?:e?s|n)?(?: is| are| ist| est)?(?= )", "", text[text.lower().index(label) + len(label) :]
        )
        if (len(beside) == 2 and _codes_in(beside[1]) >= 1) or _codes_in(behind) >= 1:
            yield Finding(line, line, "recovery codes")
        first = last = None
        for number in range(line + 1, min(line + 40, len(source.lines))):
            below = source.lines[number]
            if not below.strip() or re.fullmatch(r"\s*(?:```\w*|~~~|\|?[-| :]+\|?)\s*", below):
                if first is None and number - line > 4:
                    break
                continue
            if not _codes_in(below):
                if first is None and number - line <= 3:
                    continue  # a sentence may come between the label and its codes
                break
            first = number if first is None else first
            last = number
        if first is not None and last is not None:
            yield Finding(first, last, "recovery codes")


def _codes_in(line: str) -> int:
    """Return how many codes a line holds, or 0 if it holds anything else."""
    mark = _MARK.match(line[:60])
    text = line[mark.end() if mark else 0 :].strip(" \t`|*,;.")
    if _CODE.fullmatch(text) and _is_code(text):
        return 1
    listed = [part.strip() for part in re.split(r"[,;|/]", text) if part.strip()]
    if listed and all(_CODE.fullmatch(part) and _is_code(part) for part in listed):
        return len(listed)
    pieces = [
        piece.strip("`*.()")
        for piece in re.split(r"[\s,;|/]+", text)
        if piece.strip("`*.()[]x•-") and not re.fullmatch(r"\d{1,2}[.)]", piece)
    ]
    good = [piece for piece in pieces if _CODE.fullmatch(piece) and _is_code(piece)]
    return len(good) if pieces and len(good) == len(pieces) else 0


def _is_code(text: str) -> bool:
    plain = re.sub(r"[ –-]", "", text)
    if len(plain) < 6 or len(set(plain)) < 3:
        return False
    digits = sum(character.isdigit() for character in plain)
    if re.fullmatch(r"(?:19|20)\d\d-?\d\d-?\d\d", text):
        return False
    return digits > 0 or (("-" in text or " " in text) and plain.isalpha() and _is_shapeless(text))


def _is_shapeless(text: str) -> bool:
    """Return whether groups of letters are codes and no words: all as long as each other."""
    groups = re.split(r"[ –-]", text)
    return len({len(group) for group in groups}) == 1 and len(groups[0]) in (4, 5)


def _is_base32(text: str) -> bool:
    plain = re.sub(r"[ =-]", "", text)
    if len(plain) < 16 or len(set(plain)) < 6:
        return False
    grouped = " " in text or "-" in text
    return (
        any(character.isdigit() for character in plain)
        or (plain.isupper() and not grouped)
        or (grouped and not _reads_as_words(text))
    )


def _reads_as_words(text: str) -> bool:
    """Return whether every group of four letters has a vowel within: words, more likely than a secret."""
    return all(re.search(r"[aeiouyAEIOUY]", group) for group in re.split(r"[ -]", text))


def _is_varied(text: str) -> bool:
    plain = text.replace("-", "")
    digits = sum(character.isdigit() for character in plain)
    return (
        digits >= 2
        and len(plain) - digits >= 2
        and len(set(plain)) >= 6
        and len(plain) >= 12
        and not is_placeholder(text)
    )


def _raw_private_keys(source: SearchableText) -> Iterator[Finding]:
    """Yield private keys that only a label distinguishes from a checksum."""
    for line in source.lines_with_next(_KEY_WORDS):
        text = source.lines[line]
        if _has(text.lower(), ("public key:", "fingerprint", "ssh-rsa ", "sha256:")):
            continue
        if any(
            len(set(match.group())) > 8 and (pattern is _ETHEREUM or _is_mixed_case(match.group()))
            for pattern in (_ETHEREUM, _BASE58, _BASE64)
            for match in pattern.finditer(text)
        ):
            yield Finding(line, line, "private key")


def _is_mixed_case(text: str) -> bool:
    return (
        any(c.isdigit() for c in text) and any(c.islower() for c in text) and any(c.isupper() for c in text)
    )


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)
