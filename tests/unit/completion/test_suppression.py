"""What a suggestion must not repeat, and where nothing is shown unasked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.completion.suppression import (
    is_command_line,
    is_secret,
    is_secret_value,
    is_unwanted,
    rest_of_line,
    without_repetition,
)


@pytest.mark.parametrize(
    ("text", "before", "after", "left"),
    [
        ("the garden", "We sat in ", "", "the garden"),
        ("the garden", "We sat in ", "the garden.", ""),
        ("the garden", "We sat in ", "the kitchen.", ""),
        (" the garden", "We sat in", " the kitchen.", ""),
        ("the old garden", "We sat in ", "garden chairs.", "the old"),
        ("the old garden", "We sat in ", "gardens.", "the old garden"),
        ("rden", "We sat in the ga", " garden", ""),
        ("rden gate", "We sat in the ga", " gate.", "rden"),
        ("rden", "We sat in the ga", "rden", ""),
        ("rden", "We sat in the ga", "te", ""),
        (" again", "We sat in the garden", ", again and again", ""),
        ("again", "We sat there ", ")", "again"),
        ("garden", "We sat in the ", "\ngarden", ""),
        ("Garden", "We sat in the ", "\nGarden", "Garden"),
        ("garden", "We sat in the ", "\n\ngarden", "garden"),
        ("公园", "我们去", "公园散步", ""),
        ("家", "我们去", "公园散步", "家"),
    ],
)
def test_what_stands_after_the_cursor_is_not_suggested(text: str, before: str, after: str, left: str) -> None:
    assert without_repetition(text, before, after) == left


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=40))
def test_what_is_left_is_a_beginning(text: str, before: str, after: str) -> None:
    left = without_repetition(text, before, after)
    assert text.startswith(left)
    assert without_repetition(text, before, "") == text
    is_unwanted(before, after)


def test_a_sentence_goes_on_in_the_next_line() -> None:
    assert rest_of_line(" \n  and so on\nNext") == " and so on"
    assert rest_of_line("\nNext") == ""
    assert rest_of_line(")\n") == ")"


@pytest.mark.parametrize(
    ("after", "is_shown"),
    [("", True), (").", True), ("\nA new line", True), (" and so on", False), ("x", False), ('",', True)],
)
def test_nothing_is_shown_inside_a_line(after: str, is_shown: bool) -> None:
    assert is_unwanted("It rained all day, and we ", after) is not is_shown


@pytest.mark.parametrize(
    "before",
    [
        "My password is ",
        "The wifi password: blue",
        "export STRIPE_API_KEY=sk",
        'db_password = "hor',
        "Authorization: Bearer ey",
        "mysql -u root --password ",
        "one-time pin: 4",
        "recovery token ",
        "admin passphrase",
        "see commit 3fa94c1b7de04a5c9",
        "Passwort: ",
    ],
)
def test_nothing_is_shown_where_a_secret_is_typed(before: str) -> None:
    assert is_secret(before)
    assert is_unwanted(before)


@pytest.mark.parametrize(
    "before",
    [
        "I forgot my password again, and the mail to reset it did not ",
        "The secret of a good soup is that it ",
        "A token is what users call a piece of ",
        "The pin on the map showed where we ",
        "Our 2 cats ",
        "In 1984 he wrote the ",
        "internationalisation",
    ],
)
def test_writing_about_secrets_is_no_secret(before: str) -> None:
    assert not is_secret(before)


@pytest.mark.parametrize(
    "before",
    [
        "git rebase --on",
        "kubectl describe po",
        "$ ",
        "$ ls -l ",
        "me@laptop:~/notes$ cat tod",
        "ssh root@",
        "docker run -it ",
        "sudo apt install ",
        "make -j",
        "cd ../no",
        "$ git status\n$ git add ",
    ],
)
def test_nothing_is_shown_in_a_terminal(before: str) -> None:
    assert is_command_line(before)


@pytest.mark.parametrize(
    "before",
    [
        "Git is a ",
        "git is what we use for the ",
        "make sure that you ",
        "go to the ",
        "docker is the tool that ",
        "The command is git ",
        "To list the branches:\n\n    git branch --",
        "- cd into the folder ",
        "cat",
        "",
    ],
)
def test_prose_about_commands_is_prose(before: str) -> None:
    assert not is_command_line(before)


def test_a_menu_is_empty_only_where_the_value_of_a_secret_is_typed() -> None:
    assert is_secret_value("Notes of May\nMy password: ")
    assert is_secret_value("My password: hun")
    for before in ("My password: hunter2 ", "token", "The pin", "f3a9c1d2e4b5f6a7 is the commit that "):
        assert not is_secret_value(before)
