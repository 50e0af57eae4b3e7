"""A comparison of model families on the person's own notes, in bits per byte."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from rnnchat.app.comparison import ComparisonProcess
from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.family_chart import FamilyChart
from rnnchat.app.widgets.key_footer import KeyFooter
from rnnchat.errors import RnnchatError

UNFINISHED = "The comparison could not be finished."
"""The last line where the comparison has failed."""
FULL_BUDGETS = 4
"""The number of trainings that may use the whole budget: three networks and the HMM."""


class CompareScreen(Dialog[None]):
    """Runs a comparison and shows its results as they arrive; closing the screen stops it."""

    BINDINGS: ClassVar = [Binding("escape,f9,q", "dismiss", "Stop and close", id="compare.close")]

    def __init__(self, paths: Sequence[Path], minutes: float) -> None:
        super().__init__()
        self._minutes = minutes
        self._comparison = ComparisonProcess(paths, minutes)
        self._results: dict[str, float] = {}

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        total = f" It takes up to about {FULL_BUDGETS * self._minutes:g} minutes." if self._minutes else ""
        with Vertical(id="dialog", classes="wide"):
            yield Static("Model families compared", classes="title", markup=False)
            yield Static(
                f"Each is trained on nine tenths of your notes for up to {self._minutes:g} minutes and then "
                f"scored on the rest in bits per byte: fewer are better.{total} Nothing is saved.",
                markup=False,
            )
            yield FamilyChart(id="families", classes="quoted")
            yield Static("Reading your notes …", id="doing", classes="hint", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start the comparison."""
        self.query_one(FamilyChart).show(self._results)
        self._compare()

    def on_unmount(self) -> None:
        """Stop the comparison."""
        self._comparison.stop()

    @work(thread=True)
    def _compare(self) -> None:
        started = time.monotonic()
        for event in self._comparison.events():
            self._show_from_thread(event)
        seconds = time.monotonic() - started
        took = f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
        self._show_from_thread({"event": "progress", "text": f"Done in {took}."})

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Say that no more results will arrive."""
        self.show_event({"event": "progress", "text": UNFINISHED})

    def _show_from_thread(self, event: dict[str, Any]) -> None:
        if not self._comparison.is_stopped and self.app.is_running:
            self.app.call_from_thread(self.show_event, event)

    def show_event(self, event: dict[str, Any]) -> None:
        """Show a result of the comparison, or what it does now."""
        if not self.is_mounted:
            return
        if "family" in event:
            self._results[event["family"]] = event["bits_per_byte"]
            self.query_one(FamilyChart).show(self._results)
        else:
            self.query_one("#doing", Static).update(event["text"])
