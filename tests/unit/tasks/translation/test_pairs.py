"""Tables of pairs: what is read, what is left out, and what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnchat.errors import NotesError
from rnnchat.tasks.translation.pairs import SentencePair, pair_lines, parse_pairs, read_pairs
from tests.helpers.translation import sentence_pairs, write_pairs

ROWS = [f"word{number} here\tmot{number} ici{number}" for number in range(30)]


def test_pairs_are_read_and_reversed(tmp_path: Path) -> None:
    path = write_pairs(tmp_path / "pairs.tsv")
    (tmp_path / "link.tsv").symlink_to(path)
    table = read_pairs(tmp_path / "link.tsv")
    assert list(table.pairs) == sentence_pairs()
    assert table.warnings == ()
    reversed_pairs = read_pairs(path, reverse=True).pairs
    assert [(pair.target, pair.source, pair.line) for pair in reversed_pairs] == [*sentence_pairs()]


def test_only_newlines_end_the_lines_of_a_table() -> None:
    table = parse_pairs("Good\u2028morning\tBonjour\u2028le soleil\na\x0cb\tc\x85d\r\ne\tf\rg\th\n")
    assert [tuple(pair) for pair in table.pairs] == [
        ("Good morning", "Bonjour le soleil", 1),
        ("a b", "c d", 2),
        ("e", "f", 3),
        ("g", "h", 4),
    ]


def test_what_is_no_new_pair_is_counted() -> None:
    lines = [
        "a\tb\tCC-BY 2.0, #17",
        "",
        "a \t b",
        "\tx",
        "alone",
        f"{'long ' * 61}\tx",
        "c\x1b[31m\x07\td",
        "a\tc",
    ]
    table = parse_pairs("\ufeff" + "\r\n".join(lines))
    assert [tuple(pair) for pair in table.pairs] == [("a", "b", 1), ("c", "d", 7), ("a", "c", 8)]
    assert (table.duplicates, table.incomplete, table.too_long) == (1, 2, 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes("".join(f"summer {n}\tété numéro {n}\r\n" for n in range(40)).encode(encoding))
    table = read_pairs(path)
    assert table.pairs[39].target == "été numéro 39"
    assert len(table.pairs) == 40


def test_text_is_normalised(tmp_path: Path) -> None:
    (pair,) = parse_pairs("e\u0301te\u0301   chaud\tsummer").pairs
    assert pair.source == "été chaud"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("one\ntwo\nthree\n", "None of the lines has two columns", "a tab"),
        ("a;b\nc;d\n", "None of the lines", "';' separates"),
        ("a\tb\nc\nd\ne\n", "3 of the lines do not have", "a tab"),
        ("1\tHello\t2\tSalut\n3\tBye\t4\tAu revoir\n", "holds numbers", "cut -f2,4"),
        ("", "no pairs", "a tab"),
        ("\n\t\n", "no pairs", "a tab"),
        ("a\tb\n", "only 1 different pair", "20"),
    ],
)
def test_errors(tmp_path: Path, text: str, message: str, hint: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(text)
    with pytest.raises(NotesError, match=message) as caught:
        read_pairs(path)
    assert hint in caught.value.hint


def test_what_is_no_text_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    for path in (tmp_path, tmp_path / "missing.tsv", tmp_path / "picture.png"):
        with pytest.raises(NotesError, match="cannot be used"):
            read_pairs(path)


def test_mixed_columns_are_reported() -> None:
    mixed = [*ROWS, *(f"слово{n} тут\tmot{n} là{n}" for n in range(30))]
    (warning,) = parse_pairs("\n".join(mixed)).warnings
    assert "several scripts" in warning
    assert "Cyrillic" in warning
    same = [f"the {word} is on the table\tthe {word} is on the chair" for word in "cat dog cup key".split()]
    assert "same language" in parse_pairs("\n".join(same)).warnings[0]
    assert parse_pairs("\n".join(ROWS)).warnings == ()


@given(st.lists(st.tuples(st.text(), st.text())))
@example([("0", "0"), ("0", "1\r:")])  # without the line that is left out, most sources are numbers
def test_what_was_read_is_read_again_unchanged(rows: list[tuple[str, str]]) -> None:
    text = "".join(f"{first}\t{second}\n" for first, second in [("a", "b"), *rows])
    try:
        pairs = parse_pairs(text).pairs
    except NotesError:
        return
    # A table with numbers in the first column is refused, so more sentences with words go before them.
    words = [SentencePair(f"word {number}", f"mot {number}", 0) for number in range(len(pairs) + 1)]
    again = parse_pairs(pair_lines([*words, *pairs])).pairs[len(words) :]
    assert [pair[:2] for pair in again] == [pair[:2] for pair in pairs]
