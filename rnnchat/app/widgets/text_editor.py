"""An editor of text whose lines are wrapped once after each change."""

from __future__ import annotations

from textual.widgets import TextArea
from textual.widgets.text_area import WrappedDocument

from rnnchat.app.widgets.wrapped_text import WrappedText


class TextEditor(TextArea):
    """Textual's editor, which with its own wrapped lines fails where a change higher than it is undone."""

    @property
    def wrapped_document(self) -> WrappedDocument:
        """The lines as they are wrapped."""
        return self._wrapped

    @wrapped_document.setter
    def wrapped_document(self, wrapped: WrappedDocument) -> None:
        # To make another one would wrap all lines again, which takes a second in the longest drafts.
        wrapped.__class__ = WrappedText
        self._wrapped = wrapped
