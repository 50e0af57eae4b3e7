"""Lines that are longer than a terminal is wide are broken between words, and nowhere else."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.cli.wrapping import fit, width, wrap

COMMAND = "`rnnchat train --resume --name 'me'`"
WORDS = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="`"), min_size=1, max_size=12)


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_short_line_stays_as_it_is() -> None:
    assert wrap("  read        798 B", 80, last="/notes/a.md") == "  read        798 B /notes/a.md"


def test_lines_below_are_indented_under_their_own() -> None:
    assert wrap("  skip  not a notes format, as it seems", 24) == (
        "  skip  not a notes\n    format, as it seems"
    )
    assert wrap("Stopped. What was learned is saved.", 24) == "Stopped. What was\nlearned is saved."
    assert (
        wrap("   label  some words of a value", 24, indent=10) == "   label  some words of\n          a value"
    )


def test_a_path_is_never_broken() -> None:
    path = "/notes/a folder with blanks/and a long name.md"
    assert wrap("  skip  empty:", 30, last=path) == f"  skip  empty:\n    {path}"


def test_a_command_between_backticks_is_never_broken() -> None:
    assert wrap(f"To continue, run {COMMAND}.", 40) == f"To continue, run\n{COMMAND}."


def test_each_line_of_several_is_broken_by_itself() -> None:
    assert wrap("one two three four five six\nseven", 20) == "one two three four\nfive six\nseven"


def test_wide_characters_take_two_columns() -> None:
    assert width("日本 é") == 6
    assert wrap("日本語 日本語 日本語 日本語", 20) == "日本語 日本語 日本語\n日本語"


@given(st.lists(WORDS, min_size=1, max_size=30), st.integers(20, 100))
def test_no_word_is_lost_or_broken(words: list[str], columns: int) -> None:
    wrapped = wrap(" ".join(words), columns)
    assert wrapped.split() == words
    assert all(width(line) <= columns or " " not in line for line in wrapped.split("\n"))


def test_only_a_terminal_gets_broken_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    text = "a line of more than twenty columns"
    assert fit(text, io.StringIO(), last="/a path") == f"{text} /a path"
    assert fit(text, Terminal()) == "a line of more than\ntwenty columns"
