"""A training that tests steer, and what the Train screen shows of it."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.storage.paths import Paths
from rnnchat.training.engine import checkpoint
from rnnchat.training.runs.files import PREPARED
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings
from tests.app.helpers import wait_until
from tests.helpers.places import NOTES

SIZE = (100, 34)
Event = dict[str, Any]


class FakeJob:
    """A training of which the test says what happens."""

    latest: FakeJob

    def __init__(self, run: Run, *, low_priority: bool = False) -> None:
        self.run = run
        self.calls: list[str] = []
        self._events: queue.Queue[Event | None] = queue.Queue()
        FakeJob.latest = self

    def start(self) -> None:
        self.calls.append("start")

    def emit(self, *events: Event | None) -> None:
        for event in events:
            self._events.put(event)

    def events(self) -> Iterator[Event]:
        while (event := self._events.get(timeout=20)) is not None:
            yield event

    def pause(self) -> None:
        self.calls.append("pause")
        self.emit({"event": "paused"})

    def resume(self) -> None:
        self.calls.append("resume")
        self.emit({"event": "resumed"})

    def finish(self) -> None:
        self.calls.append("finish")

    def close(self) -> None:
        self.calls.append("close")
        time.sleep(1.0)
        self.emit({"event": "stopped"}, None)

    def detach(self) -> None:
        self.calls.append("let go")
        self.emit(None)


def phase(name: str, done: int = 0, of: int | None = None, remaining: float = 200.0, **more: Any) -> Event:
    budget = 300.0
    event = {
        "event": "phase",
        "phase": name,
        "done": done,
        "of": of,
        "seconds": budget - remaining,
        "here": 2.0,
        "remaining": remaining,
        "share": round(1 - remaining / budget, 4),
    }
    return {**event, **more}


def progress(seconds: float, bits: float, share: float = 0.5) -> Event:
    return {
        "event": "progress",
        "seconds": seconds,
        "remaining": 300 - seconds,
        "share": share,
        "step": 9,
        "epoch": 1.0,
        "loss": 3.0,
        "bits_per_byte": bits,
        "tokens_per_second": 1000.0,
        "bytes_per_second": 3000.0,
        "memory_mb": 900,
    }


DONE = {"event": "done", "model": "tiny", "bits_per_byte": 1.5, "seconds": 300.0, "tokens_per_second": 9.0}


def interrupted(paths: Paths, name: str = "me") -> Run:
    """Leave a run that has learned for two minutes."""
    run = Run.create(paths, RunSettings(name=name, paths=(str(NOTES),)))
    (run.folder / PREPARED).write_text("{}")
    curve = [[20.0, 0.0, 2.4], [60.0, 5.0, 2.0], [118.0, 4.0, 1.8]]
    checkpoint.save(run.checkpoints, 7, [], {"seconds": 120.0, "curve": curve})
    return run


async def train_screen(app: RnnchatApp, pilot: Pilot[None]) -> None:
    await pilot.press("f3")
    await wait_until(pilot, lambda: bool(app.screen.query("#start")))
    await pilot.pause()


async def click(app: RnnchatApp, pilot: Pilot[None], button: str) -> None:
    """Press a button as a person does, with the mouse, where it is shown."""
    found = app.screen.query_one(button, Button)
    await wait_until(pilot, lambda: found.display and found.region.area > 0 and not found.disabled)
    found.scroll_visible(animate=False)
    await pilot.pause()
    assert await pilot.click(button)
    await pilot.pause()


async def started(app: RnnchatApp, pilot: Pilot[None]) -> FakeJob:
    await train_screen(app, pilot)
    app.screen.query_one("#path", Input).value = str(NOTES)
    app.screen.query_one("#path", Input).focus()
    await pilot.press("enter")
    await click(app, pilot, "#start")
    await wait_until(pilot, lambda: app.training.state is not None)
    return FakeJob.latest


def shown(app: RnnchatApp, widget: str) -> str:
    return str(app.screen.query_one(widget, Static).render())


def visible(app: RnnchatApp) -> set[str]:
    return {str(button.id) for button in app.screen.query("TrainingView Button") if button.display}


async def until(pilot: Pilot[None], app: RnnchatApp, widget: str, text: str) -> None:
    await wait_until(pilot, lambda: text in shown(app, widget))
