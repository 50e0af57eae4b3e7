"""The commands `ask` and `related` with notes and paths that are out of the ordinary."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from rnnchat.cli.commands import commands
from rnnchat.errors import RnnchatError


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for notes."""
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "home"))
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def run(*words: str | Path) -> str:
    """Return what a command prints."""
    arguments = list(map(str, words))
    return CliRunner().invoke(commands, arguments, standalone_mode=False, catch_exceptions=False).output


def test_of_a_very_long_line_only_the_beginning_is_printed(notes: Path) -> None:
    (notes / "a.md").write_text(f"# {'Zebras ' * 1_000}\n\n{'zebra elephant ' * 10_000}\n")
    said = run("ask", notes, "zebra elephant")
    assert "zebra elephant" in said
    assert len(said) < 10_000


def test_a_link_to_itself_is_not_an_unexpected_error(notes: Path) -> None:
    (notes / "a.md").write_text("A note of some words.")
    loop = notes.parent / "loop.md"
    loop.symlink_to(loop)
    with pytest.raises(RnnchatError, match="cannot be found"):
        run("related", loop, notes)


def test_the_first_line_of_a_passage_is_printed_once(notes: Path) -> None:
    (notes / "todo.md").write_text("- [ ] call the dentist about the tooth\n- [ ] order boards\n")
    (notes / "page.md").write_text("# Garden\n\nThe boiler is old.\n")
    said = run("ask", notes, "call the dentist", "--passages", "1")
    below = said.split("\n\n", 1)[1]
    assert below.count("call the dentist about the tooth") == 1
    assert "  Garden\n" in run("ask", notes, "old boiler", "--passages", "1")


def test_why_a_named_file_is_not_asked_is_said(notes: Path) -> None:
    (notes / "photo.md").write_bytes(bytes(range(256)) * 20)
    (notes / "empty.md").write_bytes(b"")
    for paths, reasons in (
        ([notes / "photo.md"], "Skipped: photo.md (binary, not text)."),
        ([notes / "empty.md"], "Skipped: empty.md (empty)."),
        ([notes], "Skipped: empty.md (empty), photo.md (binary, not text)."),
    ):
        # The second time, the index is there already.
        for _ in range(2):
            with pytest.raises(RnnchatError, match="no notes to ask") as raised:
                run("ask", *paths, "how do I undo")
            assert raised.value.hint == reasons


def test_of_many_skipped_files_a_few_are_named(notes: Path) -> None:
    for number in range(5):
        (notes / f"{number}.md").write_bytes(b"")
    with pytest.raises(RnnchatError) as raised:
        run("ask", notes, "how do I undo")
    assert raised.value.hint == "Skipped: 0.md (empty), 1.md (empty), 2.md (empty), 2 more."


@pytest.mark.parametrize("question", ["who is it", ""])
def test_a_missing_path_is_told_before_the_question(notes: Path, question: str) -> None:
    with pytest.raises(RnnchatError, match="There is nothing at"):
        run("ask", notes / "missing", question)
