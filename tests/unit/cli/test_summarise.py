"""The command `summarise` with notes of all kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rnnchat.cli import summarise as summarise_command
from rnnchat.cli.commands import commands
from rnnchat.errors import RnnchatError

NOTE = (
    "# Undo\n\nIt was a long day. You can undo the last commit with `git reset`.\n\n"
    "The changes of the last commit stay in the working tree. Then I slept.\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for notes."""
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "home"))
    return tmp_path


def run(*words: str | Path, stdin: str | bytes = "") -> str:
    """Return what a command prints."""
    result = CliRunner().invoke(
        commands, list(map(str, words)), input=stdin, standalone_mode=False, catch_exceptions=False
    )
    return result.stdout


def test_key_sentences_come_with_their_lines(folder: Path) -> None:
    note = folder / "undo.md"
    note.write_text(NOTE)
    said = run("summarise", note, "--sentences", "2").splitlines()
    assert len(said) == 2
    lines = NOTE.split("\n")
    for one in said:
        line, text = one.split("  ", 1)
        assert text.split()[0] in lines[int(line) - 1]


def test_json_has_titles_and_sentences(folder: Path) -> None:
    found = json.loads(run("summarise", "-", "--title", "--json", stdin=NOTE))
    assert found.keys() == {"title", "sentences", "own_title"}
    assert found["own_title"] == found["title"][0] == "Undo"
    assert len(found["sentences"]) == 3
    assert found["sentences"][0].keys() == {"text", "line"}
    assert found["title"]
    assert all(len(title.split()) <= 12 for title in found["title"])
    assert json.loads(run("summarise", "-", "--json", stdin="One sentence."))["title"] == []


def test_titles_alone(folder: Path) -> None:
    own, *others = json.loads(run("summarise", "-", "--title", "--json", stdin=NOTE))["title"]
    shown = run("summarise", "-", "--title", "--sentences", "0", stdin=NOTE).splitlines()
    assert shown == [f"{own}  (the note's own title)", *others]


@pytest.mark.slow
def test_free_text_is_marked_and_stands_below_its_source(folder: Path) -> None:
    said = run("summarise", "-", "--free", stdin=NOTE)
    source, _, written = said.partition("The model's own words. It is a small network: expect nonsense")
    assert "undo the last commit" in source
    assert "In short," in written


def test_free_text_in_json_has_its_source_beside_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summarise_command, "_free_summary", lambda *_: "In short, undo.")
    found = json.loads(run("summarise", "-", "--free", "--json", stdin=NOTE))
    assert found["free"] == {"text": "In short, undo.", "from": "model"}
    assert found["sentences"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\x7fELF" + bytes(range(256)) * 4, "binary, not text"),
        (b"```\nx = 1\n```\n", "only code"),
        (b"# A heading\n\n| a | b |\n", "only headings, tables or links"),
        (b"1. 2. 3.\n***\n", "has no words"),
        (b"password: hunter2secret99\n", "a key or a password"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "binary"),
    ],
)
def test_what_has_no_sentences_is_named(folder: Path, content: bytes, message: str) -> None:
    note = folder / "note.md"
    note.write_bytes(content)
    with pytest.raises(RnnchatError, match=message):
        run("summarise", note)


def test_what_is_no_note_is_named(folder: Path) -> None:
    with pytest.raises(RnnchatError, match="There is no file"):
        run("summarise", folder / "missing.md")
    with pytest.raises(RnnchatError, match="is a folder"):
        run("summarise", folder)
    with pytest.raises(RnnchatError, match="too few words for a title"):
        run("summarise", "-", "--title", "--sentences", "0", stdin="Hm.")
    with pytest.raises(RnnchatError, match="binary"):
        run("summarise", "-", stdin=b"\x00\x01\x02" * 200)


def test_a_note_of_one_word_has_no_title_but_a_sentence(folder: Path) -> None:
    said = run("summarise", "-", "--title", stdin="Hm.")
    assert "No title" in said
    assert "1  Hm." in said


def test_of_a_very_long_text_the_first_part_is_read(folder: Path) -> None:
    text = "".join(f"Bread number {number} is good. " for number in range(2_500))
    arguments = ["summarise", "-", "--json"]
    result = CliRunner().invoke(commands, arguments, input=text, standalone_mode=False)
    assert "only its first 2,000 sentences" in result.stderr
    assert json.loads(result.stdout)["sentences"]


def test_a_very_long_sentence_is_cut(folder: Path) -> None:
    said = run("summarise", "-", stdin="word " * 200_000)
    assert len(said) < 10_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp1252"])
def test_standard_input_is_decoded_as_a_file_is(folder: Path, encoding: str) -> None:
    content = "Today I moved the café to a bigger kitchen. The bread rises slowly there.".encode(encoding)
    note = folder / "note.md"
    note.write_bytes(content)
    assert run("summarise", "-", stdin=content) == run("summarise", note) != ""


def test_what_is_no_text_is_refused_from_both(folder: Path) -> None:
    content = b"Today I moved \xed\xa0\x80 the bread to a kitchen."
    note = folder / "note.md"
    note.write_bytes(content)
    for words, stdin in ((("summarise", note), b""), (("summarise", "-"), content)):
        with pytest.raises(RnnchatError, match="not text in any known encoding"):
            run(*words, stdin=stdin)


def test_a_model_does_not_write_in_a_script_that_it_does_not_know(folder: Path) -> None:
    chinese = "今天我把面包的配方搬到了更冷的厨房。面团发酵用了四个小时。"
    with pytest.raises(RnnchatError, match="does not know the script") as refused:
        run("summarise", "-", "--free", stdin=chinese)
    assert "base-zh" in refused.value.hint


def test_tasks_keep_their_boxes_and_those_that_are_done_are_left_out(folder: Path) -> None:
    note = "- [ ] call the dentist about the tooth\n- [x] pay the rent for the month of May\n"
    assert run("summarise", "-", stdin=note).splitlines() == ["1  [ ] call the dentist about the tooth"]
    done = run("summarise", "-", stdin=note.splitlines()[1])
    assert done.strip() == "1  [x] pay the rent for the month of May"


def test_what_is_in_the_own_title_is_not_suggested_again(folder: Path) -> None:
    mail = "Subject: Trip to Lyon\n\nThe trip to Lyon begins on Friday. The train to Lyon leaves at eight.\n"
    own, *others = json.loads(run("summarise", "-", "--title", "--json", stdin=mail))["title"]
    assert own == "Trip to Lyon"
    assert others
    assert not any("trip to lyon" in one.lower() for one in others)
