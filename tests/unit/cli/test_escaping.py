"""What is printed is safe for a terminal: text loses what could steer it, JSON spells it and stays whole."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.cli.escaping import escape_for_terminal, to_json_line

STEERING = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
]
ANY = st.text(st.characters(exclude_categories=()) | st.sampled_from(STEERING))


@pytest.mark.parametrize("character", STEERING, ids=lambda c: f"U+{ord(c):04X}")
def test_json_spells_what_a_terminal_obeys(character: str) -> None:
    line = to_json_line({"path": f"a{character}b", f"k{character}": [character]})
    assert character not in line
    assert json.loads(line) == {"path": f"a{character}b", f"k{character}": [character]}


@pytest.mark.parametrize("name", ["caf\udce9.md", "\udc80", "a\udcff\udcfeb", "\ud800", "tail \udfff"])
def test_names_that_are_not_utf8(name: str) -> None:
    line = to_json_line({"path": name})
    line.encode("utf-8")
    assert json.loads(line)["path"] == name
    escape_for_terminal(name).encode("utf-8")


def test_a_byte_of_a_name_is_spelled() -> None:
    assert escape_for_terminal("caf\udce9.md") == "caf\\xe9.md"
    assert escape_for_terminal("a\udcff\udc80") == "a\\xff\\x80"


@given(ANY)
def test_json_is_lossless_and_safe(text: str) -> None:
    # Two halves side by side are one character to JSON, so they do not come back as two.
    units = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
    for ascii_only in (False, True):
        line = to_json_line({"text": text}, ascii_only=ascii_only)
        assert json.loads(line) == {"text": units}
        assert not set(line) & set(STEERING)
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in line)
        if ascii_only:
            assert line.isascii()


@given(ANY)
def test_shown_text_is_safe(text: str) -> None:
    shown = escape_for_terminal(text)
    assert not set(shown) & (set(STEERING) - {"\n", "\t"})
    shown.encode("utf-8")


def test_what_is_no_number_in_json_is_null() -> None:
    line = to_json_line({"bits": float("nan"), "rows": [{"x": float("inf")}, 1.5], "t": (-float("inf"),)})
    assert json.loads(line, parse_constant=pytest.fail) == {
        "bits": None,
        "rows": [{"x": None}, 1.5],
        "t": [None],
    }


def test_other_scripts_stay_readable() -> None:
    assert "Łódź 日本 नमस्ते 👩‍💻" in to_json_line({"text": "Łódź 日本 नमस्ते 👩‍💻"})
