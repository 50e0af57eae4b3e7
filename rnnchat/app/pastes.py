"""Input from the terminal: each paste arrives complete, in order and without escape sequences.

Textual's own parser ends a paste at the first escape character in it, and takes what follows for keys. It has
no public hook for pastes, so this module builds on the private parts of the Textual version that
`pyproject.toml` names.
"""

from __future__ import annotations

import os
import re
import selectors
import time
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from contextlib import suppress

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

LARGEST_PASTE = 8_000_000
"""The rest of a longer paste is dropped, in characters; no field takes as many."""
PASTE_PATIENCE = 2.0
"""Seconds without a character after which a paste counts as ended, if its end marker does not come."""
MARKER_PATIENCE = 1.0
"""Seconds that the rest of a paste's start marker may take; nobody types the beginning of one."""
_CERTAIN_LENGTH = len("\x1b[2")
"""From this many characters on, the input can hardly be anything but a start marker."""

_ESCAPE = re.compile(
    "\x1b\\[[0-?]*[ -/]*(?:[@-~]|\\Z)"  # control sequences, as those for colours
    "|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)"  # commands, as OSC 52
    "|\x1b[ -/]*[0-~]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def pasted_text(raw: str) -> str:
    """Return what was pasted with plain line ends, without escape sequences and control characters."""
    text = _ESCAPE.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", text)


class InputParser(XTermParser):
    """Textual's parser of terminal input, except for pastes, which it never sees."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._marker = 0
        """How many characters of a start marker the input ends with."""
        self._paste: list[str] | None = None
        """The parts of the current paste; None outside of one."""
        self._pasted = 0
        """The characters of the current paste so far."""
        self._unsure = ""
        """The last characters of the paste, where they may begin its end marker."""
        self._has_ended = False
        """Whether the end marker has come."""
        self._last_input = 0.0
        """When the last input came, on the monotonic clock."""

    def feed(self, data: str) -> Iterable[Message]:
        """Yield the keys and other events in `data`; a paste once its end has come."""
        self._last_input = time.monotonic()
        if not data:
            yield from self._end_paste()
            yield from map(_without_alt_text, super().feed(data))
            return
        while data:
            if self._paste is None:
                typed, is_paste, data = self._until_paste(data)
                if typed:
                    yield from map(_without_alt_text, super().feed(typed))
                if is_paste:
                    self._begin_paste()
            else:
                data = self._collect(data)
                if self._has_ended:
                    yield from self._end_paste()

    def tick(self) -> Iterable[Message]:
        """Yield what is certain once nothing has come for a while."""
        quiet = time.monotonic() - self._last_input
        if self._paste is not None:
            if quiet >= PASTE_PATIENCE:
                yield from self._end_paste()
        elif self._marker < _CERTAIN_LENGTH or quiet >= MARKER_PATIENCE:
            was_unsure = self._timeout_time is not None
            yield from map(_without_alt_text, super().tick())
            if was_unsure and self._timeout_time is None:
                self._marker = 0

    def _until_paste(self, data: str) -> tuple[str, bool, str]:
        """Return the input before a paste, whether a paste begins, and the input after its start marker.

        The marker's last character is withheld from Textual's parser, which would begin a paste of its own.
        """
        here = 0
        while here < len(data):
            if not self._marker:
                here = data.find("\x1b", here)
                if here < 0:
                    break
            if data[here] == BRACKETED_PASTE_START[self._marker]:
                self._marker += 1
            else:
                self._marker = int(data[here] == "\x1b")
            here += 1
            if self._marker == len(BRACKETED_PASTE_START):
                self._marker = 0
                return data[: here - 1], True, data[here:]
        return data, False, ""

    def _begin_paste(self) -> None:
        # Textual's parser has seen the marker except for its end, so it is restarted.
        self._gen = self.parse(self._tokens.append)
        self._awaiting = next(self._gen)
        self._timeout_time = None
        self._paste, self._pasted, self._unsure, self._has_ended = [], 0, "", False

    def _collect(self, data: str) -> str:
        """Add the part of `data` that belongs to the paste, and return the rest."""
        data = self._unsure + data
        end = data.find(BRACKETED_PASTE_END)
        self._has_ended = end >= 0
        if end < 0:
            end = len(data) - _common(data, BRACKETED_PASTE_END)
            self._unsure, rest = data[end:], ""
        else:
            self._unsure, rest = "", data[end + len(BRACKETED_PASTE_END) :]
        if self._paste is not None and self._pasted < LARGEST_PASTE:
            self._paste.append(data[: min(end, LARGEST_PASTE - self._pasted)])
            self._pasted += end
        return rest

    def _end_paste(self) -> Iterator[Message]:
        if self._paste is None:
            return
        text = pasted_text("".join([*self._paste, "" if self._has_ended else self._unsure]))
        self._paste, self._unsure = None, ""
        if text:
            yield events.Paste(text)


def _without_alt_text(message: Message) -> Message:
    """Return a key without its character if Alt was held: otherwise fields would insert the character.

    Alt that composes a character of its own, as on a Mac, leaves a character other than ASCII, which stays.
    """
    if isinstance(message, events.Key) and message.key.startswith("alt+"):
        character = message.character
        if character is not None and character.isascii():
            return events.Key(message.key, None)
    return message


def _common(text: str, marker: str) -> int:
    """Return how many of the last characters of `text` are the beginning of `marker`."""
    return next((size for size in range(len(marker) - 1, 0, -1) if text.endswith(marker[:size])), 0)


class PasteDriver(LinuxDriver):
    """Textual's driver with this parser; bytes that are not UTF-8 are replaced and end nothing."""

    def run_input_thread(self) -> None:
        """Process the terminal's input until the driver is stopped."""
        parser = InputParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    try:
                        text = decode(os.read(self.fileno, 65_536))
                    except OSError:  # the terminal is gone, and `signals.py` ends the app
                        break
                    if not text:
                        time.sleep(0.01)  # half a character, or the input has ended
                    else:
                        for message in parser.feed(text):
                            self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        with suppress(EOFError, ParseError):
            for message in parser.feed(""):
                self.process_message(message)
