"""National identity, tax and passport numbers, recognised by form, check digit and label."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rnnchat.text.notes.secrets.payment_numbers import passes_luhn
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_SIGNS = re.compile(r"[ ./-]")


@dataclass(frozen=True)
class _Form:
    """A number's form, its check, and the words one of which must be nearby (none: no word is needed)."""

    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    words: tuple[str, ...] = ()


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines that hold a person's number."""
    for line in source.lines_with_long_numbers:
        text = source.lines[line]
        if _holds_number(source, line) or any(
            _is_lettered(form.group(), source, line) for form in _LETTERED.finditer(text)
        ):
            yield Finding(line, line, "identity number")
    yield from source.find_lines(TRIGGERS, lambda text: _DOCUMENT.search(text) is not None, "identity number")


def _is_lettered(number: str, source: SearchableText, line: int) -> bool:
    """Return whether a number of letters and figures is a person's: by its check, or by a word nearby."""
    if len(number) == 16:
        return _is_codice_fiscale(number)
    return not number[:5].isalpha() or _has_word(source.context_of(line), ("pan", "tax", "permanent account"))


def _holds_number(source: SearchableText, line: int) -> bool:
    text = source.lines[line]
    near = source.context_of(line)
    likely = _UNLABELLED.search(text) is not None
    for form in _FORMS:
        if not (_has_word(near, form.words) if form.words else likely):
            continue
        if any(form.check(_SIGNS.sub("", match.group()).upper()) for match in form.pattern.finditer(text)):
            return True
    return False


def _has_word(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _always(number: str) -> bool:
    return len(set(number)) > 1


def _is_date(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31 and year >= 0


def _is_steuer_id(number: str) -> bool:
    """The German tax number: one digit comes twice or three times in the first ten; ISO 7064 mod 11, 10."""
    counts = [number[:10].count(digit) for digit in "0123456789"]
    if number[0] == "0" or sorted(counts)[-1] not in (2, 3) or sum(count > 1 for count in counts) != 1:
        return False
    product = 10
    for digit in number[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[10])


def _is_nir(number: str) -> bool:
    """The French number of social security: 97 less the rest of the first 13 digits."""
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return (
        body.isdigit()
        and (1 <= int(number[3:5]) <= 12 or 20 <= int(number[3:5]) <= 42)
        and 97 - int(body) % 97 == int(number[13:])
    )


def _is_dni(number: str) -> bool:
    """The Spanish number: the last letter gives the remainder modulo 23."""
    digits = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return digits.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def _weighted(number: str, weights: tuple[int, ...], modulus: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % modulus


def _is_bsn(number: str) -> bool:
    number = number.zfill(9)
    return int(number) > 0 and _weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), 11) == 0


def _is_pesel(number: str) -> bool:
    month = int(number[2:4]) % 20
    good = _weighted(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), 10) == 0
    return good and _is_date(int(number[:2]), month, int(number[4:6]))


def _is_cpf(number: str) -> bool:
    first = _weighted(number, tuple(range(10, 1, -1)), 11)
    second = _weighted(number, tuple(range(11, 1, -1)), 11)
    expected = [0 if rest < 2 else 11 - rest for rest in (first, second)]
    return len(set(number)) > 1 and expected == [int(number[9]), int(number[10])]


def _is_cnpj(number: str) -> bool:
    first = _weighted(number, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), 11)
    second = _weighted(number, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), 11)
    expected = [0 if rest < 2 else 11 - rest for rest in (first, second)]
    return len(set(number)) > 1 and expected == [int(number[12]), int(number[13])]


def _is_swedish(number: str) -> bool:
    number = number.replace("+", "")[-10:]
    day = int(number[4:6])
    return _is_date(int(number[:2]), int(number[2:4]), day - 60 if day > 60 else day) and passes_luhn(number)


def _is_norwegian(number: str) -> bool:
    day = int(number[:2])
    if not _is_date(int(number[4:6]), int(number[2:4]) % 40, day - 40 if day > 40 else day):
        return False
    first = (11 - _weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2), 11)) % 11
    second = (11 - _weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), 11)) % 11
    return [first, second] == [int(number[9]), int(number[10])]


def _is_danish(number: str) -> bool:
    return _is_date(int(number[4:6]), int(number[2:4]), int(number[:2]))


def _is_finnish(number: str) -> bool:
    digits = number[:6] + number[-4:-1]
    return (
        digits.isdigit()
        and _is_danish(digits)
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == number[-1]
    )


def _is_chinese(number: str) -> bool:
    rest = _weighted(number[:17], tuple(2**power % 11 for power in range(17, 0, -1)), 11)
    return "10X98765432"[rest] == number[-1] and _is_date(
        int(number[6:10]), int(number[10:12]), int(number[12:14])
    )


def _is_aadhaar(number: str) -> bool:
    """The Indian number: Verhoeff's check, in the dihedral group of ten."""
    check = 0
    for place, digit in enumerate(reversed(number)):
        check = _multiply(check, _permute(place, int(digit)))
    return check == 0 and len(set(number)) > 2


def _multiply(one: int, other: int) -> int:
    if one < 5:
        return (one + other) % 5 if other < 5 else 5 + (one + other) % 5
    return 5 + (one - other) % 5 if other < 5 else (one - other) % 5


def _permute(times: int, digit: int) -> int:
    for _ in range(times % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit


def _is_social_security(number: str) -> bool:
    return number[:3] not in ("000", "666") and number[3:5] != "00" and number[5:] != "0000"


def _is_codice_fiscale(code: str) -> bool:
    code = code.upper()
    odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", _CODICE_ODD, strict=True))
    total = sum(
        odd[c] if place % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65)
        for place, c in enumerate(code[:15])
    )
    return chr(65 + total % 26) == code[15]


_CODICE_ODD = (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
    2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
)  # fmt: skip
_INSURANCE = r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
_LETTERED = re.compile(
    r"(?<!\w)(?:(?i:[A-Z]{6}[0-9]{2}[ABCDEHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z])"
    r"|[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]"
    rf"|{_INSURANCE} ?(?:[0-9]{{2}} [0-9]{{2}} [0-9]{{2}}|[0-9]{{6}}) ?[A-D])(?!\w)"
)
TRIGGERS = (
    "passport", "reisepass", "personalausweis", "ausweisnummer", "passeport", "pasaporte", "passaporto",
    "passaporte", "паспорт",
    "护照", "パスポート", "여권", "id card", "identity card", "carte d'identité", "driver's lic",
    "drivers lic", "driving lic",
    "führerschein", "permis de conduire", "social security", "sozialversicherung", "ssn", "national id",
    "steuernummer", "tax id",
    "steuer-id", "身份证", "マイナンバー", "주민등록", "паспорта", "инн", "снилс", "tfn", "medicare",
    "nhs n", "rodné číslo", "cédula",
    "cedula", "curp", "rg:", "versichertennummer", "krankenversichert", "paszport", "dowód", "paspoort",
    "matrícula",
)  # fmt: skip
_DOCUMENT = re.compile(
    r"(?:passport|reisepass|ausweis|passeport|pasaporte|passaport[oe]|паспорт|护照|パスポート|여권"
    r"|id card|identity card|identité|licen[cs]e|licencia"
    r"|führerschein|permis|security|versicher|ssn|national id|steuer|tax id|身份证|マイナンバー"
    r"|주민등록|инн|снилс|tfn|medicare|nhs|rodné číslo"
    r"|c[ée]dula|curp|rg|paszport|dowód"
    r"|paspoort)[^\d\n:=]{0,40}?[:=#\s，]\s{0,3}"
    r"(?-i:(?=[A-Z0-9 /.-]{0,10}[0-9](?:[ ./-]?[A-Z0-9]){5})[A-Z0-9][A-Z0-9 ./-]{6,30})",
    re.IGNORECASE,
)


def _form(pattern: str, check: Callable[[str], bool], words: str = "") -> _Form:
    return _Form(
        re.compile(rf"(?<![\w./+-]){pattern}(?![\w/-]|\.[0-9])", re.ASCII | re.IGNORECASE),
        check,
        tuple(words.split()),
    )


_FORMS = (
    _form(r"(?!000|666)[0-9]{3}-[0-9]{2}-[0-9]{4}", _is_social_security),
    _form(r"[0-9]{3}[ .]?[0-9]{2}[ .]?[0-9]{4}", _is_social_security, "ssn social itin"),
    _form(r"[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}", _is_steuer_id),
    _form(r"[1-9][0-9]{10}", _is_steuer_id, "steuer idnr tin identifikation tax"),
    _form(r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", _is_nir),
    _form(r"[0-9]{8}-?[A-Z]", _is_dni, ""),
    _form(r"[XYZ]-?[0-9]{7}-?[A-Z]", _is_dni),
    _form(r"[0-9]{4}[ .]?[0-9]{2}[ .]?[0-9]{3}|[0-9]{8,9}", _is_bsn, "bsn burgerservice sofi"),
    _form(r"[0-9]{11}", _is_pesel, "pesel"),
    _form(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", _is_cpf),
    _form(r"[0-9]{11}|[0-9]{9}-[0-9]{2}", _is_cpf, "cpf"),
    _form(r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}/[0-9]{4}-[0-9]{2}", _is_cnpj),
    _form(r"(?:19|20)?[0-9]{6}[-+][0-9]{4}", _is_swedish),
    _form(r"(?:19|20)?[0-9]{10}", _is_swedish, "personnummer samordning"),
    _form(r"[0-9]{6} ?[0-9]{5}", _is_norwegian),
    _form(r"[0-9]{6}-?[0-9]{4}", _is_danish, "cpr personnummer"),
    _form(r"[0-9]{6}[-+ABCDEFYXWVU][0-9]{3}[0-9A-Y]", _is_finnish),
    _form(r"[1-9][0-9]{16}[0-9X]", _is_chinese),
    _form(r"[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}", _is_aadhaar),
    _form(r"[2-9][0-9]{11}", _is_aadhaar, "aadhaar aadhar uidai आधार"),
    _form(r"[1-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}", passes_luhn, "sin assurance insurance"),
    _form(r"[0-9]{6}-[1-4][0-9]{6}", _always, "주민 rrn resident"),
    _form(r"[0-9]{4} ?[0-9]{4} ?[0-9]{4}", _always, "マイナンバー individual"),
    _form(r"[0-9]{3}-[0-9]{3}-[0-9]{3} [0-9]{2}", _always, "снилс"),
    _form(r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", _always),
    _form(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", _always),
    _form(r"[0-9]{6}/[0-9]{3,4}", _always, "rodné rč rodne"),
    _form(r"[1-9][0-9]{9}", _always, "svnr sozialversicherung"),
)
_UNLABELLED = re.compile(
    "|".join(form.pattern.pattern.partition(")")[2] for form in _FORMS if not form.words),
    re.ASCII | re.IGNORECASE,
)
