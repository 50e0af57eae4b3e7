"""The field in which a message is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from rnnchat.app.widgets.text_editor import TextEditor

LONGEST_MESSAGE = 20_000
"""A message of more characters is cut: it would slow the editor down and improve no reply."""


class Composer(TextEditor):
    """An editor of a few lines: Enter sends, Ctrl+J or Shift+Enter makes a new line."""

    @dataclass
    class Sent(Message):
        """The person has sent a message."""

        text: str

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", id="chat.send"),
        Binding("ctrl+j,shift+enter", "new_line", "New line", id="chat.new-line", key_display="^j"),
    ]

    def __init__(self) -> None:
        super().__init__(
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            placeholder="Write a message",
            highlight_cursor_line=False,
        )

    def on_key(self, event: events.Key) -> None:
        """Send on Enter; a priority binding would overtake letters that are still on their way here."""
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.action_send()

    def action_send(self) -> None:
        """Send the message, unless it is empty."""
        if text := self.text.strip():
            self.post_message(self.Sent(text))

    def action_copy(self) -> None:
        """Copy the selection; without one, say how to quit, which Ctrl+C often means."""
        if self.selected_text:
            super().action_copy()
        else:
            self.app.action_help_quit()

    def action_new_line(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, without control characters and up to the longest message."""
        from rnnchat.text.notes.clean import sanitize

        event.prevent_default()
        event.stop()
        text = sanitize(event.text)
        space = max(0, LONGEST_MESSAGE - len(self.text) + len(self.selected_text))
        self.replace(text[:space], *self.selection)
        if len(text) > space:
            self.app.notify(
                f"A message can have {LONGEST_MESSAGE:,} characters at most; the rest was cut off.",
                severity="warning",
                markup=False,
            )
