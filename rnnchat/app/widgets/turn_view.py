"""One turn of a chat."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static


class TurnView(Vertical):
    """Who speaks, and below it what is said: always as it is, never as markup."""

    def __init__(self, role: str, speaker: str, text: str = "", *, number: int = 0) -> None:
        super().__init__(classes=role)
        self.role = role
        self.speaker = speaker
        self.text = text
        self.number = number
        self._body = Static(text, classes="body", markup=False)
        self._note = Static("", classes="note", markup=False)

    def compose(self) -> ComposeResult:
        """Lay the turn out."""
        yield Static(self.speaker, classes="speaker", markup=False)
        yield self._body
        yield self._note

    def show(self, text: str, note: str = "") -> None:
        """Replace what is said; `note` is a word about it in small."""
        self.text = text
        self._body.update(text)
        self._note.update(note)
        self._note.display = bool(note)

    def on_mount(self) -> None:
        """Show no empty lines."""
        self._note.display = False
