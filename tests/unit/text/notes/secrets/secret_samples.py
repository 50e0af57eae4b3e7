"""Made-up secrets in the forms that people keep them in; each value is drawn, and none stands here."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.unit.text.notes.secrets.secret_numbers import numbers
from tests.unit.text.notes.secrets.secret_places import (
    ALNUM,
    BASE32,
    BASE58,
    BASE64,
    BECH32,
    DIGITS,
    HEX,
    LABELLED_KEYS,
    LOWER,
    PASSWORD_PLACES,
    UPPER,
    WORD,
)

PASSWORDS = (
    "Sonnenschein",
    "correcthorsebatterystaple",
    "kartoffelsalat",
    "Butterfly",
    "trustnoone",
    "PurpleMonkeyDishwasher",
)


@dataclass(frozen=True)
class Sample:
    """A secret as it stands in a note."""

    kind: str
    text: str
    secrets: tuple[str, ...]
    """What must not be learned."""


class Maker:
    """Draws the parts of secrets."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def draw(self, alphabet: str, length: int) -> str:
        """Return `length` characters; a long one has figures and both cases where the alphabet has them."""
        while True:
            text = "".join(self.random.choice(alphabet) for _ in range(length))
            kinds = (DIGITS, LOWER, UPPER)
            wanted = [kind for kind in kinds if set(kind) & set(alphabet)]
            if length < 16 or all(sum(c in kind for c in text) >= 2 for kind in wanted):
                return text

    def uuid(self) -> str:
        return "-".join(self.draw(HEX, length) for length in (8, 4, 4, 4, 12))

    def password(self) -> str:
        """Return a password with figures and signs."""
        word = self.random.choice(("korova", "Winter", "tr0ub", "blue", "Hannah", "P4ss", "Regen", "quelle"))
        return (
            word
            + self.random.choice("!#-+_.")
            + self.draw(DIGITS, 3)
            + self.random.choice(("x", "Q", "!", "zz"))
        )

    def plain(self) -> str:
        """Return a password of letters alone."""
        return self.random.choice(PASSWORDS)


def provider_keys(make: Maker) -> Iterator[tuple[str, str]]:
    """Yield a key or token of each provider."""
    d = make.draw
    yield "AWS", "AKIA" + d(UPPER + "234567", 16)
    yield "AWS session", "ASIA" + d(UPPER + "234567", 16)
    yield "Google API", "AIza" + d(WORD + "-", 35)
    yield "Google OAuth", "GOCSPX-" + d(WORD + "-", 28)
    yield "Google access", "ya29." + d(WORD + "-", 60)
    for name in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"):
        yield "GitHub", name + d(ALNUM, 36)
    yield "GitHub", "github_pat_" + d(ALNUM, 22) + "_" + d(ALNUM, 59)
    for name in ("glpat-", "gldt-", "glrt-"):
        yield "GitLab", name + d(WORD + "-", 20)
    yield "Bitbucket", "ATBB" + d(ALNUM, 32)
    yield "Atlassian", "ATATT3xFfGF0" + d(WORD + "-", 170) + "=" + d(HEX, 8).upper()
    yield "Slack", "xoxb-" + d(DIGITS, 12) + "-" + d(DIGITS, 12) + "-" + d(ALNUM, 24)
    yield "Slack", "xoxp-" + "-".join(d(DIGITS, 11) for _ in range(3)) + "-" + d(HEX, 32)
    yield "Slack", "xapp-1-A" + d(UPPER + DIGITS, 10) + "-" + d(DIGITS, 13) + "-" + d(HEX, 64)
    yield (
        "Slack webhook",
        f"https://hooks.slack.com/services/T{d(UPPER + DIGITS, 8)}/B{d(UPPER + DIGITS, 8)}/{d(ALNUM, 24)}",
    )
    yield "Discord", "M" + d(ALNUM, 23) + "." + d(ALNUM, 6) + "." + d(WORD, 38)
    yield "Discord webhook", f"https://discord.com/api/webhooks/{d(DIGITS, 18)}/{d(WORD + '-', 68)}"
    yield "Telegram", d("123456789", 1) + d(DIGITS, 9) + ":AA" + d(WORD + "-", 33)
    for name in ("sk_live_", "rk_live_", "sk_test_"):
        yield "Stripe", name + d(ALNUM, 24)
    yield "Stripe webhook", "whsec_" + d(ALNUM, 32)
    yield "PayPal", "access_token$production$" + d(LOWER + DIGITS, 16) + "$" + d(HEX, 32)
    yield "Square", "sq0atp-" + d(WORD, 22)
    yield "Square", "EAAA" + d(WORD, 60)
    yield "Twilio", "SK" + d(HEX, 32)
    yield "Twilio", "AC" + d(HEX, 32)
    yield "SendGrid", "SG." + d(WORD, 22) + "." + d(WORD, 43)
    yield "Mailgun", "key-" + d(HEX, 32)
    yield "Mailchimp", d(HEX, 32) + "-us" + d("123456789", 1)
    yield "Brevo", "xkeysib-" + d(HEX, 64) + "-" + d(ALNUM, 16)
    yield "OpenAI", "sk-" + d(ALNUM, 48)
    yield "OpenAI", "sk-proj-" + d(WORD + "-", 74) + "T3Blbk" + "FJ" + d(WORD, 74)
    yield "Anthropic", "sk-ant-api03-" + d(WORD + "-", 93) + "AA"
    yield "Hugging Face", "hf_" + d(ALNUM, 34)
    yield "Replicate", "r8_" + d(ALNUM, 37)
    yield "Groq", "gsk_" + d(ALNUM, 52)
    yield "xAI", "xai-" + d(ALNUM, 80)
    yield "Perplexity", "pplx-" + d(ALNUM, 48)
    yield "npm", "npm_" + d(ALNUM, 36)
    yield "PyPI", "pypi-AgEIcHlwaS5vcmc" + d(WORD + "-", 120)
    yield "RubyGems", "rubygems_" + d(HEX, 48)
    yield "Docker", "dckr_pat_" + d(WORD + "-", 27)
    yield "crates.io", "cio" + d(ALNUM, 32)
    yield "NuGet", "oy2" + d(LOWER + DIGITS, 43)
    yield "Heroku", "HRKU-" + make.uuid()
    yield "DigitalOcean", "dop_v1_" + d(HEX, 64)
    yield "Netlify", "nfp_" + d(ALNUM, 36)
    yield "Supabase", "sbp_" + d(HEX, 40)
    yield "PlanetScale", "pscale_tkn_" + d(WORD + "-", 43)
    yield "Databricks", "dapi" + d(HEX, 32)
    yield "Doppler", "dp.pt." + d(ALNUM, 43)
    yield "Vault", "hvs." + d(WORD + "-", 90)
    yield "Vault", "s." + d(ALNUM, 24)
    yield "Terraform", d(ALNUM, 14) + ".atlasv1." + d(WORD + "-", 67)
    yield "Grafana", "glsa_" + d(ALNUM, 32) + "_" + d(HEX, 8)
    yield "Grafana", "glc_" + d(BASE64, 80)
    yield "New Relic", "NRAK-" + d(UPPER + DIGITS, 27)
    yield "Sentry", "sntrys_" + d(BASE64, 100)
    yield "Sentry address", f"https://{d(HEX, 32)}@o{d(DIGITS, 6)}.ingest.sentry.io/{d('123456789', 7)}"
    yield "Shopify", "shpat_" + d(HEX, 32)
    yield "Airtable", "pat" + d(ALNUM, 14) + "." + d(HEX, 64)
    yield "Notion", "secret_" + d(ALNUM, 43)
    yield "Notion", "ntn_" + d(ALNUM, 46)
    yield "Linear", "lin_api_" + d(ALNUM, 40)
    yield "Asana", "1/" + d("123456789", 16) + ":" + d(HEX, 32)
    yield "Dropbox", "sl." + d(WORD + "-", 136)
    yield "Figma", "figd_" + d(WORD + "-", 40)
    yield "Mapbox", "sk.eyJ1Ijoi" + d(ALNUM, 60) + "." + d(ALNUM, 22)
    yield "Facebook", "EAAC" + d(ALNUM, 120)
    yield "Twitter", "A" * 22 + d(ALNUM + "%", 70)
    yield "Postman", "PMAK-" + d(HEX, 24) + "-" + d(HEX, 34)
    yield "JWT", "eyJ" + d(ALNUM, 33) + ".eyJ" + d(ALNUM, 70) + "." + d(WORD + "-", 43)
    yield "1Password", "A3-" + "-".join(d(UPPER + DIGITS, n) for n in (6, 6, 5, 5, 5, 5))
    yield "1Password", "ops_eyJ" + d(BASE64[:-2], 200)
    yield "age", "AGE-SECRET-KEY-1" + d(BECH32.upper(), 58)
    yield "Tailscale", "tskey-auth-" + d(ALNUM, 12) + "CNTRL-" + d(ALNUM, 32)
    yield "ngrok", "2" + d(ALNUM, 26) + "_" + d(ALNUM, 21)
    yield "Azure secret", d(ALNUM, 3) + "8Q~" + d(ALNUM + "_.~-", 34)
    yield "Fly.io", "FlyV1 fm2_" + d(BASE64, 120)
    yield "LangSmith", "lsv2_pt_" + d(HEX, 32) + "_" + d(HEX, 10)
    yield "Resend", "re_" + d(ALNUM, 8) + "_" + d(ALNUM, 24)
    yield "Dynatrace", "dt0c01." + d(BASE32, 24) + "." + d(BASE32, 64)
    yield "Contentful", "CFPAT-" + d(WORD + "-", 43)
    yield "Pulumi", "pul-" + d(HEX, 40)
    yield "HubSpot", "pat-na1-" + make.uuid()
    yield "Razorpay", "rzp_live_" + d(ALNUM, 14)
    yield "Twitch", "oauth:" + d(LOWER + DIGITS, 30)
    yield "Nostr", "nsec1" + d(BECH32, 58)
    yield "WIF", wif(make, compressed=False)
    yield "WIF", wif(make, compressed=True)
    yield "xprv", "xprv9s21ZrQH143K" + d(BASE58, 95)


def wif(make: Maker, *, compressed: bool) -> str:
    """Return a private key as wallets export it, with its checksum."""
    payload = b"\x80" + make.random.randbytes(32) + (b"\x01" if compressed else b"")
    payload += hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(payload, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return text


KEY_PLACES = (
    "{}",
    "The key is {} for now.",
    "- token: `{}`",
    "export KEY={}",
    "| ci | {} |",
    '  "key": "{}",',
    "({})",
    "> {}",
)


LETTERS_NOT_ENOUGH = ("Password .... : {}",)


def blocks(make: Maker) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield keys and lists of many lines: their kind, text, and each line that must not be learned."""
    dashes = "-" * 5
    for name in (
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "DSA PRIVATE KEY",
    ):
        body = [make.draw(BASE64, 64) for _ in range(6)] + [make.draw(BASE64, 30) + "=="]
        key = [f"{dashes}BEGIN {name}{dashes}", *body, f"{dashes}END {name}{dashes}"]
        yield name, "\n".join(key), tuple(body)
        yield f"{name}, quoted", "\n".join(f"> {line}" for line in key), tuple(body)
        yield f"{name}, indented", "\n".join(f"    {line}" for line in key), tuple(body)
        yield f"{name}, in one line", '"key": "' + "\\n".join(key) + '\\n"', tuple(body)
        yield f"{name}, without end", "\n".join(key[:-1]), tuple(body)
    body = [make.draw(BASE64, 64) for _ in range(12)] + ["=" + make.draw(BASE64, 4)]
    header = f"{dashes}BEGIN PGP PRIVATE KEY BLOCK{dashes}\nVersion: GnuPG v2\nComment: of no use\n\n"
    yield "PGP", header + "\n".join(body) + f"\n{dashes}END PGP PRIVATE KEY BLOCK{dashes}", tuple(body)
    public, private = [make.draw(BASE64, 64) for _ in range(3)], [make.draw(BASE64, 64) for _ in range(3)]
    yield "PuTTY", "\n".join(
        ["PuTTY-User-Key-File-3: ssh-ed25519", "Encryption: none", "Comment: anna@host", "Public-Lines: 3",
         *public, "Private-Lines: 3",
         *private, "Private-MAC: " + make.draw(HEX, 64)]), tuple(private)  # fmt: skip
    codes = [f"{make.draw(LOWER + DIGITS, 5)}-{make.draw(LOWER + DIGITS, 4)}1" for _ in range(10)]
    for label in (
        "GitHub recovery codes:",
        "## Backup codes",
        "Backup-Codes für Google",
        "codes de secours :",
        "códigos de recuperación",
        "резервные коды",
    ):
        yield "recovery codes", f"{label}\n\n" + "\n".join(f"- {code}" for code in codes), tuple(codes)
    eights = [f"{make.draw(DIGITS, 4)} {make.draw(DIGITS, 4)}" for _ in range(10)]
    yield (
        "recovery codes",
        "Google backup codes\n\n" + "\n".join(f"{n}. {code}" for n, code in enumerate(eights, 1)),
        tuple(eights),
    )
    pairs = [make.draw(DIGITS, 8) for _ in range(6)]
    yield "recovery codes", "Recovery codes: " + ", ".join(pairs), tuple(pairs)
    rows = [make.password() for _ in range(3)]
    table = "| Site | User | Password |\n|---|---|---|\n" + "\n".join(
        f"| s{n} | anna | {row} |" for n, row in enumerate(rows)
    )
    yield "table", table, tuple(rows)
    words = make.random.sample(PASSWORDS, 3)
    table = "| Dienst | Passwort |\n| --- | --- |\n" + "\n".join(
        f"| d{n} | `{word}` |" for n, word in enumerate(words)
    )
    yield "table", table, tuple(words)
    yield (
        "table",
        "name,url,username,password\n"
        + "\n".join(f"s{n},https://s{n}.example.org,anna,{row}" for n, row in enumerate(rows)),
        tuple(rows),
    )
    for shape in ("{}-{}-{}-{}-{}",):
        licence = shape.format(*(make.draw(UPPER + DIGITS, 4) + "7" for _ in range(5)))
        yield "licence key", f"Office: {licence}", (licence,)
        yield "licence key", licence, (licence,)
    yield (
        "base32 in groups",
        "authenticator setup key: " + (g := " ".join(make.draw(LOWER + "234567", 4) for _ in range(8))),
        (g,),
    )
    user = base64.b64encode(f"anna:{make.password()}".encode()).decode()
    yield "Basic header", f"Authorization: Basic {user}", (user,)


def phrases(make: Maker, known: list[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the words of wallets, in a row and as lists."""
    for count in (12, 15, 18, 21, 24):
        words = make.random.sample(known, count)
        row = " ".join(words)
        yield f"{count} words", row, (row,)
        yield f"{count} words", f"Seed phrase: {row}", (row,)
        yield (
            f"{count} words",
            "\n".join(f"{n}. {word}" for n, word in enumerate(words, 1)),
            tuple(f". {word}\n" for word in words[:-1]),
        )
        yield f"{count} words", "Wallet:\n\n" + "\n".join(words), (f"\n{words[3]}\n{words[4]}\n",)
        yield (
            f"{count} words",
            " ".join(f"{n}. {word}" for n, word in enumerate(words, 1)),
            (f"{words[3]} 5. {words[4]}",),
        )


def samples(seed: int, known: list[str]) -> list[Sample]:
    """Return the whole set for a seed; `known` are the words of BIP-39."""
    make = Maker(seed)
    found: list[Sample] = []
    for number, (kind, key) in enumerate(provider_keys(make)):
        for place in ("{}", KEY_PLACES[1 + (number + seed) % (len(KEY_PLACES) - 1)]):
            found.append(Sample(f"provider: {kind}", place.format(key), (key,)))
    for kind, place, alphabet, length in LABELLED_KEYS:
        key = make.draw(alphabet, length)
        found.append(Sample(f"labelled: {kind}", place.format(key), (key,)))
    drawn: tuple[tuple[str, Callable[[], str]], ...] = (
        ("password", make.password),
        ("plain password", make.plain),
    )
    for kind, draw in drawn:
        for place in PASSWORD_PLACES:
            value = draw()
            if kind == "password" or place not in LETTERS_NOT_ENOUGH:
                found.append(Sample(kind, place.format(value), (value,)))
    for kind, text, secrets in blocks(make):
        found.append(Sample(f"block: {kind}", text, secrets))
    for kind, text, secrets in phrases(make, known):
        found.append(Sample(f"phrase: {kind}", text, secrets))
    found += [Sample(f"number: {kind}", text, (number,)) for kind, text, number in numbers(make.random)]
    return found
