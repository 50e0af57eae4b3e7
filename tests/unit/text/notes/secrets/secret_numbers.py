"""Made-up numbers of cards, accounts and people, with the check digits that the standards ask for."""

from __future__ import annotations

import random
from collections.abc import Iterator

# The form of the number that follows the country and the check of an IBAN: a for a letter, 0 for a figure.
BANKS = (
    ("DE", "0" * 18), ("FR", "0" * 23), ("GB", "aaaa" + "0" * 14), ("NL", "aaaa" + "0" * 10),
    ("ES", "0" * 20),
    ("IT", "a" + "0" * 22), ("CH", "0" * 17), ("AT", "0" * 16), ("PL", "0" * 24), ("PT", "0" * 21),
    ("NO", "0" * 11),
)  # fmt: skip
PINS = (
    "PIN: {}", "PIN {}", "pin: {}", "My PIN is {}", "SIM-PIN: {}", "Geheimzahl: {}", "code secret : {}",
    "code PIN : {}", "暗証番号：{}", "Door code: {}", "alarm code: {}", "ПИН-код: {}", "PIN-Code: {}",
    "Voicemail pin: {}",
)  # fmt: skip


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def luhn(body: str) -> str:
    """Return `body` with its Luhn digit."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def iban(rng: random.Random, country: str, bank: str) -> str:
    """Return an IBAN of a country; `bank` shows its form: a for a letter, 0 for a figure."""
    account = "".join(rng.choice("ABCDEFGHJK") if c == "a" else rng.choice("0123456789") for c in bank)
    number = int("".join(str(int(c, 36)) for c in account + country + "00"))
    return f"{country}{98 - number % 97:02d}{account}"


def _steuer_id(rng: random.Random) -> str:
    while True:
        order = list("0123456789")
        rng.shuffle(order)
        order[rng.randrange(1, 9)] = order[9]
        body = "".join(order)
        counts = sorted(body.count(c) for c in set(body))
        if body[0] != "0" and counts[-1] == 2 and counts.count(2) == 1:
            break
    product = 10
    for digit in body:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return body + str((11 - product) % 10)


def _cpf(rng: random.Random) -> str:
    body = _digits(rng, 9)
    for length in (10, 11):
        rest = sum(int(c) * w for c, w in zip(body, range(length, 1, -1), strict=True)) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


def _codice(rng: random.Random) -> str:
    odd = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    letters = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    odd |= dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", letters, strict=True))
    body = (
        "".join(rng.choice("BCDFGLMNPRST") for _ in range(6))
        + f"{rng.randrange(40, 99)}{rng.choice('ABCDEHLMPRST')}{rng.randrange(10, 29)}"
    )
    body += rng.choice("AFHL") + f"{rng.randrange(100, 999)}"
    total = sum(
        odd[c] if n % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65) for n, c in enumerate(body)
    )
    return body + chr(65 + total % 26)


def _verhoeff(body: str) -> str:
    def multiply(a: int, b: int) -> int:
        if a < 5:
            return (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
        return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5

    table = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    for _ in range(6):
        table.append([table[1][d] for d in table[-1]])
    for last in "0123456789":
        check = 0
        for place, digit in enumerate(reversed(body + last)):
            check = multiply(check, table[place % 8][int(digit)])
        if check == 0:
            return body + last
    raise AssertionError


def numbers(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Yield numbers: their kind, a text, and what must not be learned."""
    for name, start, length in (
        ("Visa", "4", 16),
        ("Mastercard", "53", 16),
        ("Mastercard", "2315", 16),
        ("Discover", "6011", 16),
    ):
        card = luhn(start + _digits(rng, length - len(start) - 1))
        groups = " ".join(card[n : n + 4] for n in range(0, 16, 4))
        yield name, f"{name} {groups} exp 04/29 CVV 123", groups
        yield name, f"card: {card}", card
        yield name, groups.replace(" ", "-"), groups.replace(" ", "-")
    amex = luhn("37" + _digits(rng, 12))
    yield "Amex", f"Amex {amex[:4]} {amex[4:10]} {amex[10:]}", amex[10:]
    for country, bank in BANKS:
        account = iban(rng, country, bank)
        yield f"IBAN {country}", f"Rent to {account} every month", account
        groups = " ".join(account[n : n + 4] for n in range(0, len(account), 4))
        yield f"IBAN {country}", f"IBAN: {groups}", groups
    ssn = f"{rng.randrange(100, 660)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}"
    yield "SSN", f"SSN: {ssn}", ssn
    yield "SSN", f"Her number is {ssn} she said", ssn
    tax = _steuer_id(rng)
    yield "Steuer-ID", f"Steuer-ID: {tax}", tax
    yield "Steuer-ID", f"IdNr. {tax[:2]} {tax[2:5]} {tax[5:8]} {tax[8:]}", tax[8:]
    nir = f"{rng.choice('12')}{rng.randrange(40, 99)}{rng.randrange(1, 13):02d}75"
    nir += f"{rng.randrange(100, 990)}{rng.randrange(100, 990)}"
    nir += f"{97 - int(nir) % 97:02d}"
    yield "NIR", f"Sécu : {nir}", nir
    yield "NIR", f"{nir[0]} {nir[1:3]} {nir[3:5]} {nir[5:7]} {nir[7:10]} {nir[10:13]} {nir[13:]}", nir[7:10]
    dni = _digits(rng, 8)
    yield "DNI", f"DNI {dni}{'TRWAGMYFPDXBNJZSQVHLCKE'[int(dni) % 23]}", dni
    nie = _digits(rng, 7)
    yield "NIE", f"NIE: X{nie}{'TRWAGMYFPDXBNJZSQVHLCKE'[int(nie) % 23]}", nie
    code = _codice(rng)
    yield "codice fiscale", f"Codice fiscale: {code}", code
    yield "codice fiscale", code, code
    while True:
        body = _digits(rng, 8)
        check = sum(int(c) * w for c, w in zip(body, range(9, 1, -1), strict=True)) % 11
        if check < 10 and body[0] != "0":
            break
    yield "BSN", f"BSN: {body}{check}", f"{body}{check}"
    nino = f"{rng.choice('ABCEHJ')}{rng.choice('ABCEHJ')}{_digits(rng, 6)}{rng.choice('ABCD')}"
    yield "NINO", f"National Insurance {nino}", nino
    spaced = f"{nino[:2]} {nino[2:4]} {nino[4:6]} {nino[6:8]} {nino[8]}"
    yield "NINO", f"NI number: {spaced}", spaced
    birth = f"{rng.randrange(40, 99)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    swedish = luhn(birth + _digits(rng, 3))
    yield "personnummer", f"Personnummer: {swedish[:6]}-{swedish[6:]}", f"{swedish[:6]}-{swedish[6:]}"
    yield "personnummer", f"19{swedish[:6]}-{swedish[6:]}", f"{swedish[:6]}-{swedish[6:]}"
    danish = f"{birth[4:]}{birth[2:4]}{birth[:2]}-{_digits(rng, 4)}"
    yield "CPR", f"CPR: {danish}", danish
    finnish = f"{birth[4:]}{birth[2:4]}{birth[:2]}" + f"{rng.randrange(2, 900):03d}"
    finnish = f"{finnish[:6]}-{finnish[6:]}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(finnish) % 31]}"
    yield "henkilötunnus", f"hetu {finnish}", finnish
    while True:
        norwegian = f"{birth[4:]}{birth[2:4]}{birth[:2]}{_digits(rng, 3)}"
        first = -sum(int(c) * w for c, w in zip(norwegian, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
        second = (
            -(
                sum(int(c) * w for c, w in zip(norwegian, (5, 4, 3, 2, 7, 6, 5, 4, 3), strict=True))
                + 2 * first
            )
            % 11
        )
        if first < 10 and second < 10:
            break
    yield "fødselsnummer", f"Fødselsnummer {norwegian}{first}{second}", norwegian
    pesel = birth + _digits(rng, 4)
    pesel += str(-sum(int(c) * w for c, w in zip(pesel, (1, 3, 7, 9) * 3, strict=False)) % 10)
    yield "PESEL", f"PESEL {pesel}", pesel
    yield "CPF", f"CPF: {(cpf := _cpf(rng))}", cpf
    aadhaar = _verhoeff(rng.choice("23456789") + _digits(rng, 10))
    yield "Aadhaar", f"Aadhaar {aadhaar[:4]} {aadhaar[4:8]} {aadhaar[8:]}", aadhaar[8:]
    yield "Aadhaar", f"aadhaar: {aadhaar}", aadhaar
    pan = (
        "".join(rng.choice("ABCDEFGHJK") for _ in range(3))
        + "P"
        + rng.choice("ABCK")
        + f"{_digits(rng, 4)}{rng.choice('ABCK')}"
    )
    yield "PAN", f"PAN: {pan}", pan
    chinese = f"110101{rng.randrange(1950, 2010)}{birth[2:]}{_digits(rng, 3)}"
    chinese += "10X98765432"[sum(int(c) * (2 ** (17 - n) % 11) for n, c in enumerate(chinese)) % 11]
    yield "Chinese number", f"身份证号：{chinese}", chinese
    yield "Chinese number", chinese, chinese
    sin = luhn(rng.choice("1234567") + _digits(rng, 7))
    yield "SIN", f"SIN: {sin[:3]} {sin[3:6]} {sin[6:]}", sin[6:]
    yield "passport", f"Passport: {(passport := 'C' + _digits(rng, 8))}", passport
    yield "passport", f"Reisepass Nr. {(passport := 'C01X' + _digits(rng, 5))}", passport
    for label in PINS:
        yield "PIN", label.format(pin := f"{rng.randrange(1100, 9999)}"), pin
