"""A learning curve, drawn in Braille dots: two a column, four a row."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_AXIS = 6  # cells for the numbers on the left


class Curve(Widget):
    """Values over time; the highest and lowest are written beside it."""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._points: list[tuple[float, float]] = []
        self._end = 1.0

    def show(self, points: Sequence[tuple[float, float]], end: float) -> None:
        """Draw `points` (x, y) from x = 0 to `end`."""
        self._points = list(points)
        self._end = max(end, 1e-9)
        self.refresh()

    def render(self) -> RenderResult:
        """Draw the curve in the space there is."""
        width, height = self.size.width - _AXIS - 1, self.size.height
        if width < 4 or height < 2:
            return Content("")
        if not self._points:
            return Content("\n" * (height // 2) + "the first measurement comes in a moment".center(width))
        # The first fall would flatten the rest, once there is a rest: it begins beyond the top.
        values = [y for _, y in self._points[1 if len(self._points) > 3 else 0 :]]
        low, high = min(values), max(values)
        grid = draw(self._points, self._end, low, high, width, height)
        lines = []
        for row, cells in enumerate(grid):
            label = f"{high:.2f}" if row == 0 else f"{low:.2f}" if row == height - 1 else ""
            lines.append(Content.assemble((f"{label:>{_AXIS}} ", "dim"), (cells, "$primary")))
        return Content("\n").join(lines)


def draw(
    points: Sequence[tuple[float, float]], end: float, low: float, high: float, width: int, height: int
) -> list[str]:
    """Return `height` lines of `width` Braille cells with a line through `points`."""
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
