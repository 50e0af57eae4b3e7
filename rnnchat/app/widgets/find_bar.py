"""Find and replace in a draft: one line above it, while it is wanted."""

from __future__ import annotations

import re

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from rnnchat.app.widgets.draft_editor import DraftEditor

MOST = 10_000
"""So many finds are counted at most."""


class FindBar(Horizontal):
    """What to find in an editor and what to put in its place, and how often it is there."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "leave", "Close", id="find.leave"),
        Binding("enter,down", "go(1)", "Next", id="find.next", key_display="⏎"),
        Binding("up", "go(-1)", "Before", id="find.before", key_display="↑"),
        Binding("tab", "app.focus_next", "Replace with", show=False, id="find.other"),
        Binding("ctrl+r", "replace(False)", "Replace", id="find.replace"),
        Binding("ctrl+t", "replace(True)", "Replace all", id="find.replace-all"),
    ]

    def __init__(self, editor: DraftEditor) -> None:
        super().__init__()
        self._editor = editor

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

    @on(Input.Changed, "#find")
    def typed(self) -> None:
        """Look for it from here on while it is typed."""
        self.action_go(0)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Go on to the next."""
        self.action_go(1)

    def action_go(self, direction: int) -> None:
        """Go to the next find (1), the one before (-1), or the first from here on (0)."""
        pattern, editor = self.pattern, self._editor
        if pattern is None:
            self._say("")
            return
        start, end = sorted(map(editor.offset_at, editor.selection))
        found = find(pattern, editor.text, end if direction > 0 else start, direction)
        if found is None:
            self._say("none")
            return
        total = count(pattern, editor.text)
        self._say("10,000 or more" if total == MOST else f"{total:,} found")
        editor.move_cursor(editor.location_at(found[0]), center=True)
        editor.move_cursor(editor.location_at(found[1]), select=True)

    def action_replace(self, everywhere: bool) -> None:
        """Replace the find that is shown and go on to the next, or replace all; one step to undo."""
        pattern, editor = self.pattern, self._editor
        if pattern is None:
            return
        if everywhere:
            replaced, number = pattern.subn(lambda _: self.replacement, editor.text)
            if number:
                editor.replace(replaced, (0, 0), editor.document.end)
            self._say(f"{number:,} replaced")
            return
        start, end = sorted(editor.selection)
        if pattern.fullmatch(editor.selected_text):
            editor.replace(self.replacement, start, end)
        self.action_go(1)

    def action_leave(self) -> None:
        """Go back to writing."""
        self.display = False
        self._editor.focus()

    def _say(self, text: str) -> None:
        """Show how many there are, or what was done."""
        self.query_one("#found", Static).update(text)


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
