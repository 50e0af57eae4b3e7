"""Labelled examples are read from tables and folders; what cannot be read is said with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.errors import NotesError
from rnnchat.tasks.classification.examples import read_examples


def table(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("column", [None, "text"])
def test_of_a_table_without_names_it_is_said_that_the_first_line_has_them(
    column: str | None, tmp_path: Path
) -> None:
    path = table(tmp_path, "my card is lost,card\nwhere is my money,money\n")
    with pytest.raises(NotesError, match="The columns are: my card is lost, card") as raised:
        read_examples(path, column)
    assert "The first line of the table must name the columns" in raised.value.hint
    assert "--text-column" in raised.value.hint


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('text,label\nred apple,fruit\n"a, b",letters\n', "t.csv"),
        ("label;Text\nfruit;red apple\nletters;a, b\n", "t.csv"),
        ("Category\tsentence\nfruit\tred apple\nletters\ta, b\n", "t.tsv"),
        ('\ufefftext,label\r\nred apple,fruit\r\n\r\n"a, b",letters\r\n', "t.csv"),
        ('id,question,intent\n1,red apple,fruit\n2,"a, b",letters', "noname"),
    ],
)
def test_tables_are_read(tmp_path: Path, content: str, name: str) -> None:
    assert read_examples(table(tmp_path, content, name)) == (["red apple", "a, b"], ["fruit", "letters"])


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = table(tmp_path, "Quote,Who,label\nred,ann,1\n")
    assert read_examples(path, "quote", "WHO") == (["red"], ["ann"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "The columns are: a, b"),
        ("text,b\n1,2\n", "hold the labels"),
        ('text,label\n"a" b,x\n', "line 2"),
        ('text,label\na,x\n"never closed,x\nmore,y\n', "line 4"),
        ("text,label\nonly\n", "Line 2 has 1 columns"),
        ("text,label\n", "no examples"),
        ("", "no first line that names its columns"),
        (f"text,label\n{'x' * 200_000},y\n", "131,072 characters"),
        (f"text,label\na,{'y' * 300}\n", "300 characters"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(NotesError, match=message) as raised:
        read_examples(table(tmp_path, content))
    assert raised.value.hint


def test_a_missing_column_that_was_named_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="'body'"):
        read_examples(table(tmp_path, "text,label\na,b\n"), "body")


def test_of_a_first_line_that_is_no_names_only_the_beginning_is_shown(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="columns are: ") as raised:
        read_examples(table(tmp_path, f"{'long ' * 100},b\n1,2\n"))
    assert "long…" in raised.value.message
    assert len(raised.value.message) < 140


def test_a_folder_has_a_subfolder_for_each_label(tmp_path: Path) -> None:
    for name, text in (("red/a.txt", "rose"), ("blue/deep/b.md", "sky"), ("loose.md", "x"), ("red/e.md", "")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    texts, labels = read_examples(tmp_path)
    assert sorted(zip(labels, (text.strip() for text in texts), strict=True)) == [
        ("blue", "sky"),
        ("red", "rose"),
    ]
    with pytest.raises(NotesError, match="no examples"):
        (tmp_path / "nothing").mkdir()
        read_examples(tmp_path / "nothing")


@pytest.mark.parametrize("content", ["\n", " , \n"])
def test_a_table_without_names_of_columns_is_said_to_have_none(tmp_path: Path, content: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text(content)
    with pytest.raises(NotesError, match="no first line that names its columns"):
        read_examples(table)


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "\ufeffsep=;", "SEP=; "])
def test_the_line_that_tells_excel_the_separator_is_understood(tmp_path: Path, first: str) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(f"{first}\r\ntext;label\r\nrise, then bake;bread\r\n".encode())
    assert read_examples(table) == (["rise, then bake"], ["bread"])
    table.write_text("sep=|\ntext|label\na;b,c|x\ntoo few\n")
    with pytest.raises(NotesError, match="Line 4 has 1 columns"):
        read_examples(table)
