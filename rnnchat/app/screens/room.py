"""What the three screens share: the line at the top, the keys at the bottom, a word when it is too small."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer, Static

from rnnchat.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp

SMALLEST = (44, 12)
"""The columns and rows that a screen needs to make sense."""


class Room(Screen[None]):
    """A screen of the app."""

    MODE = ""

    @property
    def own_app(self) -> RnnchatApp:
        """The app, as what it is."""
        return cast("RnnchatApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay the screen out around its contents."""
        yield TopBar(self.MODE)
        with Container(id="contents"):
            yield from self.contents()
        yield Footer(compact=True, show_command_palette=False)
        yield Static("", id="too-small", markup=False)

    def contents(self) -> ComposeResult:
        """Yield what the screen is for."""
        yield from ()

    def on_screen_resume(self) -> None:
        """Show what has changed meanwhile."""
        self.own_app.show_status()

    def on_resize(self, event: events.Resize) -> None:
        """Say so where the terminal is too small to show anything useful."""
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "small")
        if small:
            wanted = f"{SMALLEST[0]}×{SMALLEST[1]}"
            self.query_one("#too-small", Static).update(
                f"rnnchat needs {wanted}; this is {width}×{height}. Enlarge the window, or quit: Ctrl+Q."
            )
