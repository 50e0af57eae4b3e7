"""How much is done, as a line across."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class Meter(Widget):
    """A line that fills from left to right, and the share in numbers."""

    share: reactive[float] = reactive(0.0)
    """From 0 to 1."""

    def render(self) -> RenderResult:
        """Draw the line in the width there is."""
        width = max(0, self.size.width - 5)
        filled = round(width * min(1.0, max(0.0, self.share)))
        return Content.assemble(
            ("━" * filled, "$primary"), ("━" * (width - filled), "$border"), f" {self.share:>4.0%}"
        )
