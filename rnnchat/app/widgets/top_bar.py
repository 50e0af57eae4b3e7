"""The line at the top: where one is, and which model speaks."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

PLACES = (
    ("chat", "Chat", "F2"),
    ("train", "Train", "F3"),
    ("models", "Models", "F4"),
    ("draft", "Draft", "F5"),
)


class Place(Static):
    """One of the screens, to click on."""

    def __init__(self, mode: str, label: str, key: str, *, here: bool) -> None:
        text = Content.assemble(label, (f" {key}", "dim not bold"))
        super().__init__(text, markup=False, classes="here" if here else "")
        self._mode = mode

    async def on_click(self) -> None:
        """Go there."""
        await self.app.run_action(f"go('{self._mode}')")


class TopBar(Horizontal):
    """The app's name, the screens, and on the right the model and any training."""

    status: reactive[str] = reactive("")

    def __init__(self, here: str) -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        yield Static("rnnchat", classes="name", markup=False)
        for mode, label, key in PLACES:
            yield Place(mode, label, key, here=mode == self._here)
        yield Static(self.status, classes="status", markup=False)

    def watch_status(self, status: str) -> None:
        """Show a new status."""
        for shown in self.query(".status").results(Static):
            shown.update(status, layout=False)
