"""What is copied into a translation, and what stands for it meanwhile."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.translation.copied_names import CopiedNames
from rnnchat.tasks.translation.number_style import NumberStyle, number_key
from rnnchat.tasks.translation.placeholders import (
    COMPOUND_PLACEHOLDERS,
    COPY_PLACEHOLDERS,
    NUMBER_PLACEHOLDERS,
    copied_parts,
    has_own_words,
    mask_pair,
    mask_sentence,
    without_placeholders,
)

N1, N2, *_ = NUMBER_PLACEHOLDERS
T1, *_ = COMPOUND_PLACEHOLDERS
C1, C2, *_ = COPY_PLACEHOLDERS
FRENCH = NumberStyle(" ", ",", " h ")


def no_name(word: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I have 3 cats and 12 dogs.", ["3", "12"]),
        ("At 11:30 on 5/6/2024, or 14 h 30", ["11:30", "5/6/2024", "14 h 30"]),
        ("It costs $1,000.50 or 1 000 €, 5%.", ["$1,000.50", "1 000 €", "5%"]),
        ("Call 06 12 34 56 78 from room 12B at 6PM", ["06 12 34 56 78", "12B", "6"]),
        ("Minus -5 is 5-3.", ["-5", "5-3"]),
        ("My 5th of 1990s", ["5", "1990"]),
        ("See https://x.org/a?b=1, ok? (www.x.org)", ["https://x.org/a?b=1", "www.x.org"]),
        ("Mail a.b@c.org or @joe.", ["a.b@c.org", "@joe"]),
        ("Call foo_bar() with `ls -l` --help in notes.txt", ["foo_bar()", "`ls -l`", "--help", "notes.txt"]),
        ("My iPhone has an MP3 player 🙂👍🏽!", ["iPhone", "MP3", "🙂👍🏽"]),
        ("At 9 a.m. in the U.S., e.g. and/or this", ["9"]),
        ("-Where is it? -Here, with -n or --no-color", ["-n", "--no-color"]),
        ("Press Ctrl+S, Alt + Tab or F5.", ["Ctrl+S", "Alt + Tab", "F5"]),
        ('An <a href="x y">old</a> and <i>new</i> b < c, d > e', ['<a href="x y">', "</a>", "<i>", "</i>"]),
        ("Where is the station?", []),
    ],
)
def test_parts_that_are_copied(text: str, parts: list[str]) -> None:
    assert [part.text for part in copied_parts(text, no_name)] == parts
    masked = mask_sentence(text, no_name)
    assert list(masked.values.values()) == parts
    assert masked.fill(masked.text) == text


@given(st.text(alphabet="aB 1,.:-_@/`h🙂\u00a0三", max_size=40))
def test_a_text_is_restored_whatever_it_is(text: str) -> None:
    masked = mask_sentence(text, lambda word: True)
    assert masked.fill(masked.text) == text
    assert masked.missing(masked.text) == []


@pytest.mark.parametrize(
    "part", ["x", "a.", "a-", "_", "x_", "1 ", "1 000 ", "/a", "A", "@", "🙂", "<a", "Ctrl+", "<a>"]
)
def test_long_texts_take_no_time(part: str) -> None:
    began = time.process_time()
    copied_parts(part * (20_000 // len(part)), no_name)
    assert time.process_time() - began < 1


def test_what_stands_in_both_sentences_is_replaced_in_both() -> None:
    pair = ("Tom paid 1,000 yen in 1990 at 4:30, not 7.", "Tom paya 1 000 yens en 1990 à 4 h 30.")
    source, target = mask_pair(*pair, no_name)
    assert source == f"Tom paid {N1} yen in {N2} at {T1}, not 7."
    assert target == f"Tom paya {N1} yens en {N2} à {T1}."
    named = mask_pair("Zoltan saw Tom.", "Zoltan vit Tom.", lambda word: word == "Zoltan", [1, 0])
    assert named == (f"{C2} saw Tom.", f"{C2} vit Tom.")
    assert mask_pair("three cats", "3 chats", no_name) == ("three cats", "3 chats")


def test_prices_are_the_same_wherever_their_sign_stands() -> None:
    assert number_key("$1,000") == number_key("1 000 $") == "1000$"
    assert mask_pair("It is $5.", "Ça fait 5 $.", no_name) == (f"It is {T1}.", f"Ça fait {T1}.")
    assert mask_pair("It is $5.", "Ça fait 5 €.", no_name) == ("It is $5.", "Ça fait 5 €.")


def test_more_parts_than_placeholders_stay() -> None:
    masked = mask_sentence(" ".join(map(str, range(10))), no_name)
    assert masked.text.endswith(f"{NUMBER_PLACEHOLDERS[-1]} 8 9")


def test_what_is_missing_is_known_and_foreign_placeholders_vanish() -> None:
    masked = mask_sentence("3 or 4", no_name)
    assert masked.missing(f"{N1}") == ["4"]
    assert masked.fill(f"{N2} {C1}{N1}") == "4 3"
    assert without_placeholders(f"a{N1}{C2}b") == "ab"


@pytest.mark.parametrize(
    ("number", "french"),
    [
        ("1,000", "1 000"),
        ("1,234,567.5", "1 234 567,5"),
        ("3.5", "3,5"),
        ("2:30", "2 h 30"),
        ("2024-05-06", "2024-05-06"),
        ("11", "11"),
        ("$1,000", "$1 000"),
        ("3.5%", "3,5%"),
        ("06 12 34 56 78", "06 12 34 56 78"),
    ],
)
def test_numbers_take_the_style_of_the_other_language(number: str, french: str) -> None:
    assert FRENCH.apply(number) == french
    assert number_key(number) == number_key(french)
    assert NumberStyle().apply(number) == number


def test_the_style_is_learned_and_saved() -> None:
    numbers = [("1,000", "1 000"), ("3.5", "3,5"), ("2:30", "2 h 30")] * 3 + [("4:10", "4h10")]
    style = NumberStyle.learned_from(numbers)
    assert style == FRENCH
    assert NumberStyle.from_text(style.to_text()) == style
    assert NumberStyle.from_text(NumberStyle().to_text()) == NumberStyle()
    assert NumberStyle.learned_from(numbers[:2]) == NumberStyle()
    with pytest.raises(ValueError, match="style"):
        NumberStyle.from_text("=\t=")


@pytest.mark.parametrize(
    ("text", "has_words"),
    [("42", False), ("🙂", False), ("...", False), ("a@b.org, 3", False), ("I", True), ("猫", True)],
)
def test_texts_without_words(text: str, has_words: bool) -> None:
    assert has_own_words(text) is has_words


def test_names_are_found_in_pairs() -> None:
    pairs = [(f"I saw {name} today.", f"J'ai vu {name}.") for name in ["Zoltan"] * 3 + ["Tom"] * 40]
    pairs += [("I saw London.", "J'ai vu Londres."), ("Paul is here.", "Paul est là.")]
    names = CopiedNames.found_in(pairs)
    assert (names.rare, names.frequent) == ({"Zoltan"}, {"Tom"})
    is_name = names.is_name({"london", "tom", "o", "i", "m"}.__contains__)
    found = [is_name(word) for word in ("Zoltan", "Tom", "London", "Ewelina", "O'Neill", "I'm")]
    assert found == [True, False, False, True, True, False]
    assert mask_sentence("Zoltan's cat", is_name).text == f"{C1}'s cat"
