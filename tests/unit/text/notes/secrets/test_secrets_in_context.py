"""Secrets in the contexts in which people note them, and prose that only resembles them."""

from __future__ import annotations

import random
import string
from hashlib import sha256

import pytest

from rnnchat.text.notes.secrets import screen
from rnnchat.text.notes.secrets.recovery_phrases import _bip39

WORDS = sorted(_bip39())
RANDOM = random.Random(20)


def letters(count: int, of: str = string.ascii_letters + string.digits) -> str:
    return "".join(RANDOM.choice(of) for _ in range(count))


def password() -> str:
    return (
        f"{letters(4, string.ascii_lowercase)}{letters(3, string.ascii_uppercase)}{letters(3, '23456789')}!"
    )


def checked_phrase(count: int) -> list[str]:
    """Return a phrase with a right checksum."""
    entropy = RANDOM.randbytes(count * 4 // 3)
    size = count // 3
    number = int.from_bytes(entropy, "big") << size | sha256(entropy).digest()[0] >> (8 - size)
    return [WORDS[number >> 11 * place & 2047] for place in reversed(range(count))]


def wrong_phrase(count: int) -> list[str]:
    """Return a phrase of different words whose checksum is wrong."""
    words = RANDOM.sample(WORDS, count)
    number = 0
    for word in words:
        number = number << 11 | WORDS.index(word)
    size = count // 3
    right = sha256((number >> size).to_bytes(size * 4, "big")).digest()[0] >> (8 - size)
    return wrong_phrase(count) if right == number & ((1 << size) - 1) else words


@pytest.mark.parametrize(
    "text", ["word " * 15_000, "word\n" * 24, "zoo able " * 6, "word able zoo acid " * 6]
)
def test_words_of_the_list_said_again_and_again_are_prose(text: str) -> None:
    assert screen(text).secrets == ()


def test_a_long_run_of_words_of_the_list_is_prose() -> None:
    assert screen(" ".join(RANDOM.sample(WORDS, 200))).secrets == ()


def test_words_of_the_list_within_a_sentence_are_prose_unless_their_checksum_is_right() -> None:
    assert screen(f"we said {' '.join(wrong_phrase(12))} and left").secrets == ()
    assert screen(f"we said {' '.join(checked_phrase(12))} and left").secrets


@pytest.mark.parametrize("count", [12, 15, 18, 21, 24])
def test_a_phrase_is_left_out_in_each_way_to_write_it(count: int) -> None:
    words = wrong_phrase(count)
    row = " ".join(words)
    numbered = "\n".join(f"{number}. {word}" for number, word in enumerate(words, 1))
    wrapped = " ".join(words[:7]) + "\n" + " ".join(words[7:])
    for text in (row, f"seed phrase: {row}", numbered, wrapped, f"my wallet\n\n{row}"):
        left = screen(f"A day by the sea.\n\n{text}\n\nThe rain came.").text
        assert words[2] + " " + words[3] not in left, text
        assert f"{words[5]}\n" not in left, text


CONTEXTS = """
login bob / @
Hi Tom, login is tom / @ for the portal.
creds bob:@
user bob, pass @
user: bob pwd: @
wifi: HomeNet / @
mon mdp c'est @
mon mdp c'est @nosign
пароль от почты @
пароль от почты @nosign
mein Passwort ist @
das Passwort lautet @
la contraseña es @
la clave del wifi es @
a senha é @
hasło to @
密码是@
パスワードは @ です
code wifi : @
setPassword("@")
SECRET_KEY_BASE=@?
Authorization: Bearer @
curl -H 'Authorization: Token @' https://api.example.org
variable "db_password" {\\n  default = "@"\\n}
""".strip().splitlines()


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_password_is_left_out_in_the_context(context: str) -> None:
    value = letters(14) + "7a" if "Authorization" in context else password()
    if context.endswith("@nosign"):
        context, value = context.removesuffix("nosign"), value.rstrip("!")
    text = context.replace("\\n", "\n").replace("@", value)
    assert value not in screen(f"A day by the sea.\n\n{text}\n\nThe rain came.").text


@pytest.mark.parametrize(
    "line",
    [
        'password: "my dog ate 7 shoes"',
        "passphrase = 'blue cats run 9 miles'",
        'Passwort: "der Hund frisst 3 Schuhe"',
        'password: "every otter swims past home"',
    ],
)
def test_a_quoted_passphrase_of_a_sentence_is_left_out(line: str) -> None:
    assert screen(line).secrets


def test_hashes_vaults_and_manifests_are_left_out() -> None:
    hashed = letters(53)
    for line in (
        f"bob:$2y$10${hashed}",
        f"bob:$apr1$abcdefgh${hashed[:22]}",
        f"root:$6$ab${hashed}:19000:0:::",
    ):
        assert hashed[:22] not in screen(line).text
    vault = [letters(70, "3456") for _ in range(3)]
    left = screen("pw: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  " + "\n  ".join(vault) + "\nafter: 1").text
    assert not any(line in left for line in vault)
    assert "after: 1" in left
    value = letters(16)
    left = screen(f"kind: Secret\nmetadata:\n  name: keys\ndata:\n  config: {value}\ntype: Opaque").text
    assert value not in left
    assert "name: keys" in left
    assert "type: Opaque" in left


@pytest.mark.parametrize(
    "line",
    [
        "Login bob / alice both tried it.",
        "the wifi: slow / bad",
        "Login 12/05/2024 worked",
        "user: anna, Python3 and PostgreSQL16 learner",
        "account: see Chapter12 / Section4",
        "la contraseña es incorrecta",
        "La clave del éxito es trabajar.",
        "Das Passwort ist 12 Zeichen lang",
        "mon mdp c'est compliqué",
        "hasło to ważna sprawa",
        "密码是什么",
        'password: "Must be at least 8 characters"',
        'password: "Enter your password"',
        'password: "wrong password, 3 attempts left"',
        "Authorization: Bearer tokens are short-lived",
        "kind: Secret",
        "The bcrypt hash begins with $2y$10$ and a salt.",
    ],
)
def test_prose_that_resembles_them_is_learned(line: str) -> None:
    assert screen(f"Before.\n\n{line}\n\nAfter.").secrets == ()
