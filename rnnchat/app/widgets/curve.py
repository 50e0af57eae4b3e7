"""A learning curve, drawn in Braille characters of 2 by 4 dots."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a Braille character, by row and column."""
_LABEL_WIDTH = 6
"""The width of the numbers on the left, in cells."""


class Curve(Widget):
    """A line chart of values over time, labelled with the highest and the lowest value."""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title
        self.points: list[tuple[float, float]] = []
        """The (x, y) pairs that are drawn, in the order of x."""
        self.end = 1.0
        """The x of the right edge; that of the left edge is 0."""

    def show(self, points: Sequence[tuple[float, float]], end: float) -> None:
        """Draw `points` (x, y) from x = 0 to `end`."""
        self.points = list(points)
        self.end = max(end, 1e-9)
        self.refresh()

    def render(self) -> RenderResult:
        """Draw the curve in the space there is."""
        width, height = self.size.width - _LABEL_WIDTH - 1, self.size.height
        if width < 4 or height < 2:
            return Content("")
        if not self.points:
            return Content("\n" * (height // 2) + "The first score will appear soon.".center(width))
        # The steep first fall would flatten the rest, so the first point may lie above the top edge.
        values = [y for _, y in self.points[1 if len(self.points) > 3 else 0 :]]
        low, high = min(values), max(values)
        grid = draw(self.points, self.end, low, high, width, height)
        decimals = 2 if f"{high:.2f}" != f"{low:.2f}" else 3
        lines = []
        for row, cells in enumerate(grid):
            value = high if row == 0 else low if row == height - 1 and low != high else None
            label = "" if value is None else f"{value:.{decimals}f}"
            lines.append(Content.assemble((f"{label:>{_LABEL_WIDTH}} ", "dim"), (cells, "$primary")))
        return Content("\n").join(lines)


def draw(
    points: Sequence[tuple[float, float]], end: float, low: float, high: float, width: int, height: int
) -> list[str]:
    """Return `height` lines of `width` Braille characters with a line through `points`."""
    columns, rows = width * 2, height * 4
    spread = (high - low) or 1.0
    dots = [[0] * width for _ in range(height)]

    def place(x: float, y: float) -> tuple[int, int]:
        column = min(columns - 1, max(0, round(x / end * (columns - 1))))
        row = min(rows - 1, max(0, round((high - y) / spread * (rows - 1))))
        return column, row

    before: tuple[int, int] | None = None
    for x, y in points:
        column, row = place(x, y)
        steps = max(abs(column - before[0]), abs(row - before[1]), 1) if before else 1
        for step in range(steps + 1):
            share = step / steps
            at_column = round(before[0] + (column - before[0]) * share) if before else column
            at_row = round(before[1] + (row - before[1]) * share) if before else row
            dots[at_row // 4][at_column // 2] |= _DOTS[at_row % 4][at_column % 2]
        before = (column, row)
    return ["".join(chr(0x2800 + cell) for cell in line) for line in dots]
