"""The table of the Sort screen, whose columns fit the terminal."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.widgets import DataTable

COLUMNS = ("", "Note", "Folder", "", "Or")
"""The headings of the columns: a mark, the note, its likeliest folder, how probable that is, and others."""
WIDTHS = (1, 24, 17, 4, 22)
"""The widths of the columns in a terminal of about 80 columns."""
SHARES = (0, 0.4, 0.3, 0, 0.3)
"""The shares of the columns of what a wider terminal has more."""
SMALLEST_NOTE = 13
"""The smallest width of the column of notes; the folders get what is left."""
MARGINS = 2
"""The table is this much narrower than the terminal."""
LEAST_OTHERS = 12
"""The column of the other folders is left out where it would be narrower than this."""


class SortTable(DataTable[Text]):
    """The notes of the inbox, with a label for Enter in the footer."""

    BINDINGS: ClassVar = [Binding("enter", "select_cursor", "Move", id="sort.move")]

    def on_mount(self) -> None:
        """Add the columns."""
        for number, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            self.add_column(name, key=str(number), width=width)

    def fit(self, terminal_width: int) -> None:
        """Fit the columns to a terminal, beside the bar that a long table has."""
        sides = 2 * self.cell_padding * len(WIDTHS)
        width = terminal_width - MARGINS - self.styles.scrollbar_size_vertical - sides
        extra = width - sum(WIDTHS)
        wanted = [int(own + extra * share) for own, share in zip(WIDTHS, SHARES, strict=True)]
        if wanted[-1] < LEAST_OTHERS:
            wanted[-1] = 0
            wanted[1] = max(SMALLEST_NOTE, wanted[1])
        wanted[2] = max(1, width - sum(wanted[:2] + wanted[3:]))
        for column, own in zip(self.columns.values(), wanted, strict=False):
            column.width = own
            column.auto_width = False
        # Textual adds the widths up only where a row was added or changed.
        width = sum(column.get_render_width(self) for column in self.columns.values())
        self.virtual_size = Size(width, self.virtual_size.height)
        self.refresh(layout=True)
