"""One turn of a chat."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from rnnchat.app.conversation import ChatTurn
from rnnchat.app.widgets.near_passages import HINT, NearPassage, NearPassages
from rnnchat.library.text_folding import FoldedText

NOT_SAVED = "not saved"
"""The note below a turn that could not be saved."""


class TurnView(Vertical):
    """The author, the text, which is never parsed as markup, and a note below."""

    def __init__(self, role: str, author: str, text: str = "") -> None:
        super().__init__(classes=role)
        self.role = role
        self.author = author
        self.text = text
        self.turn: ChatTurn | None = None
        """The turn that is shown, once it is complete."""
        self._note_text = ""
        self._is_saved = True
        self._body = Static(text, classes="body", markup=False)
        self._note = Static("", classes="note", markup=False)

    @classmethod
    def of(cls, turn: ChatTurn) -> TurnView:
        """Return the view of a complete turn."""
        view = cls(turn.role, "You" if turn.role == "user" else turn.model, turn.text)
        view.turn = turn
        return view

    def compose(self) -> ComposeResult:
        """Lay out the turn."""
        yield Static(self.author, classes="author", markup=False)
        yield self._body
        yield self._note

    def show(self, text: str, note: str = "") -> None:
        """Replace the text, and the note below it."""
        self.text = text
        self._body.update(text)
        self._note_text = note
        self._show_note()

    def show_saved(self, is_saved: bool) -> None:
        """Add to the note whether the turn could not be saved."""
        if is_saved != self._is_saved:
            self._is_saved = is_saved
            self._show_note()

    def show_passages(self, passages: Sequence[NearPassage]) -> None:
        """Show passages of the notes that are near to the message that was answered."""
        if not self.is_attached:  # the turn has been removed meanwhile
            return
        if not self._note.is_attached:
            self.call_after_refresh(self.show_passages, passages)
            return
        hint = Static(HINT, classes="hint-passages", markup=False)
        self.mount(hint, NearPassages(passages), before=self._note)

    def highlight(self, words: Sequence[str]) -> None:
        """Highlight where the search's `words`, which are folded, stand in the text."""
        folded, content = FoldedText(self.text), Content(self.text)
        for word in words:
            for start, end in folded.spans(word, whole=False):
                content = content.stylize("reverse", start, end)
        self._body.update(content)

    def on_mount(self) -> None:
        """Hide what is empty."""
        self._show_note()

    def _show_note(self) -> None:
        parts = [Content(self._note_text)] if self._note_text else []
        if not self._is_saved:
            parts.append(Content.styled(NOT_SAVED, "$error bold"))
        self._note.update(Content("  ·  ").join(parts))
        self._note.display = bool(parts)
