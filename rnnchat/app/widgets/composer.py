"""Where one writes a message."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

LONGEST = 20_000
"""A message of more characters is cut: it would slow the editor down and help no reply."""


class Composer(TextArea):
    """An editor of a few lines: Enter sends, Ctrl+J or Shift+Enter makes a new line."""

    @dataclass
    class Sent(Message):
        """The person has sent a message."""

        text: str

    BINDINGS = [  # noqa: RUF012
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

    async def _on_key(self, event: events.Key) -> None:
        # Not by a priority binding: that would overtake letters that are still on their way here.
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.action_send()
            return
        await super()._on_key(event)

    def action_send(self) -> None:
        """Send what is written, if anything is."""
        if text := self.text.strip():
            self.post_message(self.Sent(text))

    def action_copy(self) -> None:
        """Copy what is selected; with nothing selected, say how to leave, which Ctrl+C often means."""
        if self.selected_text:
            super().action_copy()
        else:
            self.app.action_help_quit()

    def action_new_line(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    async def _on_paste(self, event: events.Paste) -> None:
        from rnnchat.text.notes.clean import sanitize

        event.prevent_default()
        event.stop()
        text = sanitize(event.text)
        room = max(0, LONGEST - len(self.text) + len(self.selected_text))
        self.replace(text[:room], *self.selection)
        if len(text) > room:
            self.app.notify(
                f"A message holds at most {LONGEST:,} characters; the rest was left out.",
                severity="warning",
                markup=False,
            )
