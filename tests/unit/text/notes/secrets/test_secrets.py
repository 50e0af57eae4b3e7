"""Secrets in notes: what is left out, what stays, and what a person may allow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.text.notes.secrets import ALLOW_COMMENT, screen
from tests.benchmarks.secrets import known_words, missed
from tests.unit.text.notes.secrets.secret_samples import Maker, Sample, samples

KNOWN = known_words()
SET = samples(0, KNOWN)
DASHES = "-" * 5


def kinds(text: str) -> list[str]:
    return [kind for _, kind in screen(text).secrets]


@pytest.mark.parametrize("family", sorted({sample.kind.split(":")[0] for sample in SET}))
def test_of_each_family_all_but_one_in_a_hundred_are_left_out(family: str) -> None:
    own = [
        sample for seed in (1, 2) for sample in samples(seed, KNOWN) if sample.kind.split(":")[0] == family
    ]
    wrong = [sample.text for sample in own if missed(sample)]
    assert len(wrong) <= len(own) // 100, wrong


def test_the_set_is_large_and_of_many_kinds() -> None:
    assert len(SET) > 500
    assert len({sample.kind for sample in SET}) > 100
    wrong = [sample for sample in SET if missed(sample)]
    assert len(wrong) <= len(SET) // 100, wrong


def test_a_sample_that_is_learned_counts_as_missed() -> None:
    assert missed(Sample("x", "nothing here but words", ("nothing here",)))


HARMLESS = """
the password: ask Anna
Password: see the safe
Password: required
password: str
password: string
password = get_password()
password = params[:password]
password: params[:password],
new_user.password = params[:password]
  field :password, :string
password: ${{ secrets.DB_PASSWORD }}
password: $PASSWORD
DB_PASSWORD=${DB_PASSWORD}
PASSWORD=<your password>
POSTGRES_PASSWORD=postgres
MYSQL_ALLOW_EMPTY_PASSWORD: yes
api_key: your-api-key
api_key = os.environ["API_KEY"]
const key = process.env.SECRET_KEY
openai.api_key = "sk-..."
export GOOGLE_API_KEY='... your key here ...'
Authorization: Bearer <token>
Authorization: Bearer $TOKEN
-H "x-api-key: $ANTHROPIC_API_KEY"
curl -u user:password https://example.org
curl -u $USER:$PASS https://example.org
psql postgres://username:password@host.com/shop
DATABASE_URL=postgres://postgres:postgres@localhost:5432/shop
mysql -u root -p
docker run -p 8080:80 nginx
ssh -p 2222 anna@example.org
redis-cli -a $REDIS_PASSWORD
id-token: write
"max_tokens": 1024,
I set the wifi password last week.
The password is wrong.
The password is required.
Das Passwort ist falsch.
Le mot de passe est obligatoire.
La contraseña es obligatoria.
密码：请联系管理员
Password managers: a history
1Password: how I use it
Forgot your password? Ask for a new one.
We pass the token to `verify` as an argument.
You can pass a range to `clamp`.
the passport office in Bonn
Pin it to the wall with pin 13.
The compass: needle points north.
a bypass = two lanes
sort key: name
Press any key: space or enter
the key to success: patience
recovery codes are kept in the safe
Error code: 4040
zip code: 12345
call me at +49 170 1234567
on 2026-11-26 at 10:15:30 we met
order 1234 5678 9012 3456 arrived
commit 538696c1399ff182486e09980ba915d098b8fb23
sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
id 123e4567-e89b-42d3-a456-426614174000
![](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4)
git clone git@github.com:simonw/sqlite-s3vfs.git
see https://example.org/posts/2026/11/a-long-title-of-a-post-with-many-words
ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
AKIAXXXXXXXXXXXXXXXX
| password | string | yes |
| Name | Age |
The words BEGIN PRIVATE KEY open such a file. Copy it with care.
""".strip().split("\n")


@pytest.mark.parametrize("line", HARMLESS)
def test_what_only_speaks_of_secrets_stays(line: str) -> None:
    text = f"Before it.\n\n{line}\n\nAfter it."
    assert screen(text).text == text, screen(text).secrets


def test_a_header_in_a_sentence_takes_nothing_with_it() -> None:
    text = (
        f"Such a file starts with {DASHES}BEGIN RSA PRIVATE KEY{DASHES} here.\nCopy it with care.\n\nThe end."
    )
    assert screen(text).text == text
    text = (
        f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}\n...\n{DASHES}END RSA PRIVATE KEY{DASHES}\nCopy it with care."
    )
    assert screen(text).text == text, "no key stands between the headers"


def test_a_key_without_its_end_takes_only_its_own_lines() -> None:
    make = Maker(7)
    body = [make.draw("ABCDEFabcdef0123456789+/", 64) for _ in range(4)]
    text = "\n".join(
        ["Mine:", f"{DASHES}BEGIN OPENSSH PRIVATE KEY{DASHES}", *body, "", "We went home by the old road."]
    )
    kept = screen(text)
    assert kept.text == "Mine:\n\nWe went home by the old road."
    assert kept.secrets == ((2, "private key"),)
    assert kept.line_numbers == (1, 7, 8)


def test_where_a_secret_stands_and_of_what_kind_is_told() -> None:
    make = Maker(3)
    number = make.draw("0123456789ABCDEF", 16)
    text = f"one\npassword: {make.password()}\nthree\nkey AKIA{number} here\nfive"
    found = screen(text)
    assert found.secrets == ((2, "password"), (4, "AWS access key"))
    assert found.text == "one\nthree\nfive"
    assert found.line_numbers == (1, 3, 5)
    assert number not in repr(found.secrets)


@pytest.mark.parametrize(
    "mark",
    [
        f"# {ALLOW_COMMENT}",
        f"// {ALLOW_COMMENT}",
        f"<!-- {ALLOW_COMMENT} -->",
        f"/* {ALLOW_COMMENT} */",
        f"-- {ALLOW_COMMENT}",
        f"; {ALLOW_COMMENT}",
        ALLOW_COMMENT,
    ],
)
def test_a_line_can_be_allowed(mark: str) -> None:
    value = Maker(1).password()
    on_it = screen(f"a\npassword: {value} {mark}\npassword: {value}\nb")
    assert on_it.text == f"a\npassword: {value}\nb"
    assert on_it.secrets == ((3, "password"),)
    above = screen(f"a\n{mark}\npassword: {value}\npassword: {value}\nb")
    assert above.text == f"a\npassword: {value}\nb"
    assert above.line_numbers == (1, 3, 5)
    assert above.secrets == ((4, "password"),)


def test_a_key_of_many_lines_can_be_allowed() -> None:
    body = "\n".join(Maker(2).draw("ABCDEFabcdef0123456789+/", 64) for _ in range(3))
    key = f"{DASHES}BEGIN PRIVATE KEY{DASHES}\n{body}\n{DASHES}END PRIVATE KEY{DASHES}"
    assert screen(f"<!-- {ALLOW_COMMENT} -->\n{key}\nb").text == f"{key}\nb"


def test_a_key_is_known_in_a_comment_a_list_and_beside_a_label() -> None:
    body = [Maker(8).draw("ABCDEFabcdef0123456789+/", 64) for _ in range(3)]
    key = [f"{DASHES}BEGIN OPENSSH PRIVATE KEY{DASHES}", *body, f"{DASHES}END OPENSSH PRIVATE KEY{DASHES}"]
    for text in (
        "\n".join(f"# {line}" for line in key),
        "- " + "\n  ".join(key),
        "Server: " + "\n".join(key),
        "\r\n".join(key),
        ",\n".join(f'"{line}\\n"' for line in key),
        "private_key: |\n" + "\n".join(f"  {line}" for line in key),
    ):
        kept = screen(f"Before.\n\n{text}\n\nAfter.").text
        assert not any(line in kept for line in body), text
        assert "Before." in kept
        assert "After." in kept


def test_values_in_the_line_below_are_known() -> None:
    value = Maker(9).draw("ABCDEFabcdef0123456789", 32)
    for label in (
        "- name: API_KEY\n  value: {}",
        "Token:\n\n{}",
        "api key\n```\n{}\n```",
        "The wifi password is\n{}",
    ):
        assert value not in screen(label.format(value)).text, label


def test_the_case_of_letters_and_full_width_signs_do_not_matter() -> None:
    for text in (
        "PASSWORT： {}",
        "Ｐａｓｓｗｏｒｄ: {}",
        "pass\u200bword: {}",
        "Contrasen\u0303a: {}",
        "\u00a0password\u00a0=\u00a0{}",
    ):
        value = Maker(4).password()
        assert value not in screen(text.format(value)).text, text


def test_a_capital_i_with_a_dot_moves_no_line() -> None:
    value = Maker(5).password()
    text = "İİİİİİİİİİ\nİ stanbul\npassword: " + value + "\nİzmir"
    assert screen(text).text == "İİİİİİİİİİ\nİ stanbul\nİzmir"


@given(st.text(alphabet=st.characters(blacklist_characters="\r", blacklist_categories=("Cs",)), max_size=300))
def test_lines_that_are_kept_are_those_of_the_text(text: str) -> None:
    found = screen(text)
    lines = text.split("\n")
    assert (
        found.text.split("\n") == [lines[number - 1] for number in found.line_numbers]
        or ALLOW_COMMENT in text
    )
    assert len(found.line_numbers) == len(set(found.line_numbers))
    assert list(found.line_numbers) == sorted(found.line_numbers)
    assert found.secrets or found.text == text or ALLOW_COMMENT in text


@given(
    st.lists(
        st.sampled_from("we walked home along river and talked of bread while rain fell on roofs".split()),
        max_size=200,
    )
)
def test_text_without_anything_that_announces_a_secret_is_unchanged(words: list[str]) -> None:
    text = "\n".join(" ".join(words[n : n + 9]) for n in range(0, len(words), 9))
    assert screen(text).text == text
    assert not screen(text).secrets


@given(st.lists(st.sampled_from([sample.text for sample in SET] + ["a line of prose", ""]), max_size=6))
def test_secrets_beside_secrets_are_left_out_by_whole_lines(texts: list[str]) -> None:
    text = "\n".join(texts)
    found = screen(text)
    lines = text.split("\n")
    kept = set(found.line_numbers)
    assert all(number in kept or lines[number - 1] for number in range(1, len(lines) + 1) if number in kept)
    assert [lines[number - 1] for number in found.line_numbers] == (found.text.split("\n") if kept else [])


HOSTILE = (
    "password:", "a", "1", "a-", "://a:", "user,password\n", "| password | a |\n|---|---|\n", "abandon\n",
    "密码是", "a:1234:b:c:",
    f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}\n", "backup codes\n", '"', "password is ", "key ",
    "cookie sess", " ", "totp abcd ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_no_longer_than_twice_as_much_for_twice_as_long(piece: str) -> None:
    spent = []
    for size in (20_000, 40_000):
        start = time.process_time()
        screen((piece * (size // len(piece) + 1))[:size])
        spent.append(time.process_time() - start)
    assert spent[1] < max(0.6, 3.5 * spent[0])
    assert spent[1] < 4
