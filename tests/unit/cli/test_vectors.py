"""The commands that export vectors and find near words."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rnnchat.cli.commands import commands
from rnnchat.errors import RnnchatError

TEXT = "The {animal} eats fresh hay in the stable. A {tool} lies on the bench.\n"


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of notes in which animals and tools have neighbours of their own."""
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "home"))
    folder = tmp_path / "my notes"
    folder.mkdir()
    for number, animal in enumerate(("cat", "dog", "horse") * 4):
        tool = ("hammer", "saw", "drill")[number // 4]
        (folder / f"{number} a.md").write_text(TEXT.format(animal=animal, tool=tool) * 3)
    return folder


def run(*arguments: str | Path) -> str:
    """Return what the command `vectors` prints."""
    words = ["vectors", *map(str, arguments)]
    return CliRunner().invoke(commands, words, standalone_mode=False, catch_exceptions=False).output


def test_near_words(notes: Path) -> None:
    said = json.loads(run("near", "Cat", notes, "-n", "2", "--json"))
    assert said["word"] == "cat"
    assert {near["word"] for near in said["near"]} == {"dog", "horse"}


def test_words_of_grammar_are_no_neighbours(notes: Path) -> None:
    near = {one["word"] for one in json.loads(run("near", "hay", notes, "-n", "50", "--json"))["near"]}
    assert near
    assert near.isdisjoint({"the", "in", "a", "on"})


def test_a_chinese_word_has_several_characters(notes: Path) -> None:
    (notes / "zh.md").write_text("小王今天去公园跑步。\n" * 5 + "小王喜欢公园。\n" * 5)
    said = json.loads(run("near", "小王", notes, "--json"))
    assert said["word"] == "小王"
    assert {"小", "王"}.isdisjoint(one["word"] for one in said["near"])
    with pytest.raises(RnnchatError, match="not one word"):
        run("near", "小王 公园", notes)


def test_export(notes: Path, tmp_path: Path) -> None:
    words, files = tmp_path / "words.txt", tmp_path / "notes.txt"
    said = run("export", notes, "--words", words, "--notes", files, "--format", "txt", "--json")
    written = json.loads(said)
    for what, file in (("words", words), ("notes", files)):
        lines = file.read_text().splitlines()
        count, size = map(int, lines[0].split())
        assert (count, size) == (written[what]["count"], written[what]["size"])
        assert [len(line.split()) for line in lines[1:]] == [size + 1] * count
    assert f"{notes}/0 a.md".replace(" ", "%20") in files.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["near", "zebra"], "do not have the word 'zebra'"),
        (["near", "hors"], "Similar words: horse"),
        (["near", "two words"], "not one word"),
        (["near", ""], "not one word"),
        (["export"], "--words"),
        (["export", "--words", "same", "--notes", "same"], "two different files"),
    ],
)
def test_what_cannot_be_done_is_said(notes: Path, arguments: list[str], message: str) -> None:
    with pytest.raises((RnnchatError, click.UsageError)) as raised:
        run(*arguments, notes)
    assert message in f"{raised.value} {getattr(raised.value, 'hint', '')}"


def test_a_pipe_is_not_replaced(notes: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(RnnchatError, match="not a regular file"):
        run("export", notes, "--words", pipe)
    assert pipe.is_fifo()


def test_a_file_keeps_its_permissions_and_the_links_to_it(notes: Path, tmp_path: Path) -> None:
    file, link = tmp_path / "words.txt", tmp_path / "link.txt"
    file.write_text("old")
    file.chmod(0o644)
    link.symlink_to(file)
    run("export", notes, "--words", link, "--format", "txt")
    assert link.is_symlink()
    assert file.read_text() != "old"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_two_spellings_of_a_file_are_one_file(notes: Path, tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="two different files"):
        run("export", notes, "--words", tmp_path / "a", "--notes", f"{tmp_path}/../{tmp_path.name}/a")
    assert not (tmp_path / "a").exists()


def test_too_few_notes_have_no_vectors_and_a_hyphen_is_no_file(tmp_path: Path, notes: Path) -> None:
    one = tmp_path / "one"
    one.mkdir()
    (one / "a.md").write_text("The dough rests for twelve hours.\n")
    target = tmp_path / "vectors.txt"
    with pytest.raises(RnnchatError, match="too few words"):
        run("export", one, "--notes", target)
    assert not target.exists()
    for option in ("--words", "--notes"):
        with pytest.raises(click.UsageError, match="to a file"):
            run("export", notes, option, "-")
    assert not Path("-").exists()
