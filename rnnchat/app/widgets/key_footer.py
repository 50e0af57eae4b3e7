"""The footer with the keys of a screen: a key that does not fit is left out rather than cut."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_SPACES = 2
"""One space stands before the description of a key, and one after it."""


class KeyFooter(Footer):
    """A compact footer that shows so many of the keys, from the first one on, as fit in its line."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._shown_for = 0
        """The width for which keys were left out."""

    def compose(self) -> ComposeResult:
        """Lay out the keys that fit."""
        self._shown_for = self.app.size.width
        left = self._shown_for - self.styles.padding.width
        for one in super().compose():
            if isinstance(one, FooterKey):
                left -= len(one.key_display) + len(one.description) + _SPACES
                if left < -1:  # the last space may be cut
                    return
            yield one

    def on_resize(self) -> None:
        """Choose the keys again where the width has changed."""
        if self.is_attached and self._shown_for != self.app.size.width:
            self.call_after_refresh(self.recompose)
