"""The line below a draft that shows alternatives to the suggestion, by number."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from rnnchat.app.suggestion_worker import Alternative

LENGTHS = (28, 20, 14)
"""The numbers of characters that are shown of an alternative at most; the first one with which all fit."""
SIGNS = 4
"""The number of an alternative and the spaces around it take so many cells."""


class Alternatives(Widget):
    """A line of alternatives; it stays where there are none, so that nothing moves."""

    offered: reactive[tuple[Alternative, ...]] = reactive(())
    """The alternatives, the most probable first."""
    chosen: reactive[int] = reactive(-1)
    """The index of the one that is highlighted; -1 for none."""

    def render(self) -> RenderResult:
        """Draw as many alternatives as fit."""
        if not self.offered:
            return Content("")
        for longest in LENGTHS:
            line, count = self._line(longest)
            if count == len(self.offered):
                break
        return line

    def _line(self, longest: int) -> tuple[Content, int]:
        """Return the line with at most `longest` characters of each, and how many alternatives fit on it."""
        is_choosing = self.chosen >= 0
        line = Content.styled("←→ ⏎" if is_choosing else "Alt+", "dim")
        for index, one in enumerate(self.offered):
            # Part of a correction would say nothing.
            most = max(longest, self.size.width - line.cell_length - SIGNS) if one.replaces else longest
            shown = one.shown if len(one.shown) <= most else one.shown[: most - 1] + "…"
            style = "reverse" if index == self.chosen else ""
            part = Content.assemble(" ", (f" {index + 1}", f"$accent bold {style}"), (f" {shown} ", style))
            if line.cell_length + part.cell_length > self.size.width:
                return line, index
            line = Content.assemble(line, part)
        return line, len(self.offered)
