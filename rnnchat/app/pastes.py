"""What comes from the terminal: pastes arrive whole, in order, and without escape sequences.

Textual's parser breaks a paste off at the first escape character in it, and takes what follows for keys.
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
"""Of a longer paste the rest is left out, in characters; no field takes as much."""
PASTE_PATIENCE = 2.0
"""Seconds without a character after which a paste is taken to have ended, if its end does not come."""
MARKER_PATIENCE = 1.0
"""Seconds that the rest of the marker before a paste may take; nobody types the beginning of one."""
_SURE = len("\x1b[2")
"""From so many characters on, what has come can hardly be anything but a marker."""

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
    """Textual's parser of what a terminal sends, except for pastes, which it never sees."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._marker = 0
        """How many characters of the marker before a paste have come last."""
        self._paste: list[str] | None = None
        """What has come of a paste; None outside of one."""
        self._pasted = 0
        self._unsure = ""
        """The last characters of a paste, where they may be the beginning of its end."""
        self._has_ended = False
        self._heard = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        """Yield what `data` means; a paste once its end has come."""
        self._heard = time.monotonic()
        if not data:
            yield from self._end_paste()
            yield from super().feed(data)
            return
        while data:
            if self._paste is None:
                typed, is_paste, data = self._until_paste(data)
                if typed:
                    yield from super().feed(typed)
                if is_paste:
                    self._begin_paste()
            else:
                data = self._collect(data)
                if self._has_ended:
                    yield from self._end_paste()

    def tick(self) -> Iterable[Message]:
        """Yield what is certain now that nothing has come for a while."""
        quiet = time.monotonic() - self._heard
        if self._paste is not None:
            if quiet >= PASTE_PATIENCE:
                yield from self._end_paste()
        elif self._marker < _SURE or quiet >= MARKER_PATIENCE:
            was_unsure = self._timeout_time is not None
            yield from super().tick()
            if was_unsure and self._timeout_time is None:
                self._marker = 0

    def _until_paste(self, data: str) -> tuple[str, bool, str]:
        """Return what is before a paste in `data`, whether one begins, and what comes after its marker.

        The last character of the marker is kept from Textual's parser, which would begin a paste of its own.
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
        # Textual's parser has the marker but for its end, and begins anew.
        self._gen = self.parse(self._tokens.append)
        self._awaiting = next(self._gen)
        self._timeout_time = None
        self._paste, self._pasted, self._unsure, self._has_ended = [], 0, "", False

    def _collect(self, data: str) -> str:
        """Add to the paste what `data` has of it, and return what comes after it."""
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


def _common(text: str, marker: str) -> int:
    """Return how many of the last characters of `text` are the beginning of `marker`."""
    return next((size for size in range(len(marker) - 1, 0, -1) if text.endswith(marker[:size])), 0)


class PasteDriver(LinuxDriver):
    """Textual's driver with this parser; bytes that are no UTF-8 are replaced and end nothing."""

    def run_input_thread(self) -> None:
        """Hand on what the terminal sends, until the driver is stopped."""
        parser = InputParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    try:
                        text = decode(os.read(self.fileno, 65_536))
                    except OSError:  # the terminal is gone; whoever watches it lets the app leave
                        break
                    if not text:
                        time.sleep(0.01)  # half a character, or an input that has ended
                    else:
                        for message in parser.feed(text):
                            self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        with suppress(EOFError, ParseError):
            for message in parser.feed(""):
                self.process_message(message)
