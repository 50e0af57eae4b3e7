"""A training as one watches it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Static

from rnnchat.app.training import TrainingState
from rnnchat.app.widgets.curve import Curve
from rnnchat.app.widgets.meter import Meter
from rnnchat.library.describe import describe_gain
from rnnchat.training.runs.events import ENDED_MEMORY_ONLY
from rnnchat.training.runs.phases import LEARNING, MEASURING, MIXING, PREPARING, READING, SAVING, STARTING
from rnnchat.training.runs.report import describe_phase_progress, time_left


class TrainingView(Vertical):
    """How far it is, how well it predicts, how it sounds, and what can be done about it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown = ("", False)
        self._state: TrainingState | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay the view out."""
        yield Static("", id="headline", markup=False)
        yield Meter()
        yield Static("", id="facts", markup=False)
        yield Curve("bits per byte of notes kept back, by the network alone", id="curve")
        sample = Static("", id="sample", markup=False)
        sample.border_title = "how it sounds now"
        yield sample
        with Horizontal(classes="buttons"):
            yield Button("Pause", id="pause", compact=True)
            yield Button("Finish now", id="finish", compact=True)
            yield Button("Chat with it", id="chat-with-it", variant="primary", compact=True)
            yield Button("Train another", id="another", compact=True)

    def on_mount(self) -> None:
        """Be ready to count the seconds down."""
        self._timer = self.set_interval(1.0, self._show_standing, pause=True)

    def show(self, state: TrainingState) -> None:
        """Show where a training stands."""
        self._state = state
        self._show_standing()
        # Between what the child tells, the seconds left go on.
        if self._timer is not None:
            counts = state.is_running and state.phase != "paused"
            self._timer.resume() if counts else self._timer.pause()
        curve = self.query_one(Curve)
        curve.show(state.curve, state.minutes * 60)
        curve.display = bool(state.minutes and (state.is_running or state.curve))  # else none comes
        self.query_one("#sample").display = bool(state.minutes and (state.is_running or state.sample))
        sample = " ".join(state.sample.split())
        self.query_one("#sample", Static).update(
            Content(sample) if sample else Content.styled("The first sample comes in a moment.", "dim")
        )
        if (state.phase, state.can_pause) != self._shown:
            self._shown = state.phase, state.can_pause
            self._show_buttons(state)

    def _show_standing(self) -> None:
        state = self._state
        if state is None:
            return
        self.query_one(Meter).share = 1.0 if state.phase == "done" else state.share
        self.query_one("#headline", Static).update(_headline(state))
        self.query_one("#facts", Static).update(_facts(state))

    def _show_buttons(self, state: TrainingState) -> None:
        done = state.phase == "done"
        shown = {
            "#pause": state.can_pause,
            "#finish": state.can_pause,
            "#chat-with-it": done,
            "#another": not state.is_running,
        }
        for button, visible in shown.items():
            self.query_one(button).display = visible
        self.query_one("#pause", Button).label = "Go on" if state.phase == "paused" else "Pause"
        first = "#pause" if state.can_pause else "#chat-with-it" if done else "#another"
        if shown[first]:
            self.query_one(first, Button).focus()


def _headline(state: TrainingState) -> Content:
    name = state.name
    if state.phase == "done":
        gain = describe_gain(state.done.get("gain"))
        if state.done["ended"] == ENDED_MEMORY_ONLY:
            return Content.assemble(
                (f"{name} is ready. ", "bold $success"),
                "It remembers your notes; training it for some minutes makes it better.",
                f" {gain}" if gain else "",
            )
        if gain:
            return Content.assemble((f"{name} is ready. ", "bold $success"), gain)
        bits = state.done["bits_per_byte"]
        return Content.assemble(
            (f"{name} is ready. ", "bold $success"),
            f"It needs {bits:.2f} bits for a byte of your notes that it had not seen.",
        )
    if state.phase == "failed" and state.error is not None:
        return Content.assemble((state.error.message + " ", "bold $error"), state.error.hint)
    words = {
        "paused": f"{name} is paused; the budget does not run on.",
        "stopped": f"{name} was stopped; it can be resumed.",
    }
    doing = {
        "": f"{name} is learning." if state.phase == "training" else f"{name} is getting ready …",
        READING: f"{name} is reading the notes …",
        PREPARING: f"{name} is splitting the notes into pieces …",
        STARTING: f"{name} is starting TensorFlow, which learns …",
        LEARNING: f"{name} is learning.",
        MIXING: f"{name} is finding out how to mix network and memory.",
        MEASURING: f"{name} is being measured on notes that it has not seen …",
        SAVING: f"{name} is being saved …",
    }
    return Content.styled(words.get(state.phase) or doing.get(state.doing, name), "bold")


def _facts(state: TrainingState) -> Content:
    if state.phase == "done":
        done = state.done
        if done["ended"] == ENDED_MEMORY_ONLY:
            return Content(f"Done in {done['seconds']:.0f} s")
        early = "  ·  ended early: nothing more was gained" if done.get("ended") == "early" else ""
        if not done["tokens_per_second"]:
            early = "  ·  the budget left no time to learn: give it more minutes"
        return Content(
            f"{done['seconds'] / 60:.1f} minutes  ·  {done['tokens_per_second']:,.0f} pieces a second{early}"
        )
    if not state.is_running:
        return Content("")  # no time is left, and nothing moves
    progress, left = state.progress, time_left(state.remaining)
    if not state.can_pause or not progress:
        moved = describe_phase_progress(state.stage, state.since) if state.doing and state.is_running else ""
        return Content("  ·  ".join(part for part in (left, moved) if part) + "\n ")
    bits = progress["bits_per_byte"]
    standing = [
        left,
        "" if bits is None else f"{bits:.3f} bits/byte",
        f"epoch {progress['epoch']:.1f}",
    ]
    working = [
        f"{progress['tokens_per_second']:,.0f} pieces/s",
        f"{progress['bytes_per_second'] / 1000:,.0f} kB/s",
        f"{progress['memory_mb']:,} MB of memory",
    ]
    return Content("\n".join("  ·  ".join(part for part in line if part) for line in (standing, working)))
