"""One turn of a chat."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from rnnchat.app.conversation import Said
from rnnchat.library.text_folding import FoldedText

NOT_KEPT = "not kept"


class TurnView(Vertical):
    """Who speaks, and below it what is said: always as it is, never as markup."""

    def __init__(self, role: str, speaker: str, text: str = "") -> None:
        super().__init__(classes=role)
        self.role = role
        self.speaker = speaker
        self.text = text
        self.said: Said | None = None
        """The turn that is shown, once it has been said."""
        self._noted = ""
        self._is_kept = True
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
        self._noted = note
        self._show_note()

    def show_kept(self, is_kept: bool) -> None:
        """Say whether this could not be kept on the disk."""
        if is_kept != self._is_kept:
            self._is_kept = is_kept
            self._show_note()

    def highlight(self, sought: Sequence[str]) -> None:
        """Set apart where the words that are `sought`, which are folded, stand in what is said."""
        folded, content = FoldedText(self.text), Content(self.text)
        for word in sought:
            for start, end in folded.spans(word, whole=False):
                content = content.stylize("reverse", start, end)
        self._body.update(content)

    def on_mount(self) -> None:
        """Show no empty lines."""
        self._show_note()

    def _show_note(self) -> None:
        parts = [Content(self._noted)] if self._noted else []
        if not self._is_kept:
            parts.append(Content.styled(NOT_KEPT, "$error bold"))
        self._note.update(Content("  ·  ").join(parts))
        self._note.display = bool(parts)
