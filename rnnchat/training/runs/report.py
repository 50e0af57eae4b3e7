"""A training's events in words, for a terminal."""

from __future__ import annotations

import math
import shutil
import time
from typing import Any, Protocol

from rnnchat.library.describe import describe_gain
from rnnchat.training.runs.phases import LEARNING, MEASURING, MIXING, PREPARING, READING, SAVING, STARTING
from rnnchat.training.runs.run import AT_ONCE

DOING = {
    READING: "Reading the notes",
    PREPARING: "Splitting the notes into pieces",
    STARTING: "Starting TensorFlow",
    LEARNING: "Learning",
    MIXING: "Mixing network and memory",
    MEASURING: "Measuring what was gained",
    SAVING: "Saving the model",
}
"""What is done in each phase."""
SECONDS = 10.0
"""How often progress is told where lines cannot be replaced."""


class Say(Protocol):
    """Prints a line, which the next one replaces where it is said ``over``."""

    def __call__(self, text: str, *, over: bool = False) -> None:
        """Print `text`."""
        ...


class TrainingReport:
    """Tells a training as it goes; `live` where it can replace the line it wrote last."""

    def __init__(self, say: Say, *, live: bool) -> None:
        self._say = say
        self._live = live
        self._last = 0.0
        self._phase = ""

    def begin(self, name: str, *, resumed: bool) -> None:
        """Say at once that work has begun; the child needs a moment until it says something."""
        if resumed:
            self._say(f"Going on with the training of {name}.")
        self._enter(STARTING if resumed else READING)

    def show(self, event: dict[str, Any]) -> None:
        """Tell one event."""
        kind = event["event"]
        if kind == "progress":
            self._progress(event)
            return
        if kind == "phase":
            self._in_phase(event)
            return
        if kind == "mixing" and self._phase == MIXING:
            return  # it was said when the phase began
        text = _in_words(event)
        if text and self._live:
            self._say("", over=True)
        if text:
            self._say(text)

    def _enter(self, phase: str) -> None:
        if phase == self._phase:
            return
        self._phase = phase
        if phase in DOING:
            self._last = time.monotonic()
            self._over(f"{DOING[phase]} …")

    def _in_phase(self, event: dict[str, Any]) -> None:
        phase = event["phase"]
        self._enter(phase)
        now = time.monotonic()
        if phase not in DOING or (not self._live and now - self._last < SECONDS):
            return
        self._last = now
        told = "  ".join(part for part in (figure(event), time_left(event["remaining"])) if part)
        self._over(f"  {DOING[phase]} …  {told}")

    def _progress(self, event: dict[str, Any]) -> None:
        now = time.monotonic()
        if not self._live and now - self._last < SECONDS:
            return
        self._last = now
        bits = "" if event["bits_per_byte"] is None else f"  {event['bits_per_byte']:.3f} bits/byte"
        speed = f"{event['tokens_per_second']:,.0f} pieces/s  {event['bytes_per_second'] / 1000:,.0f} kB/s"
        line = f"  {time_left(event['remaining'])}{bits}  epoch {event['epoch']:.1f}  {speed}"
        self._over(line)

    def _over(self, line: str) -> None:
        """Print a line that the next one replaces, where that is possible: not one that wraps."""
        if self._live:
            line = line[: shutil.get_terminal_size().columns - 1]
        self._say(line, over=self._live)


def time_left(seconds: float | None) -> str:
    """Return the time that is left as ``1:05 left``, or nothing where nobody knows it or it is over."""
    if not seconds or seconds <= 0:
        return ""
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes}:{rest:02} left"


def figure(event: dict[str, Any], more_seconds: float = 0.0) -> str:
    """Return what moves in a phase: files, a share, or the seconds it has taken, `more_seconds` after it."""
    done, of = event["done"], event["of"]
    if event["phase"] == READING and done:
        return f"{done:,} files"
    if event["phase"] == MIXING and of and done:
        return f"{done:,} of {of:,} pieces"
    if event["phase"] == PREPARING and of and 0 < done < of:
        return f"{done / of:.0%}"
    return f"{event['here'] + more_seconds:.0f} s"


def _in_words(event: dict[str, Any]) -> str:
    kind = event["event"]
    if kind in ("scan", "encoding", "memory", "mixture"):
        return _reading(event)
    if kind == "plan":
        dropped = event["dropping"]
        return (
            f"Training {event['parameters'] / 1e6:.1f} million weights ({event['units']} units);"
            f" time for about {event['epochs']:g} readings of the notes,"
            f" so {dropped['values']:.0%} of the values are dropped at a time."
        )
    if kind == "mixing":
        return "Finding out how network and memory are best mixed."
    if kind in ("warning", "sample"):
        sample = f"  “{' '.join(event.get('text', '').split())[:200]}”"
        return sample if kind == "sample" else f"{event['message']} {event['hint']}"
    if kind == "done":
        return _done(event)
    return ""


def _done(event: dict[str, Any]) -> str:
    name = event["model"]
    gain = describe_gain(event.get("gain"))
    told = f"\n{gain}" if gain else ""
    if event["ended"] == AT_ONCE:
        return (
            f"Done: {name} remembers your notes ({event['seconds']:.0f} s); its network has not learned"
            f" them yet.{told}\nWrite with it: `rnnchat models use {name!r}`, then `rnnchat`."
            " Training it for five minutes makes it better."
        )
    early = " Nothing more was gained, so it ended early." if event["ended"] == "early" else ""
    if not event["tokens_per_second"]:
        early = " The budget left no time to learn: give it more minutes."
    took = f"({event['seconds']:.0f} s, {event['tokens_per_second']:,.0f} pieces a second)"
    bits = f"{event['bits_per_byte']:.3f} bits per byte of your notes that it had not seen"
    learned = f"has learned your notes {took}" if gain else f"needs {bits} {took}"
    return (
        f"Done: {name} {learned}.{early}{told}\nChat with it: `rnnchat models use {name!r}`, then `rnnchat`."
    )


def _reading(event: dict[str, Any]) -> str:
    if event["event"] == "scan":
        return (
            f"Read {event['files']:,} notes, {event['bytes']:,} bytes; skipped {len(event['skipped']):,};"
            f" left out {len(event['secrets']):,} lines with secrets."
        )
    if event["event"] == "encoding":
        start = "scratch" if event["base"] == "scratch" else f"the model {event['base']}"
        return f"Starting from {start}, with {event['vocabulary']:,} pieces."
    if event["event"] == "mixture":
        return f"Mixed network and memory on {event['pieces']:,} pieces, in {event['seconds']:.1f} s."
    size = f"{event['bytes'] / 1e6:.1f} MB"
    return f"Remembered {event['pieces']:,} pieces, {size}, in {event['seconds']:.1f} s."
