"""What is typed or pasted before a screen is there, in a real terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.library.chats import Chats
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.storage.paths import Paths
from tests.end_to_end.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def kept(paths: Paths) -> list[str]:
    drafts = Drafts(paths.drafts)
    found = (drafts.load(one.id) for one in drafts.find())
    return [draft.text for draft in found if draft is not None]


def test_text_in_one_write_with_f5(home: Path, paths: Paths) -> None:
    terminal = Terminal(home)
    terminal.wait_for("Write a message")
    terminal.process.send("\x1b[15~0123456789 abcdefghij ")
    terminal.wait_for("0123456789 abcdefghij")
    assert terminal.leave() == 0
    assert kept(paths) == ["0123456789 abcdefghij "]


def test_text_right_after_a_file_is_named(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("was there\n")
    terminal = Terminal(home, 80, 24, "draft", str(path))
    terminal.process.send("first, ")
    terminal.wait_for("first, was there")
    terminal.press("Ctrl+S")
    terminal.wait_for(lambda _: path.read_text() == "first, was there\n")
    assert terminal.leave() == 0


def test_a_paste_with_escape_sequences_and_lines(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    terminal = Terminal(home, 80, 24, "draft", str(path))
    terminal.wait_for("a.md")
    terminal.process.send(b"\x1b[200~B red \x1b[31mred\x1b[0m after\r\nnext \xff\x1b[201~\x13")
    terminal.wait_for(lambda _: path.exists())
    assert terminal.leave() == 0
    assert path.read_text() == "B red red after\nnext \ufffd"


def test_a_space_that_came_with_a_word_is_one_after_a_restart(home: Path, paths: Paths) -> None:
    Drafts(paths.drafts).keep(Draft(text="taken ", cursor=6, space_taken=True))
    terminal = Terminal(home)
    terminal.process.send("\x1b[15~ next")
    terminal.wait_for("taken next")
    assert terminal.leave() == 0
    assert kept(paths) == ["taken next"]


def test_chats_that_were_emptied_are_said_to_be(home: Path, paths: Paths) -> None:
    Chats(paths.chats).add_turn(None, "user", "hello", "base")
    paths.chats.write_bytes(b"")
    terminal = Terminal(home, 100, 30)
    terminal.wait_for("Write a message")
    terminal.press("Ctrl+O")
    terminal.wait_for("The file of the chats is empty")
    terminal.press("Escape")
    assert terminal.leave() == 0
    assert len(list(paths.data.glob("chats.sqlite3-damaged-*"))) == 1


def test_save_as_another_path_and_enter_in_one_write(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "another.md"
    terminal = Terminal(home, 80, 24, "draft", str(tmp_path / "a.md"))
    terminal.wait_for("new file, not saved")
    terminal.process.send(f"Some words.\x1b[24~\x15{path}\r")
    terminal.wait_for(lambda _: path.exists())
    assert terminal.leave() == 0
    assert path.read_text() == "Some words."


def test_a_size_in_the_environment_is_not_that_of_the_terminal(home: Path) -> None:
    terminal = Terminal(home, 80, 24)  # with COLUMNS=100
    terminal.wait_for(lambda text: "Write a message" in text and text.split("\n")[0].endswith("● base"))
    assert terminal.leave() == 0
