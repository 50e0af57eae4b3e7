"""Signals from outside: what was typed is kept, the terminal is put back, the status says which it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pexpect
import psutil
import pytest

from tests.end_to_end.helpers import QUICK_TRAINING, kept_drafts
from tests.end_to_end.terminal import Terminal, start_training
from tests.helpers.places import NOTES
from tests.helpers.waiting import patience, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

RESTORED = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[<u", b"\x1b[?25h")
BUSY = """
import os, pathlib, sys, time
from rnnchat.app.app import RnnchatApp
from rnnchat.app.chat_engine import ChatEngine

def block():
    pathlib.Path(os.environ["RNNCHAT_HOME"], "blocked").touch()
    time.sleep(60)

{}
from rnnchat.cli import main
main()
"""


def is_cooked(terminal: Terminal) -> bool:
    """Tell whether the terminal echoes and edits lines, as a shell wants it."""
    flags = termios.tcgetattr(terminal.process.child_fd)[3]
    return bool(flags & termios.ECHO) and bool(flags & termios.ICANON) and bool(flags & termios.ISIG)


def status_of(terminal: Terminal, seconds: float = 12) -> int:
    """Wait for the end and return the exit status, or the signal's number below 0."""
    end = time.monotonic() + patience(seconds)
    while terminal.process.isalive() and time.monotonic() < end:
        terminal.read(0.05)
    assert not terminal.process.isalive(), "it goes on"
    terminal.read_what_is_there()
    process = terminal.process
    return int(process.exitstatus if process.exitstatus is not None else -(process.signalstatus or 0))


def writing(home: Path, *words: str) -> Terminal:
    terminal = Terminal(home, 80, 24, *(words or ("draft", str(home / "letter.md"))))
    terminal.wait_for("new file, not saved")
    terminal.press("Early words.")
    terminal.wait_for("Early words.")
    return terminal


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"])
def test_what_was_typed_last_is_kept_and_the_terminal_put_back(tmp_path: Path, name: str) -> None:
    number = getattr(signal, name)
    terminal = writing(tmp_path)
    terminal.process.send(" Late words.")
    terminal.wait_until_keys_are_read()
    os.kill(terminal.process.pid, number)
    assert status_of(terminal) == 128 + number
    assert kept_drafts(tmp_path) == ["Early words. Late words."]
    assert all(part in terminal.raw for part in RESTORED)
    assert is_cooked(terminal)
    assert not list(tmp_path.rglob("errors.log"))
    assert b"Traceback" not in terminal.raw


def test_a_half_written_message_is_kept_as_a_draft(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 80, 24)
    terminal.wait_for("Type a message below")
    terminal.press("What I was about to s")
    terminal.wait_for("about to s")
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert status_of(terminal) == 143
    assert kept_drafts(tmp_path) == ["What I was about to s"]


@pytest.mark.parametrize("moment", [0.05, 0.2, 0.4, 0.6, 0.8, 1.1, 1.5])
def test_a_signal_while_it_starts(tmp_path: Path, moment: float) -> None:
    terminal = Terminal(tmp_path, 80, 24)
    end = time.monotonic() + moment
    while time.monotonic() < end:
        terminal.read(0.01)
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert status_of(terminal) in (143, -signal.SIGTERM)
    assert is_cooked(terminal)
    assert b"Traceback" not in terminal.raw
    assert (b"\x1b[?1049h" in terminal.raw) == (b"\x1b[?1049l" in terminal.raw)


def test_a_hang_up_that_is_sent_twice_still_saves(tmp_path: Path) -> None:
    terminal = writing(tmp_path)
    terminal.process.send(" Late words.")
    terminal.wait_for("Late words.")
    process = terminal.process.pid
    for _ in range(20):  # signals that are pending are joined, so that two might arrive as one
        os.kill(process, signal.SIGHUP)
        time.sleep(0.002)
    assert status_of(terminal) == 128 + signal.SIGHUP
    assert kept_drafts(tmp_path) == ["Early words. Late words."]


@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_is_closed(tmp_path: Path, ignored: bool) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN) if ignored else None
    try:
        terminal = writing(tmp_path)
    finally:
        if ignored:
            signal.signal(signal.SIGHUP, before)
    process = psutil.Process(terminal.process.pid)
    terminal.process.send(" Late words.")
    terminal.wait_for("Late words.")  # keys that the kernel has not handed over go with the terminal
    # By its file object: closed by its number, that would close another test's file of the same number later.
    terminal.process.ptyproc.fileobj.close()
    terminal.process.ptyproc.fd = terminal.process.child_fd = -1
    process.wait(patience(8))
    assert kept_drafts(tmp_path) == ["Early words. Late words."]


BLOCKED = {
    "a thread": "ChatEngine.load = lambda self, name: block()",
    "the loop": "RnnchatApp.action_help = lambda self: block()",
}


@pytest.mark.parametrize("what", sorted(BLOCKED))
def test_what_is_busy_is_not_waited_for(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (sys.executable, "-c", BUSY.format(BLOCKED[what]))
    monkeypatch.setattr("tests.end_to_end.terminal.COMMAND", program)
    terminal = writing(tmp_path)
    terminal.process.send(" Late words.")
    terminal.wait_for("Late words.")
    terminal.press("F1")
    wait_for((tmp_path / "blocked").exists, "the app to be busy")
    began = time.monotonic()
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert status_of(terminal) == 143
    assert time.monotonic() - began < patience(8)
    assert is_cooked(terminal)
    assert b"\x1b[?1049l" in terminal.raw
    assert kept_drafts(tmp_path) == ["Early words. Late words."]


def test_a_second_signal_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (sys.executable, "-c", BUSY.format(BLOCKED["the loop"]))
    monkeypatch.setattr("tests.end_to_end.terminal.COMMAND", program)
    terminal = writing(tmp_path)
    terminal.press("F1")
    wait_for((tmp_path / "blocked").exists, "the app to be busy")
    process = psutil.Process(terminal.process.pid)
    threads = process.num_threads()
    began = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    wait_for(lambda: process.num_threads() > threads, "the thread that sees the app leave")
    os.kill(process.pid, signal.SIGTERM)
    assert status_of(terminal) == 143
    assert time.monotonic() - began < patience(1.5)
    assert is_cooked(terminal)


@pytest.mark.parametrize("name", ["SIGTSTP", "SIGSTOP"])
def test_a_shell_takes_the_terminal_and_gives_it_back(tmp_path: Path, name: str) -> None:
    terminal = writing(tmp_path)
    process = psutil.Process(terminal.process.pid)
    for _ in range(2):
        os.kill(terminal.process.pid, getattr(signal, name))
        wait_for(lambda: process.status() == psutil.STATUS_STOPPED, "the app to stop")
        terminal.read_what_is_there()
        if name == "SIGTSTP":
            assert is_cooked(terminal)
            assert terminal.raw.count(b"\x1b[?1049l") == terminal.raw.count(b"\x1b[?1049h")
        terminal.screen.reset()
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for("Early words.")
        assert not is_cooked(terminal)
        terminal.press(" More.")
        terminal.wait_for("More.")
    terminal.press("Ctrl+Q")
    assert status_of(terminal) == 0
    assert is_cooked(terminal)
    assert terminal.raw.count(b"\x1b[?1049l") == terminal.raw.count(b"\x1b[?1049h")


def test_an_error_that_ends_the_app_says_so_in_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "RnnchatApp.action_help = lambda self: 1 / 0"
    program = (sys.executable, "-c", BUSY.format(broken))
    monkeypatch.setattr("tests.end_to_end.terminal.COMMAND", program)
    terminal = writing(tmp_path)
    terminal.press("F1")
    assert status_of(terminal) == 1
    told = terminal.raw[terminal.raw.rindex(b"\x1b[?1049l") :]
    assert b"rnnchat: Unexpected error (ZeroDivisionError)" in told
    assert b"Traceback" not in told
    assert b"textual" not in told.lower()
    assert kept_drafts(tmp_path) == ["Early words."]


def test_bytes_that_are_no_text_do_not_end_it(tmp_path: Path) -> None:
    terminal = writing(tmp_path)
    for odd in (b"\xe9\xe8", b"\xff\xfe\x80", b"\xf0\x9f"):
        terminal.process.send(odd)
        terminal.read(0.3)
    terminal.process.send(b" M\xe9r\xe9. Bien.")
    terminal.wait_for("M\ufffdr\ufffd. Bien.")
    terminal.press("Ctrl+Q")
    assert status_of(terminal) == 0
    assert not list(tmp_path.rglob("errors.log"))


def test_a_training_in_the_app_leaves_a_checkpoint(tmp_path: Path) -> None:
    terminal = start_training(tmp_path)
    children = psutil.Process(terminal.process.pid).children()
    os.kill(terminal.process.pid, signal.SIGTERM)
    began = time.monotonic()
    assert status_of(terminal) == 143
    assert time.monotonic() - began < patience(6), "the training is not waited for"
    gone, left = psutil.wait_procs(children, timeout=30)
    assert gone and not left
    again = Terminal(tmp_path, 100, 30)
    again.wait_for("Type a message below")
    again.press("F3")
    again.wait_for("was interrupted")
    assert again.leave() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_training_on_the_command_line_leaves_a_checkpoint(tmp_path: Path, number: int) -> None:
    process = pexpect.spawn(
        sys.executable,
        ["-m", "rnnchat", "train", str(NOTES), "--minutes", "3", "--json", *QUICK_TRAINING],
        env={**os.environ, "RNNCHAT_HOME": str(tmp_path)},
        timeout=90,
        encoding="utf-8",
    )
    process.expect('"event": "progress"')
    os.kill(process.pid, number)
    process.expect(pexpect.EOF, timeout=60)
    process.close()
    assert process.exitstatus == 128 + number
    assert "Traceback" not in (process.before or "")
    assert "To continue, run" in (process.before or "")
    assert not [child for child in psutil.process_iter(["cmdline"]) if str(tmp_path) in str(child.info)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_command_says_which_signal_ended_it(tmp_path: Path, number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rnnchat", "complete", "--lines"],
        env={**os.environ, "RNNCHAT_HOME": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"before": "The ri"}\n')
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert told.strip() == b""
