"""The field in which a phrase to translate is written."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from rnnchat.app.widgets.composer import Composer


class PhraseEditor(Composer):
    """An editor of a few lines: Enter translates them, Ctrl+J or Shift+Enter makes a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Translate", id="translate.translate"),
        Binding("ctrl+j,shift+enter", "new_line", "New line", id="translate.new-line", key_display="^j"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.placeholder = "Write a phrase, then Enter"
