"""A training's events as lines of text, for a terminal."""

from __future__ import annotations

import math
import shutil
import time
from typing import Protocol

from rnnchat.library.describe import NOT_IMPROVED, counted, describe_gain
from rnnchat.training.runs.events import (
    ENDED_EARLY,
    ENDED_MEMORY_ONLY,
    LEARNING,
    MEASURING,
    MIXING,
    PREPARING,
    READING,
    SAVING,
    STARTING,
    Event,
)
from rnnchat.training.runs.settings import SCRATCH

PHASE_LABELS = {
    READING: "Reading the notes",
    PREPARING: "Splitting the notes into tokens",
    STARTING: "Starting TensorFlow",
    LEARNING: "Learning",
    MIXING: "Combining network and memory",
    MEASURING: "Measuring the improvement",
    SAVING: "Saving the model",
}
"""What happens in each phase."""
NO_TIME = "The budget left no time to train the network: give it more minutes."
"""This is said where a training ended before its first step."""
REPORT_SECONDS = 10.0
"""Where lines cannot be replaced, progress is printed at intervals of this many seconds."""


class PrintLine(Protocol):
    """Prints a line; with ``over`` the next line replaces it."""

    def __call__(self, text: str, *, over: bool = False) -> None:
        """Print `text`."""
        ...


class TrainingReport:
    """Prints the events of a training; where `live`, progress replaces the line before it."""

    def __init__(self, print_line: PrintLine, *, live: bool) -> None:
        self._print = print_line
        self._live = live
        self._last = 0.0
        self._phase = ""

    def begin(self, name: str, *, resumed: bool) -> None:
        """Print at once that work has begun; the child takes a moment until its first event."""
        if resumed:
            self._print(f"Resuming the training of {name}.")
        self._enter(STARTING if resumed else READING)

    def show(self, event: Event) -> None:
        """Print one event, where it says anything to a person."""
        kind = event["event"]
        if kind == "progress":
            self._show_progress(event)
            return
        if kind == "phase":
            self._show_phase(event)
            return
        if kind == "mixing" and self._phase == MIXING:
            return  # it was printed when the phase began
        text = _describe_event(event)
        if text and self._live:
            self._print("", over=True)
        if text:
            self._print(text)

    def _enter(self, phase: str) -> None:
        if phase == self._phase:
            return
        self._phase = phase
        if phase in PHASE_LABELS:
            self._last = time.monotonic()
            self._over(f"{PHASE_LABELS[phase]} …")

    def _show_phase(self, event: Event) -> None:
        phase = event["phase"]
        self._enter(phase)
        now = time.monotonic()
        if phase not in PHASE_LABELS or (not self._live and now - self._last < REPORT_SECONDS):
            return
        self._last = now
        figures = "  ".join(
            part for part in (describe_phase_progress(event), time_left(event["remaining"])) if part
        )
        self._over(f"  {PHASE_LABELS[phase]} …  {figures}")

    def _show_progress(self, event: Event) -> None:
        now = time.monotonic()
        if not self._live and now - self._last < REPORT_SECONDS:
            return
        self._last = now
        bits = "" if event["bits_per_byte"] is None else f"  {event['bits_per_byte']:.3f} bits/byte"
        speed = f"{event['tokens_per_second']:,.0f} tokens/s  {event['bytes_per_second'] / 1000:,.0f} kB/s"
        line = f"  {time_left(event['remaining'])}{bits}  epoch {event['epoch']:.1f}  {speed}"
        self._over(line)

    def _over(self, line: str) -> None:
        """Print a line that the next one replaces, where that is possible: not one that wraps."""
        if self._live:
            line = line[: shutil.get_terminal_size().columns - 1]
        self._print(line, over=self._live)


def time_left(seconds: float | None) -> str:
    """Return the time that is left as ``1:05 left``, or nothing where it is unknown or over."""
    if not seconds or seconds <= 0:
        return ""
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes}:{rest:02} left"


def describe_phase_progress(event: Event, more_seconds: float = 0.0) -> str:
    """Return how far a phase is: files, tokens, a share, or seconds, of which `more_seconds` passed since."""
    done, of = event["done"], event["of"]
    if event["phase"] == READING and done:
        return counted(done, "file")
    if event["phase"] == MIXING and of and done:
        return f"{done:,} of {of:,} tokens"
    if event["phase"] == PREPARING and of and 0 < done < of:
        return f"{done / of:.0%}"
    return f"{event['here'] + more_seconds:.0f} s"


def describe_start(event: Event) -> str:
    """Return in a sentence which base an ``encoding`` event names, and why, where it says so."""
    base, reason = event["base"], event.get("reason")
    if not reason:
        return f"Starts from {base}."
    return f"Starts from scratch: {reason}." if base == SCRATCH else f"Starts from {base}, as {reason}."


def _describe_event(event: Event) -> str:
    kind = event["event"]
    if kind in ("scan", "encoding", "memory", "mixture"):
        return _reading(event)
    if kind == "plan":
        dropped = event["dropping"]
        return (
            f"Training {event['parameters'] / 1e6:.1f} million weights ({event['units']} units);"
            f" there is time to read the notes about {event['epochs']:g} times;"
            f" dropout is {dropped['values']:.0%}."
        )
    if kind == "mixing":
        return "Finding the best way to combine network and memory."
    if kind in ("warning", "sample"):
        label = "An early sample of its writing: " if event.get("early") else "  "
        sample = f"{label}“{' '.join(event.get('text', '').split())[:200]}”"
        return sample if kind == "sample" else f"{event['message']} {event['hint']}"
    if kind == "done":
        return _done(event)
    return ""


def _done(event: Event) -> str:
    name = event["model"]
    gain = describe_gain(event.get("gain"))
    gained = f"\n{gain}" if gain else ""
    if event["ended"] == ENDED_MEMORY_ONLY:
        return (
            f"Done: {name} has indexed your notes ({event['seconds']:.0f} s); its network has not learned"
            f" them yet.{gained}\nWrite with it: `rnnchat models use {name!r}`, then `rnnchat`."
            " Five minutes of training make it better."
        )
    if event.get("improved") is False:
        why = NOT_IMPROVED if event["tokens_per_second"] else NO_TIME
        return (
            f"Done: {name} has indexed your notes ({event['seconds']:.0f} s). {why}{gained}\n"
            f"Write with it: `rnnchat models use {name!r}`, then `rnnchat`."
        )
    early = " It ended early because it stopped improving." if event["ended"] == ENDED_EARLY else ""
    if not event["tokens_per_second"]:
        early = f" {NO_TIME}"
    took = f"({event['seconds']:.0f} s, {event['tokens_per_second']:,.0f} tokens a second)"
    bits = f"{event['bits_per_byte']:.3f} bits per byte on notes that it had not seen"
    learned = f"has learned your notes {took}" if gain else f"needs {bits} {took}"
    return (
        f"Done: {name} {learned}.{early}{gained}\n"
        f"Chat with it: `rnnchat models use {name!r}`, then `rnnchat`."
    )


def _reading(event: Event) -> str:
    if event["event"] == "scan":
        return (
            f"Read {counted(event['files'], 'note')}, {counted(event['bytes'], 'byte')};"
            f" skipped {counted(len(event['skipped']), 'file')};"
            f" left out {counted(len(event['secrets']), 'line')} with secrets."
        )
    if event["event"] == "encoding":
        return f"{describe_start(event)} The tokenizer has {counted(event['vocabulary'], 'token')}."
    if event["event"] == "mixture":
        return f"Combined network and memory, using {event['pieces']:,} tokens, in {event['seconds']:.1f} s."
    size = f"{event['bytes'] / 1e6:.1f} MB"
    return f"Indexed {event['pieces']:,} tokens, {size}, in {event['seconds']:.1f} s."
