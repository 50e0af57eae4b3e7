"""The top bar: the four screens, the model in use and the progress of a training."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

TABS = (
    ("chat", "Chat", "F2"),
    ("train", "Train", "F3"),
    ("models", "Models", "F4"),
    ("draft", "Draft", "F5"),
)
"""The mode, label and key of each screen."""


class ScreenTab(Static):
    """The name of a screen; a click goes there."""

    def __init__(self, mode: str, label: str, key: str, *, is_current: bool) -> None:
        text = Content.assemble(label, (f" {key}", "dim not bold"))
        super().__init__(text, markup=False, classes="current" if is_current else "")
        self._mode = mode

    async def on_click(self) -> None:
        """Go to the screen."""
        await self.app.run_action(f"go('{self._mode}')")


class TopBar(Horizontal):
    """The app's name, the screens, and on the right the model and any training."""

    status: reactive[str] = reactive("")
    """What stands on the right."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def compose(self) -> ComposeResult:
        """Lay out the bar."""
        yield Static("rnnchat", classes="name", markup=False)
        for mode, label, key in TABS:
            yield ScreenTab(mode, label, key, is_current=mode == self._mode)
        yield Static(self.status, classes="status", markup=False)

    def watch_status(self, status: str) -> None:
        """Show a new status."""
        for shown in self.query(".status").results(Static):
            shown.update(status, layout=False)
