"""A box that offers to resume an interrupted training."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from rnnchat.training.runs.progress import describe_progress
from rnnchat.training.runs.run import Run


class InterruptedTraining(Vertical):
    """The latest interrupted training, with buttons to resume or discard it; hidden where there is none."""

    def compose(self) -> ComposeResult:
        """Lay the box out."""
        yield Static("", id="interrupted-text", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Resume", id="resume", variant="primary", compact=True)
            yield Button("Discard", id="discard", compact=True)

    def show(self, run: Run | None) -> None:
        """Show the interrupted training, or nothing where there is none."""
        self.display = run is not None
        if run is not None:
            self.query_one("#interrupted-text", Static).update(
                f"The training of {run.folder.name} was interrupted ({describe_progress(run)})."
                " Nothing is lost."
            )
