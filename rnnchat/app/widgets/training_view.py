"""A training while it runs, and its result."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, ProgressBar, Static

from rnnchat.app.training_monitor import TrainingState
from rnnchat.app.training_summary import details, headline
from rnnchat.app.widgets.curve import Curve

REFRESH_SECONDS = 1.0
"""The time after which the seconds left are shown anew, in seconds."""
SAMPLE_TITLE = "sample of its writing"
"""The title of the latest sample."""
EARLY_SAMPLE_TITLE = "early sample of its writing"
"""The title of a sample from before the mixture is fitted or a network is trained."""


class TrainingView(Vertical):
    """A training's phase, progress, learning curve and latest sample, with the buttons that control it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._buttons_for = ("", False)
        """The phase that the buttons are shown for, and whether it can be paused."""
        self._state: TrainingState | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay the view out."""
        yield Static("", id="headline", markup=False)
        yield ProgressBar(total=1.0, show_eta=False)
        yield Static("", id="facts", markup=False)
        yield Curve("bits per byte on held-out notes, network alone", id="curve")
        sample = Static("", id="sample", markup=False)
        sample.border_title = SAMPLE_TITLE
        yield sample
        with Horizontal(classes="buttons"):
            yield Button("Pause", id="pause", compact=True)
            yield Button("Finish now", id="finish", compact=True)
            yield Button("Cancel", id="cancel", compact=True)
            yield Button("Chat with it", id="chat-with-it", variant="primary", compact=True)
            yield Button("Train another", id="another", compact=True)

    def on_mount(self) -> None:
        """Prepare to count down the seconds left between the training's events."""
        self._timer = self.set_interval(REFRESH_SECONDS, self._show_progress, pause=True)

    def show(self, state: TrainingState) -> None:
        """Show the state of a training."""
        self._state = state
        self._show_progress()
        if self._timer is not None:
            counts = state.is_running and state.status != "paused"
            self._timer.resume() if counts else self._timer.pause()
        has_training = bool(state.minutes)  # without it there is no curve
        curve = self.query_one(Curve)
        curve.show(state.curve, state.minutes * 60)
        curve.display = has_training and bool(state.is_running or state.curve)
        sample = self.query_one("#sample", Static)
        sample.display = bool(state.is_running or state.sample)
        sample.border_title = EARLY_SAMPLE_TITLE if state.is_sample_early else SAMPLE_TITLE
        text = " ".join(state.sample.split())
        sample.update(Content(text) if text else Content.styled("The first sample will appear soon.", "dim"))
        if (state.status, state.can_pause) != self._buttons_for:
            self._buttons_for = state.status, state.can_pause
            self._show_buttons(state)

    def _show_progress(self) -> None:
        state = self._state
        if state is not None:
            done = 1.0 if state.status == "done" else state.share
            self.query_one(ProgressBar).update(progress=done)
            self.query_one("#headline", Static).update(headline(state))
            self.query_one("#facts", Static).update(details(state))

    def _show_buttons(self, state: TrainingState) -> None:
        done = state.status == "done"
        shown = {
            "#pause": state.can_pause,
            "#finish": state.can_pause,
            "#cancel": state.is_running,
            "#chat-with-it": done,
            "#another": not state.is_running,
        }
        for button, visible in shown.items():
            self.query_one(button).display = visible
        self.query_one("#pause", Button).label = "Resume" if state.status == "paused" else "Pause"
        first = "#pause" if state.can_pause else "#chat-with-it" if done else "#another"
        if shown[first]:
            self.query_one(first, Button).focus()
