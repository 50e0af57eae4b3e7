"""Find and replace in a draft: one line above it, while it is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

MOST = 10_000
"""So many finds are counted at most."""


class FindBar(Horizontal):
    """What to find and what to put in its place; says what is asked for, and shows what came of it."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "leave", "Close", id="find.leave"),
        Binding("enter,down", "go(1)", "Next", id="find.next", key_display="⏎"),
        Binding("up", "go(-1)", "Before", id="find.before", key_display="↑"),
        Binding("tab", "app.focus_next", "Replace with", show=False, id="find.other"),
        Binding("ctrl+r", "replace(False)", "Replace", id="find.replace"),
        Binding("ctrl+t", "replace(True)", "Replace all", id="find.replace-all"),
    ]

    @dataclass
    class Sought(Message):
        """Go to the next (1), the one before (-1), or the first from here on (0)."""

        direction: int

    @dataclass
    class Replaced(Message):
        """Replace the one that is shown, or all."""

        everywhere: bool

    class Left(Message):
        """Back to writing."""

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        yield Static("Find", classes="label", markup=False)
        yield Input(id="find", compact=True)
        yield Static("Replace with", classes="label", markup=False)
        yield Input(id="replacement", compact=True)
        yield Static("", id="found", markup=False)

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """What is looked for; small letters stand for capitals too. None while nothing is typed."""
        sought = self.query_one("#find", Input).value
        if not sought:
            return None
        return re.compile(re.escape(sought), 0 if sought != sought.lower() else re.IGNORECASE)

    @property
    def replacement(self) -> str:
        """What takes its place."""
        return self.query_one("#replacement", Input).value

    def open(self, sought: str) -> None:
        """Begin to look for something, `sought` at first if it is anything."""
        self.display = True
        field = self.query_one("#find", Input)
        if sought:
            field.value = sought
        field.focus()
        field.select_all()

    def say(self, text: str) -> None:
        """Show how many there are, or what was done."""
        self.query_one("#found", Static).update(text)

    @on(Input.Changed, "#find")
    def typed(self) -> None:
        """Look for it while it is typed."""
        self.post_message(self.Sought(0))

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Go on to the next."""
        self.action_go(1)

    def action_go(self, direction: int) -> None:
        """Go to the next or the one before."""
        self.post_message(self.Sought(direction))

    def action_replace(self, everywhere: bool) -> None:
        """Replace the one that is shown, or all."""
        self.post_message(self.Replaced(everywhere))

    def action_leave(self) -> None:
        """Go back to writing."""
        self.display = False
        self.post_message(self.Left())


def find(pattern: re.Pattern[str], text: str, start: int, direction: int) -> tuple[int, int] | None:
    """Return the first find from `start` on, or the last one that ends before it; around the end if need be.

    Both are offsets in `text`; None where there is nothing to find.
    """
    if direction >= 0:
        found = pattern.search(text, start) or pattern.search(text)
        return found.span() if found else None
    last = before = None
    for found in pattern.finditer(text):
        last = found.span()
        if found.end() <= start:
            before = last
        elif before:
            break
    return before or last


def count(pattern: re.Pattern[str], text: str) -> int:
    """Return how often there is something to find, at most MOST."""
    total = 0
    for _ in pattern.finditer(text):
        total += 1
        if total == MOST:
            break
    return total
