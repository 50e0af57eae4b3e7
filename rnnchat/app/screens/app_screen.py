"""What screens share: the line at the top, the keys at the bottom, a word when the terminal is too small."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Container
from textual.geometry import Size
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from rnnchat.app.widgets.top_bar import TopBar
from rnnchat.app.working import Working

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp

Result = TypeVar("Result")
"""What a dialog is left with."""

SMALLEST = (44, 12)
"""The columns and rows that a screen needs to make sense."""
LOW = 18
"""Terminals of fewer rows have dialogs without empty lines."""


class Fitting(Working, Screen[Result]):
    """A screen that is hidden where the terminal is too small for it, and then has the focus where it was.

    Work that it does beside is heard of when it fails.
    """

    _focused_last: Widget | None = None

    def on_resize(self, event: events.Resize) -> None:
        """Hide, or come back."""
        small = is_small(event.size)
        if small:
            self._focused_last = self.focused or self._focused_last
        self.set_class(small, "small")
        self.set_class(event.size.height < LOW, "low")
        if not small and self._focused_last is not None:
            self.call_after_refresh(self.set_focus, self._focused_last)
            self._focused_last = None


class AppScreen(Fitting[None]):
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
        """Say so where the terminal is too small; Textual asks `Fitting` to hide the rest, too."""
        width, height = event.size
        self.query_one("#too-small", Static).update(
            f"rnnchat needs {SMALLEST[0]}×{SMALLEST[1]}; this is {width}×{height}."
            " Enlarge the window, or quit: Ctrl+Q."
        )


class Dialog(ModalScreen[Result], Fitting[Result]):
    """A screen above another, which is left to say that the terminal is too small."""

    _is_left = False

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave the screen, once: what was pressed twice must not take the one below away, too."""
        if self._is_left:
            return AwaitComplete()
        self._is_left = True
        return super().dismiss(result)


def is_small(size: Size) -> bool:
    """Tell whether a terminal is too small to show anything useful."""
    return size.width < SMALLEST[0] or size.height < SMALLEST[1]
