"""A training in the words of the Train screen."""

from __future__ import annotations

from textual.content import Content

from rnnchat.app.training_monitor import TrainingState
from rnnchat.library.describe import NOT_IMPROVED, describe_gain
from rnnchat.training.runs.events import (
    ENDED_MEMORY_ONLY,
    LEARNING,
    MEASURING,
    MIXING,
    PREPARING,
    READING,
    SAVING,
    STARTING,
)
from rnnchat.training.runs.report import NO_TIME, describe_phase_progress, time_left

PHASES = {
    READING: "reading the notes …",
    PREPARING: "splitting the notes into tokens …",
    STARTING: "starting TensorFlow …",
    LEARNING: "training the network …",
    MIXING: "combining network and memory …",
    MEASURING: "measuring on notes it has not seen …",
    SAVING: "saving the model …",
}
"""What is being done in each phase of a training."""


def headline(state: TrainingState) -> Content:
    """Return in a sentence what a training does now, or its result."""
    if state.status == "done":
        return _result(state)
    if state.status == "failed" and state.error is not None:
        return Content.assemble((state.error.message + " ", "bold $error"), state.error.hint)
    if state.status == "paused":
        doing = "paused. The budget is not running."
    elif state.status == "stopped":
        doing = "stopped. You can resume it."
    elif state.phase_name:
        doing = PHASES.get(state.phase_name, "training …")
    else:
        doing = PHASES[LEARNING] if state.status == "training" else "getting ready …"
    return Content.styled(f"{state.name}: {doing}", "bold")


def _result(state: TrainingState) -> Content:
    """Return that the model is ready, and how well it predicts notes that it has not seen."""
    ready = (f"{state.name} is ready. ", "bold $success")
    gain = describe_gain(state.done.get("gain"))
    if state.done["ended"] == ENDED_MEMORY_ONLY:
        indexed = "Your notes are indexed; some minutes of training would improve the model."
        return Content.assemble(ready, indexed, f" {gain}" if gain else "")
    if state.done.get("improved") is False:
        why = NOT_IMPROVED if state.done["tokens_per_second"] else NO_TIME
        return Content.assemble(ready, why, f" {gain}" if gain else "")
    if gain:
        return Content.assemble(ready, gain)
    bits = state.done["bits_per_byte"]
    return Content.assemble(ready, f"On notes it had not seen: {bits:.2f} bits per byte.")


def details(state: TrainingState) -> Content:
    """Return the figures of a training: the time left, the score and the speed, or what it starts from."""
    if state.status == "done":
        return Content(_summary(state))
    if not state.is_running:
        return Content("")
    left = time_left(state.remaining)
    if state.can_pause and state.progress:
        return Content("\n".join(map(_joined, _progress(state, left))))
    moving = describe_phase_progress(state.phase_event, state.seconds_since_event) if state.phase_name else ""
    # There are two lines in every phase, so that nothing moves.
    return Content(f"{_joined([left, moving])}\n{state.start or ' '}")


def _summary(state: TrainingState) -> str:
    """Return how long a finished training took, how fast it was, and why it ended early, if so."""
    done = state.done
    if done["ended"] == ENDED_MEMORY_ONLY:
        return f"Done in {done['seconds']:.0f} s"
    why = "ended early, as it no longer improved" if done["ended"] == "early" else ""
    if not done["tokens_per_second"]:
        why = "no time was left to train: use a larger budget"
    took = f"{done['seconds'] / 60:.1f} minutes"
    return _joined([took, f"{done['tokens_per_second']:,.0f} tokens/s", why])


def _progress(state: TrainingState, left: str) -> tuple[list[str], list[str]]:
    """Return the parts of two lines: how far the training is, and how fast."""
    progress = state.progress
    bits = progress["bits_per_byte"]
    score = "" if bits is None else f"{bits:.3f} bits/byte"
    speed = [
        f"{progress['tokens_per_second']:,.0f} tokens/s",
        f"{progress['bytes_per_second'] / 1000:,.0f} kB/s",
        f"{progress['memory_mb']:,} MB of memory",
    ]
    return [left, score, f"epoch {progress['epoch']:.1f}"], speed


def _joined(parts: list[str]) -> str:
    return "  ·  ".join(part for part in parts if part)
