"""The lines of an editor as they are wrapped."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widgets.text_area import Location, WrappedDocument


class WrappedText(WrappedDocument):
    """A wrapped document that counts its lines once after each change, not for each line that is drawn."""

    _height: int | None = None

    @property
    def height(self) -> int:
        """The number of wrapped lines."""
        if self._height is None:
            self._height = super().height
        return self._height

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Wrap all lines at `width` cells."""
        self._height = None
        super().wrap(width, tab_width)

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Wrap the lines again that an edit has changed."""
        self._height = None
        super().wrap_range(start, old_end, new_end)

    def location_to_offset(self, location: Location) -> Offset:
        """Return where a row and column are shown; the end of the text for what is after it.

        While Textual undoes a change, it asks for the old cursor in the new, shorter text, and would fail.
        """
        row, column = min(location, self.document.end)
        return super().location_to_offset((row, min(column, len(self.document[row]))))
