"""What all screens share: top bar, footer, and a minimum size of the terminal."""

from __future__ import annotations

from typing import TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Container
from textual.geometry import Size
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from rnnchat.app.protocols import AppServices
from rnnchat.app.widgets.key_footer import KeyFooter
from rnnchat.app.widgets.top_bar import TopBar
from rnnchat.app.worker_errors import WorkerErrorsMixin

Result = TypeVar("Result")
"""What a dialog returns when it is dismissed."""

MINIMUM_SIZE = (44, 12)
"""The columns and rows that a screen needs to be usable."""
LOW_ROWS = 18
"""In terminals with fewer rows, dialogs have no empty lines."""


class MinimumSizeScreen(WorkerErrorsMixin, Screen[Result]):
    """A screen whose contents are hidden while the terminal is too small, and which keeps its focus then."""

    _focus_before: Widget | None = None

    @property
    def services(self) -> AppServices:
        """The app, as far as screens may use it."""
        return cast("AppServices", self.app)

    def on_resize(self, event: events.Resize) -> None:
        """Hide the contents, or show them again."""
        small = is_too_small(event.size)
        if small:
            self._focus_before = self.focused or self._focus_before
        self.set_class(small, "small")
        self.set_class(event.size.height < LOW_ROWS, "low")
        if not small and self._focus_before is not None:
            self.call_after_refresh(self.set_focus, self._focus_before)
            self._focus_before = None


class AppScreen(MinimumSizeScreen[None]):
    """One of the main screens."""

    MODE = ""
    """The app's name for this screen."""

    def compose(self) -> ComposeResult:
        """Lay out the bars around the contents."""
        yield TopBar(self.MODE)
        with Container(id="contents"):
            yield from self.contents()
        yield KeyFooter()
        yield Static("", id="too-small", markup=False)

    def contents(self) -> ComposeResult:
        """Yield the widgets between the bars."""
        yield from ()

    def on_screen_resume(self) -> None:
        """Show what has changed while another screen was shown."""
        self.services.show_status()

    def on_resize(self, event: events.Resize) -> None:
        """Write how small the terminal is; Textual also calls `MinimumSizeScreen`, which hides the rest."""
        width, height = event.size
        self.query_one("#too-small", Static).update(
            f"rnnchat needs {MINIMUM_SIZE[0]}×{MINIMUM_SIZE[1]}; this is {width}×{height}."
            " Enlarge the window, or quit: Ctrl+Q."
        )


class Dialog(ModalScreen[Result], MinimumSizeScreen[Result]):
    """A screen on top of another, which tells the person when the terminal is too small."""

    _is_dismissed = False

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave the dialog once: a key pressed twice must not close the screen below, too."""
        if self._is_dismissed:
            return AwaitComplete()
        self._is_dismissed = True
        return super().dismiss(result)


def is_too_small(size: Size) -> bool:
    """Return whether a terminal is too small to show anything useful."""
    return size.width < MINIMUM_SIZE[0] or size.height < MINIMUM_SIZE[1]
