"""The line below a draft: other ways to go on, by number."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from rnnchat.app.completion import Alternative

LONGEST = 28
"""A longer alternative is shown shortened, in characters."""


class Alternatives(Widget):
    """Always one line, so that nothing moves when there are none."""

    offered: reactive[tuple[Alternative, ...]] = reactive(())
    chosen: reactive[int] = reactive(-1)

    def render(self) -> RenderResult:
        """Draw as many as fit."""
        if not self.offered:
            return Content("")
        is_choosing = self.chosen >= 0
        line = Content.styled("←→ ⏎" if is_choosing else "Alt+", "dim")
        for index, one in enumerate(self.offered):
            shown = one.shown if len(one.shown) <= LONGEST else one.shown[: LONGEST - 1] + "…"
            look = "reverse" if index == self.chosen else ""
            part = Content.assemble(" ", (f" {index + 1}", f"$accent bold {look}"), (f" {shown} ", look))
            if line.cell_length + part.cell_length > self.size.width:
                break
            line = Content.assemble(line, part)
        return line
