"""The turns of a chat, one below the other."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.geometry import Size


class Transcript(VerticalScroll, can_focus=False):
    """Begins at the top, and follows the end once there is more than fits, unless one scrolls away."""

    def watch_virtual_size(self, _: Size, size: Size) -> None:
        """Follow the end as soon as there is one."""
        overflows = size.height > self.container_size.height > 0
        if overflows and not self.is_anchored:
            self.anchor()
        elif not overflows and self.is_anchored:
            self.anchor(False)
            self.scroll_home(animate=False)

    def to_end(self) -> None:
        """Show the end, and follow it again."""
        if self.max_scroll_y > 0:
            self.anchor()
