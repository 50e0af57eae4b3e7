"""Card numbers and IBANs, recognised by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_DIGITS = re.compile(r"(?<![\w.,+#/-])[0-9](?:[ .-]?[0-9]){11,18}(?![\w/-]|[.,][0-9])")
_LABELLED_DIGITS = re.compile(r"[0-9](?:[ .-]{0,2}[0-9]){11,18}")
TRIGGERS = (
    "card",
    "visa",
    "mastercard",
    "amex",
    "karte",
    "carte",
    "tarjeta",
    "cartão",
    "carta",
    "карт",
    "卡",
    "カード",
    "카드",
    "cvv",
    "cvc",
)
_CARD = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]"
    r"|2720)[0-9]{12}|3[47][0-9]{13}"
    r"|3(?:0[0-5]|095|[689][0-9])[0-9]{11,13}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12,15}"
    r"|62[0-9]{14,17}|35[0-9]{14}|220[0-4][0-9]{12,15}"
    r"|(?:50[0-9]|5[6-9][0-9]|6[0379][0-9])[0-9]{9,16}|8[12][0-9]{14}|9792[0-9]{12}"
)
_GROUPED = re.compile(
    r"[0-9]{4}([ .-])[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}(?:\1[0-9]{1,3})?|[0-9]{4}([ .-])[0-9]{6}\2[0-9]{4,5}"
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}"
    r"|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,4})?)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD FK", 19: "MK SI",
        20: "AT BA EE KZ LT LU XK MN", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL OM SO",
        24: "AD CZ ES MD PK RO SA SE SK TN VG DZ",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 33: "LC RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines that hold the number of a card or a bank account."""
    for line in source.lines_with_long_numbers:
        text = source.lines[line]
        if any(_is_card(match.group(), source, line) for match in _DIGITS.finditer(text)):
            yield Finding(line, line, "card number")
        for match in _IBAN.finditer(text):
            if is_iban(match.group()) and (match.group().isupper() or "iban" in source.context_of(line)):
                yield Finding(line, line, "bank account number")
    for line in source.lines_with(TRIGGERS):
        if any(
            _is_number_of_card(re.sub(r"\D", "", m.group()))
            for m in _LABELLED_DIGITS.finditer(source.lines[line])
        ):
            yield Finding(line, line, "card number")


def _is_card(written: str, source: SearchableText, line: int) -> bool:
    digits = re.sub(r"\D", "", written)
    if not _is_number_of_card(digits):
        return False
    if _GROUPED.fullmatch(written):
        return True
    return (
        written.isdigit()
        and len(digits) in (15, 16)
        and (digits[0] != "6" or any(word in source.context_of(line) for word in TRIGGERS))
    )


def _is_number_of_card(digits: str) -> bool:
    return _CARD.fullmatch(digits) is not None and passes_luhn(digits) and len(set(digits)) > 1


def passes_luhn(digits: str) -> bool:
    """Return whether digits have the check digit of cards (Luhn, ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(written: str) -> bool:
    """Return whether a text is an IBAN: the country's length, and 97 leaves 1 (ISO 13616).

    Words that follow a number in groups are no part of it.
    """
    letters = re.sub(r"[ -]", "", written).upper()
    length = _IBAN_LENGTHS.get(letters[:2])
    if length is None or len(letters) < length or (len(letters) > length and " " not in written):
        return False
    moved = letters[4:length] + letters[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
