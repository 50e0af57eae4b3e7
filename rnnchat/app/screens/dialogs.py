"""Small questions: yes or no, a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.path_suggester import PathSuggester
from rnnchat.errors import RnnchatError


class Confirm(Dialog[bool]):
    """A question with two answers; Esc is the careful one."""

    BINDINGS: ClassVar = [
        Binding("escape", "answer(False)", "No", id="confirm.no"),
        Binding("left", "app.focus_previous", show=False, id="confirm.left"),
        Binding("right", "app.focus_next", show=False, id="confirm.right"),
    ]

    def __init__(self, question: str, more: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._more, self._yes, self._no = question, more, yes, no

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(id="dialog"):
            yield Static(self._question, classes="title", markup=False)
            yield Static(self._more, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="no", compact=True)
                yield Button(self._yes, id="yes", variant="error", compact=True)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, sure: bool) -> None:
        """Answer by key."""
        self.dismiss(sure)


LONGEST_NAME = 64
LONGEST_PATH = 4096
"""In characters."""


class AskName(Dialog[str]):
    """Asks for a name; Enter takes it, Esc leaves things as they are."""

    BINDINGS: ClassVar = [Binding("escape", "give_up", "Leave it", id="name.leave")]
    what: ClassVar = "name"
    """What is asked for."""

    def __init__(self, title: str, name: str) -> None:
        super().__init__()
        self._title, self._name_before = title, name

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(id="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield self.field(self._name_before)
            yield Static(f"Enter: take this {self.what}   Esc: leave it", classes="hint", markup=False)
            yield from self.more()

    def more(self) -> ComposeResult:
        """Yield what else there is in the dialog."""
        yield from ()

    def field(self, name: str) -> Input:
        """Return where the name is written."""
        return Input(name, max_length=LONGEST_NAME, compact=True)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Give the name back."""
        self.dismiss(event.value.strip())

    def action_give_up(self) -> None:
        """Give nothing back."""
        self.dismiss("")


class AskPath(AskName):
    """Asks for a file's path, and helps to write it; one that is refused stays there with the reason.

    `check` raises an RnnchatError where a path cannot be taken.
    """

    what: ClassVar = "path"

    def __init__(self, title: str, name: str, check: Callable[[str], object]) -> None:
        super().__init__(title, name)
        self._check = check
        self._is_untouched = True

    def field(self, name: str) -> Input:
        """Return where the path is written: what is typed replaces it, after End goes on with it."""
        return Input(name, max_length=LONGEST_PATH, compact=True, suggester=PathSuggester())

    def more(self) -> ComposeResult:
        """Leave room for why a path is refused."""
        refused = Static("", id="refused", markup=False)
        refused.display = False
        yield refused

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Begin afresh where a whole path is typed or pasted after the one that stood there."""
        before, typed = self._name_before, event.value
        if typed == before:
            return
        self.query_one("#refused").display = False
        if self._is_untouched and typed.startswith(before) and is_whole(typed[len(before) :]):
            event.input.value = typed[len(before) :]
            event.input.cursor_position = len(event.input.value)
        self._is_untouched = False

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Give the path back, if it can be taken."""
        event.prevent_default()  # of AskName, which would take anything
        try:
            self._check(event.value)
        except RnnchatError as error:
            refused = self.query_one("#refused", Static)
            refused.update(f"{error.message} {error.hint}")
            refused.display = True
        else:
            self.dismiss(event.value)


def is_whole(text: str) -> bool:
    """Tell whether `text` is, or begins, a path that depends on nothing before it."""
    return text.lstrip().lower().startswith(("/", "~", "file:/", "'/", '"/', "'~", '"~'))
