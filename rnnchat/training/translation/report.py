"""The events of a translator's training as lines of text, for a terminal."""

from __future__ import annotations

import shutil
import time

from rnnchat.library.describe import counted, describe_translation_scores
from rnnchat.training.runs.events import LEARNING, MEASURING, PREPARING, READING, SAVING, STARTING, Event
from rnnchat.training.runs.report import REPORT_SECONDS, PrintLine, time_left

PAIR_PHASE_LABELS = {
    READING: "Reading the pairs",
    STARTING: "Starting TensorFlow",
    PREPARING: "Making a vocabulary and aligning words, which takes about a minute",
    LEARNING: "Learning",
    MEASURING: "Measuring on sentences that were kept back",
    SAVING: "Saving the model",
}
"""What happens in each phase."""


class TranslationReport:
    """Prints the events of a training; where `live`, progress replaces the line before it."""

    def __init__(self, print_line: PrintLine, *, live: bool) -> None:
        self._print = print_line
        self._live = live
        self._last = 0.0
        self._phase = ""

    def show(self, event: Event) -> None:
        """Print one event, where it says anything to a person."""
        kind = event["event"]
        if kind == "phase":
            self._show_phase(event)
        elif kind == "progress":
            self._show_progress(_describe_progress(event))
        else:
            text = _describe_pair_event(event)
            if text and self._live:
                self._print("", over=True)
            if text:
                self._print(text)

    def _show_phase(self, event: Event) -> None:
        label = PAIR_PHASE_LABELS.get(event["phase"], event["phase"])
        if event["phase"] != self._phase:
            self._phase = event["phase"]
            self._last = time.monotonic()
            self._over(f"{label} …")
        elif event["of"]:
            self._show_progress(f"{label} …  {event['done']:,} of {event['of']:,}")

    def _show_progress(self, line: str) -> None:
        now = time.monotonic()
        if self._live or now - self._last >= REPORT_SECONDS:
            self._last = now
            self._over(line)

    def _over(self, line: str) -> None:
        """Print a line that the next one replaces, where that is possible: not one that wraps."""
        if self._live:
            line = line[: shutil.get_terminal_size().columns - 1]
        self._print(line, over=self._live)


def _describe_progress(event: Event) -> str:
    parts = [time_left(event.get("remaining"))]
    for name, label in (("loss", "loss"), ("validation_loss", "validation loss")):
        value = event.get(name)
        parts.append("" if value is None else f"{label} {value:.3f}")
    parts.append(f"step {event['step']:,}" if "step" in event else "")
    return f"  {'  '.join(part for part in parts if part)}"


def _describe_pair_event(event: Event) -> str:
    if event["event"] == "pairs":
        return _describe_pairs(event)
    if event["event"] == "warning":
        return f"{event['message']} {event['hint']}".strip()
    if event["event"] == "done":
        name = event["model"]
        took = f"translates phrases ({event['seconds']:.0f} s of training)"
        looks_up = f"looks phrases up in {counted(event['pairs'], 'pair')}"
        return (
            f"Done: {name} {took if event['network'] else looks_up}.\n"
            f"Quality: {describe_translation_scores(event)}.\n"
            f'Try it: `rnnchat translate --model {name!r} "…"`.'
        )
    return ""


def _describe_pairs(event: Event) -> str:
    left_out = [
        (event["duplicates"], "{} repeated"),
        (event["too_long"], "{} too long"),
        (event["incomplete"], "{} without a translation"),
        (event["more"], "{} more than can be read"),
    ]
    reasons = ", ".join(text.format(f"{number:,}") for number, text in left_out if number)
    text = f"Read {counted(event['pairs'], 'pair')}"
    text += f"; left out {reasons}." if reasons else "."
    kept_back = event["validation"] + event["test"]
    return f"{text} {kept_back:,} of them are kept back to measure with." if event["network"] else text
