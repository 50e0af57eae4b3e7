"""A training as one watches it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from rnnchat.app.training import TrainingState
from rnnchat.app.widgets.curve import Curve
from rnnchat.app.widgets.meter import Meter
from rnnchat.library.describe import describe_gain
from rnnchat.training.run import AT_ONCE


class TrainingView(Vertical):
    """How far it is, how well it predicts, how it sounds, and what can be done about it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._phase = ""

    def compose(self) -> ComposeResult:
        """Lay the view out."""
        yield Static("", id="headline", markup=False)
        yield Meter()
        yield Static("", id="facts", markup=False)
        yield Curve("bits per byte of notes it has not seen", id="curve")
        sample = Static("", id="sample", markup=False)
        sample.border_title = "how it sounds now"
        yield sample
        with Horizontal(classes="buttons"):
            yield Button("Pause", id="pause", compact=True)
            yield Button("Finish now", id="finish", compact=True)
            yield Button("Chat with it", id="chat-with-it", variant="primary", compact=True)
            yield Button("Train another", id="another", compact=True)

    def show(self, state: TrainingState) -> None:
        """Show where a training stands."""
        share = 1.0 if state.phase == "done" else float(state.progress.get("share", 0.0))
        self.query_one(Meter).share = share
        self.query_one("#headline", Static).update(_headline(state))
        self.query_one("#facts", Static).update(_facts(state))
        curve = self.query_one(Curve)
        curve.show(state.shown_curve, state.minutes * 60)
        curve.display = self.query_one("#sample").display = bool(state.minutes)  # else there are none
        sample = " ".join(state.sample.split())
        self.query_one("#sample", Static).update(
            Content(sample) if sample else Content.styled("The first sample comes in a moment.", "dim")
        )
        if state.phase != self._phase:
            self._phase = state.phase
            self._show_buttons(state.phase)

    def _show_buttons(self, phase: str) -> None:
        running = phase in ("starting", "training", "paused")
        shown = {
            "#pause": running,
            "#finish": running and phase != "starting",
            "#chat-with-it": phase == "done",
            "#another": not running,
        }
        for button, visible in shown.items():
            self.query_one(button).display = visible
        self.query_one("#pause", Button).label = "Go on" if phase == "paused" else "Pause"
        first = "#pause" if running else "#chat-with-it" if phase == "done" else "#another"
        self.query_one(first, Button).focus()


def _headline(state: TrainingState) -> Content:
    name = state.name
    if state.phase == "done":
        gain = describe_gain(state.done.get("gain"))
        if state.done["ended"] == AT_ONCE:
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
        "starting": f"{name} is getting ready: reading the notes, starting TensorFlow …"
        if state.minutes
        else f"{name} is reading the notes …",
        "training": f"{name} is learning.",
        "paused": f"{name} is paused; the budget does not run on.",
        "stopped": f"{name} was stopped; it can be resumed.",
    }
    mixing = state.mixing and state.phase in ("starting", "training")
    words_now = f"{name} is finding out how to mix network and memory." if mixing else words.get(state.phase)
    return Content.styled(words_now or name, "bold")


def _facts(state: TrainingState) -> Content:
    if state.phase == "done":
        done = state.done
        if done["ended"] == AT_ONCE:
            return Content(f"Done in {done['seconds']:.0f} s")
        early = "  ·  ended early: nothing more was gained" if done.get("ended") == "early" else ""
        if not done["tokens_per_second"]:
            early = "  ·  the budget left no time to learn: give it more minutes"
        return Content(
            f"{done['seconds'] / 60:.1f} minutes  ·  {done['tokens_per_second']:,.0f} pieces a second{early}"
        )
    progress = state.progress
    if not progress:
        return Content(" \n ")
    minutes, seconds = divmod(int(progress["remaining"]), 60)
    bits = progress["bits_per_byte"]
    standing = [
        f"{minutes}:{seconds:02} left",
        "" if bits is None else f"{bits:.3f} bits/byte",
        f"epoch {progress['epoch']:.1f}",
    ]
    working = [
        f"{progress['tokens_per_second']:,.0f} pieces/s",
        f"{progress['bytes_per_second'] / 1000:,.0f} kB/s",
        f"{progress['memory_mb']:,} MB of memory",
    ]
    return Content("\n".join("  ·  ".join(part for part in line if part) for line in (standing, working)))
