"""A program in a pseudo-terminal, and the screen it draws."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import psutil
import pyte

from tests.end_to_end.helpers import COMMAND, environment
from tests.helpers.places import NOTES
from tests.helpers.waiting import patience, wait_for

KEYS = {
    "F1": "\x1bOP",
    "F2": "\x1bOQ",
    "F3": "\x1bOR",
    "F4": "\x1bOS",
    "F5": "\x1b[15~",
    "Tab": "\t",
    "Alt+1": "\x1b1",
    "Ctrl+Right": "\x1b[1;5C",
    "Enter": "\r",
    "Escape": "\x1b",
    "PageUp": "\x1b[5~",
    **{f"Ctrl+{letter}": chr(ord(letter) - 64) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}


class Terminal:
    """rnnchat's app in a terminal of `columns` × `rows`, started with `words`."""

    def __init__(self, home: Path, columns: int = 80, rows: int = 24, *words: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.process = pexpect.spawn(
            COMMAND[0],
            [*COMMAND[1:], *words],
            env=environment(home, TERM="xterm-256color", COLORTERM="truecolor"),
            dimensions=(rows, columns),
            timeout=30,
        )

    def press(self, *keys: str) -> None:
        """Press keys by their names, or type text."""
        for key in keys:
            self.process.send(KEYS.get(key, key))
            time.sleep(0.03)

    def read(self, seconds: float = 0.05) -> None:
        """Take in what the program draws for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                data = self.process.read_nonblocking(65536, timeout=0.02)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                return
            self.raw += data
            self._stream.feed(data.replace(b"\x1b[>4;", b"\x1b["))

    def read_what_is_there(self) -> None:
        """Take in all that the program has drawn so far; it must have stopped or ended."""
        before = -1
        while before != len(self.raw):
            before = len(self.raw)
            self.read()

    def wait_until_keys_are_read(self) -> None:
        """Wait until the program has taken all keys that were sent from its terminal."""
        name = psutil.Process(self.process.pid).terminal()
        assert name is not None
        terminal = os.open(name, os.O_RDONLY | os.O_NOCTTY)
        try:
            wait_for(lambda: not _waiting_bytes(terminal), "the keys to be read")
        finally:
            os.close(terminal)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 30) -> None:
        """Wait until the screen shows `wanted`."""
        end = time.monotonic() + patience(seconds)
        while time.monotonic() < end:
            self.read()
            if wanted in self.text if isinstance(wanted, str) else wanted(self.text):
                return
        raise AssertionError(f"never saw {wanted!r}:\n{self.text}")

    def leave(self) -> int:
        """Quit and return the exit status."""
        self.press("Ctrl+Q")
        self.process.expect(pexpect.EOF, timeout=20)
        self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)


def _waiting_bytes(terminal: int) -> int:
    """Return how many bytes of input nobody has read yet."""
    return int(struct.unpack("i", fcntl.ioctl(terminal, termios.FIONREAD, b"\0" * 4))[0])


def start_training(home: Path) -> Terminal:
    """Open the app and start learning the sample notes."""
    terminal = Terminal(home, 100, 30)
    terminal.wait_for("Type a message below")
    terminal.press("F3")
    terminal.wait_for("Train a model on your own notes")
    terminal.press(str(NOTES), "Enter")
    terminal.wait_for("9 notes")
    terminal.press("Ctrl+T")
    terminal.wait_for("me: training the network", 60)
    return terminal
