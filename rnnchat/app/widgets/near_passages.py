"""The passages of the notes that are near to a message, below its reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

PASSAGE_CHARACTERS = 120
"""At most this many characters of a passage are shown."""
HINT = "From your notes (Shift+Tab, Enter: open)"
"""What is shown above the passages."""


@dataclass(frozen=True)
class NearPassage:
    """A passage of a note."""

    path: str
    line: int
    """The line of the file that it begins in, from 1."""
    name: str
    """The path as it is shown."""
    text: str


class NearPassages(OptionList):
    """A list of passages; Enter opens the highlighted one."""

    @dataclass
    class Opened(Message):
        """A passage is to be opened in Draft."""

        passage: NearPassage

    BINDINGS: ClassVar = [
        Binding("enter", "select", "Open in Draft", id="passages.open"),
        Binding("escape", "leave", "Back", id="passages.leave"),
    ]

    def __init__(self, passages: Sequence[NearPassage]) -> None:
        super().__init__(*(Option(_line(one)) for one in passages), compact=True, markup=False)
        self._passages = passages

    def on_mount(self) -> None:
        """Highlight nothing before the keyboard comes here."""
        self.highlighted = None

    def on_focus(self) -> None:
        """Highlight the first passage."""
        if self.highlighted is None:
            self.highlighted = 0

    def on_blur(self) -> None:
        """Highlight nothing any more."""
        self.highlighted = None

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Ask for the passage to be opened."""
        event.stop()
        self.post_message(self.Opened(self._passages[event.option_index]))

    def action_leave(self) -> None:
        """Go back to the message that is being written."""
        self.screen.query_one("Composer").focus()


def _line(passage: NearPassage) -> Content:
    text = " ".join(passage.text[:PASSAGE_CHARACTERS].split())
    return Content.assemble(f"{passage.name}:{passage.line}  ", (text, "italic"))
