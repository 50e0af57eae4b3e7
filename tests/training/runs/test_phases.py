"""Every phase of a training has a name, a share of the whole and a figure that moves."""

from __future__ import annotations

import io
import os
import time
from typing import Any

import pytest

from rnnchat.training.runs.control import Control, StopAskedError
from rnnchat.training.runs.events import LEARNING, MIXING, READING, SAVING, EventWriter
from rnnchat.training.runs.phases import Phases
from rnnchat.training.runs.report import TrainingReport, time_left
from tests.end_to_end.helpers import json_lines
from tests.helpers.waiting import wait_for


class Silent:
    """A parent that says nothing."""

    def __init__(self) -> None:
        self.out = io.StringIO()
        self.events = EventWriter(self.out)
        self.control = Control(None, self.events)

    @property
    def told(self) -> list[dict[str, Any]]:
        return json_lines(self.out.getvalue())


def test_phases_move_over_the_whole_budget() -> None:
    parent = Silent()
    phases = Phases(parent.events, parent.control, minutes=1.0)
    phases.expect(fitting=20.0, measuring=0.5, saving=3.0)
    for phase, steps in ((READING, 3), (LEARNING, 1), (MIXING, 4), (SAVING, 1)):
        for done in range(steps):
            phases.report(phase, done * 100, 300 if phase == MIXING else None)
            time.sleep(0.32)
    told = parent.told
    assert [event["phase"] for event in told] == [READING] * 3 + [LEARNING] + [MIXING] * 4 + [SAVING]
    shares = [event["share"] for event in told]
    assert shares == sorted(shares)
    assert [event["done"] for event in told if event["phase"] == MIXING] == [0, 100, 200, 300]
    assert told[0]["remaining"] > 59
    mixing = [event["remaining"] for event in told if event["phase"] == MIXING]
    assert mixing[-1] < 5, "by what fitting takes on this machine, not by what is left of the budget"


def test_a_phase_shows_every_second_that_work_goes_on() -> None:
    parent = Silent()
    with Phases(parent.events, parent.control, minutes=1.0) as phases:
        phases.report(MIXING, 0)
        wait_for(lambda: len(parent.told) >= 3 and parent.told[-1]["here"] >= 2, "two seconds of the phase")
    seconds = [event["here"] for event in parent.told]
    assert seconds == sorted(seconds)
    assert len(seconds) <= seconds[-1] + 2, "every second, and not more often"


def test_at_once_has_shares_without_a_budget() -> None:
    parent = Silent()
    phases = Phases(parent.events, parent.control, minutes=None)
    phases.report(READING, 0)
    phases.report(MIXING, 0, 100)
    phases.report(SAVING, 0)
    assert [event["share"] for event in parent.told] == [0.0, 0.4, 0.95]
    assert parent.told[0]["remaining"] is None


def test_a_phase_is_left_where_the_training_is_to_stop() -> None:
    read, write = os.pipe()
    events = EventWriter(io.StringIO())
    control = Control(os.fdopen(read), events)
    phases = Phases(events, control, minutes=1.0)
    phases.report(MIXING, 0)
    os.write(write, b"finish\nstop\n")
    until = time.monotonic() + 5
    with pytest.raises(StopAskedError):
        while time.monotonic() < until:
            phases.report(MIXING, 1, 2)
            time.sleep(0.01)
    os.close(write)


def test_a_terminal_hears_of_every_phase() -> None:
    said: list[tuple[str, bool]] = []

    def say(text: str, *, over: bool = False) -> None:
        said.append((text, over))

    report = TrainingReport(say, live=False)
    report.begin("me", resumed=False)
    assert said == [("Reading the notes …", False)], "at once, before the child has said anything"
    event = {"event": "phase", "done": 500, "of": 1000, "seconds": 1.0, "here": 1.0, "remaining": 17.2}
    for phase in ("reading", "reading", "mixing"):
        report.show({**event, "phase": phase, "share": 0.5})
    report.show({"event": "mixing", "pieces": 9})
    for phase in ("mixing", "saving"):
        report.show({**event, "phase": phase, "share": 0.5})
    assert [text for text, _ in said[1:]] == ["Combining network and memory …", "Saving the model …"]
    said.clear()
    live = TrainingReport(say, live=True)
    live.begin("me", resumed=True)
    live.show({**event, "phase": "mixing", "share": 0.5})
    assert said[0] == ("Resuming the training of me.", False)
    assert said[-1] == ("  Combining network and memory …  500 of 1,000 tokens  0:18 left", True)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.0, ""), (0.2, "0:01 left"), (59.5, "1:00 left"), (3600, "60:00 left")],
)
def test_time_left(seconds: float | None, text: str) -> None:
    assert time_left(seconds) == text
