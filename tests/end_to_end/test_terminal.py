from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.helpers import kept_drafts, kept_turns
from tests.end_to_end.terminal import Terminal, start_training
from tests.helpers.waiting import patience

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_a_chat_in_a_real_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    terminal = Terminal(tmp_path, *size)
    terminal.wait_for("Type a message below")
    terminal.press("Hello there, how are you?", "Enter")
    terminal.wait_for(lambda text: "Hello there" in text and "Type a message below" not in text)
    terminal.wait_for(lambda text: len(kept_turns(tmp_path)) == 2)
    terminal.press("\x1b[200~pasted \x9d52;c;aGVsbG8=\x9c text\x1b[201~")
    terminal.wait_for("52;c;aGVsbG8=")
    terminal.press("Enter")
    terminal.wait_for(lambda text: len(kept_turns(tmp_path)) == 4)
    assert b"\xc2\x9d" not in terminal.raw, "text never becomes an escape sequence"
    process = psutil.Process(terminal.process.pid)
    assert process.memory_info().rss < 160e6
    assert not [m.path for m in process.memory_maps() if "tensorflow" in m.path]
    assert not process.net_connections()
    assert terminal.leave() == 0
    assert not list(tmp_path.rglob("errors.log"))


def test_a_tiny_terminal_says_what_it_needs(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 20, 5)
    terminal.wait_for("needs 44×12")
    assert terminal.leave() == 0


def test_from_notes_to_a_chat_without_leaving_the_app(tmp_path: Path) -> None:
    terminal = start_training(tmp_path)
    terminal.wait_for("bits/byte", 60)
    terminal.press("Ctrl+E")
    terminal.wait_for("me: paused")
    terminal.press("Ctrl+E")
    terminal.wait_for("me: training the network")
    terminal.press("Ctrl+F")
    terminal.wait_for("me is ready", 60)
    terminal.press("Enter")
    terminal.wait_for("to me")
    terminal.press("The river", "Enter")
    terminal.wait_for(lambda text: len(kept_turns(tmp_path)) == 2)
    assert terminal.leave() == 0


def test_an_interrupted_training_waits_in_the_app(tmp_path: Path) -> None:
    terminal = start_training(tmp_path)
    terminal.process.kill(9)
    terminal.process.close(force=True)
    again = Terminal(tmp_path, 100, 30)
    again.wait_for("Type a message below")
    again.press("F3")
    again.wait_for("was interrupted")
    assert again.leave() == 0


def test_a_draft_is_written_completed_and_saved(tmp_path: Path) -> None:
    file = tmp_path / "letter.md"
    terminal = Terminal(tmp_path, 80, 24, "draft", str(file))
    terminal.wait_for("letter.md")
    terminal.wait_for("new file, not saved")
    terminal.press("雨🙂 I would like to tha")
    terminal.wait_for("1 than")
    terminal.press("Alt+1")
    terminal.wait_for(lambda text: "like to than" in text.split("\n")[2])
    terminal.press("Ctrl+S")
    terminal.wait_for("·  saved")
    assert file.read_text(encoding="utf-8").startswith("雨🙂 I would like to than")
    assert terminal.leave() == 0


def test_what_was_typed_two_seconds_before_a_kill_is_there(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 80, 24)
    terminal.wait_for("Type a message below")
    terminal.press("F5")
    terminal.wait_for("Start writing")
    terminal.press(*"kept whatever happens")
    began = time.monotonic()
    terminal.wait_for(lambda _: kept_drafts(tmp_path) == ["kept whatever happens"])
    assert time.monotonic() - began < patience(2)
    terminal.process.kill(9)
    terminal.process.close(force=True)
    again = Terminal(tmp_path, 80, 24)
    again.wait_for("Type a message below")
    again.press("F5")
    again.wait_for("kept whatever happens")
    assert again.leave() == 0
