"""Small dialogs that ask a question: yes or no, a name, or a path."""

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
    """A question with two answers; Esc gives the safe one."""

    BINDINGS: ClassVar = [
        Binding("escape", "answer(False)", "No", id="confirm.no"),
        Binding("left", "app.focus_previous", show=False, id="confirm.left"),
        Binding("right", "app.focus_next", show=False, id="confirm.right"),
    ]

    def __init__(self, question: str, more: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._more, self._yes, self._no = question, more, yes, no

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        with Vertical(id="dialog"):
            yield Static(self._question, classes="title", markup=False)
            yield Static(self._more, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="no", compact=True)
                yield Button(self._yes, id="yes", variant="error", compact=True)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """Give the answer of the button."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, sure: bool) -> None:
        """Give an answer by key."""
        self.dismiss(sure)


class ConfirmWhileTraining(Confirm):
    """A question about the training that is running; it closes by itself once the training has ended."""

    def on_training_changed(self) -> None:
        """Answer no where the question no longer makes sense."""
        app = self.services
        if not app.training.is_running:
            self.dismiss(False)
            app.inform("The training has ended.")


MAX_NAME_LENGTH = 64
"""The length of a model's name at most, in characters."""
MAX_PATH_LENGTH = 4096
"""The length of a path at most, in characters."""


class AskName(Dialog[str]):
    """Asks for a name; Enter gives it back, Esc gives back an empty one."""

    BINDINGS: ClassVar = [Binding("escape", "cancel", "Cancel", id="name.cancel")]
    what: ClassVar = "name"
    """What is asked for."""

    def __init__(self, title: str, prefill: str) -> None:
        super().__init__()
        self._title, self._prefill = title, prefill

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        with Vertical(id="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield self.field(self._prefill)
            yield Static(f"Enter: use this {self.what}   Esc: cancel", classes="hint", markup=False)
            yield from self.more()

    def more(self) -> ComposeResult:
        """Yield further widgets of the dialog."""
        yield from ()

    def field(self, prefill: str) -> Input:
        """Return the field for the name."""
        return Input(prefill, max_length=MAX_NAME_LENGTH, compact=True)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Give the name back."""
        self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        """Give back an empty name."""
        self.dismiss("")


class AskPath(AskName):
    """Asks for a file's path and completes it; one that cannot be used stays there with the reason.

    `check` raises an RnnchatError where a path cannot be used.
    """

    what: ClassVar = "path"

    def __init__(self, title: str, prefill: str, check: Callable[[str], object]) -> None:
        super().__init__(title, prefill)
        self._check = check
        self._is_untouched = True
        self._suggested = ""
        """A path that was put into the field after it was shown."""

    def field(self, prefill: str) -> Input:
        """Return the field for the path; typing replaces the prefill, unless End is pressed first."""
        return Input(prefill, max_length=MAX_PATH_LENGTH, compact=True, suggester=PathSuggester())

    def more(self) -> ComposeResult:
        """Yield a line for why a path cannot be used, hidden at first."""
        refused = Static("", id="refused", markup=False)
        refused.display = False
        yield refused

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Drop the prefill where an absolute path is typed or pasted after it."""
        before, typed = self._prefill, event.value
        if typed in (before, self._suggested):
            return
        self.query_one("#refused").display = False
        if self._is_untouched and typed.startswith(before) and is_absolute(typed[len(before) :]):
            event.input.value = typed[len(before) :]
            event.input.cursor_position = len(event.input.value)
        self._is_untouched = False

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Give the path back, if it can be used."""
        event.prevent_default()  # AskName would accept any text
        try:
            self._check(event.value)
        except RnnchatError as error:
            refused = self.query_one("#refused", Static)
            refused.update(f"{error.message} {error.hint}")
            refused.display = True
        else:
            self.dismiss(event.value)


def is_absolute(text: str) -> bool:
    """Return whether `text` begins like a path from the root or the home folder, in quotes or as a URL."""
    return text.lstrip().lower().startswith(("/", "~", "file:/", "'/", '"/', "'~", '"~'))
