"""A training whose parent is killed is gone within two seconds, whatever it was doing, and can be resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from rnnchat.training.runs.run import Run
from tests.end_to_end.helpers import COMMAND, SHORT_LENGTH, TRAINED_MINUTES, environment, rnnchat
from tests.helpers.places import NOTES, ROOT
from tests.helpers.waiting import wait_for

pytestmark = pytest.mark.slow

SECONDS = 2.0
"""How long a training may outlive the program that started it."""


def kill_when(
    home: Path, words: list[str], is_time: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """Start a training, kill its parent at an event, and see that the child goes; return the events."""
    process = subprocess.Popen(
        [*COMMAND, "train", *words, "--json"], env=environment(home), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if is_time(events[-1]):
            break
    else:
        raise AssertionError([event["event"] for event in events])
    (child,) = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    is_gone(child, home)
    process.stdout.close()
    return events


def is_gone(child: psutil.Process, home: Path) -> None:
    run = Run(home / "state/runs/again")

    def has_gone() -> bool:
        return (not child.is_running() or child.status() == psutil.STATUS_ZOMBIE) and not run.is_busy()

    wait_for(has_gone, "the end of the child", SECONDS)


def in_phase(name: str, done: int = 0) -> Callable[[dict[str, Any]], bool]:
    return lambda event: event["event"] == "phase" and event["phase"] == name and event["done"] >= done


@pytest.mark.timeout(240)
def test_killed_in_every_phase_and_resumed_each_time(tmp_path: Path) -> None:
    minutes = f"{min(0.6, 1.5 * TRAINED_MINUTES):.2f}"
    first = [str(NOTES), "--name", "again", "--minutes", minutes, *SHORT_LENGTH]
    kill_when(tmp_path, first, lambda event: event["event"] == "scan")
    again = ["--resume"]
    kill_when(tmp_path, again, in_phase("starting"))
    kill_when(tmp_path, again, in_phase("learning"))
    learning = kill_when(tmp_path, again, lambda event: event["event"] == "progress" and event["step"] > 0)
    mixing = kill_when(tmp_path, again, in_phase("mixing", 1))
    before, after = ([event for event in part if event["event"] == "progress"] for part in (learning, mixing))
    assert after[0]["seconds"] >= before[-1]["seconds"] > 0, "what was learned is not learned again"
    assert "scan" not in [event["event"] for event in mixing], "nothing is read a second time"
    last = rnnchat(tmp_path, "train", "--resume", "--json")
    assert last.returncode == 0, last.stderr
    events = [json.loads(line) for line in last.stdout.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[-1] == "done"
    assert "scan" not in kinds, "nothing is read a second time"
    assert "progress" not in kinds, "nothing is learned a second time"
    # The curve is there from the start again, with all of its points.
    curve = next(event for event in events if event["event"] == "curve")
    learned = [event["bits_per_byte"] for event in learning + mixing if event["event"] == "progress"]
    assert learned[0] in [bits for _, bits in curve["points"]]
    assert learned[-1] in [bits for _, bits in curve["points"]]
    assert rnnchat(tmp_path, "models", "check").returncode == 0
    left = [path.name for path in (tmp_path / "state/runs/again").rglob("*") if path.name[0] == "."]
    assert not left


@pytest.mark.parametrize("where", ["python", "numpy", "sentencepiece", "stopped interpreter"])
def test_what_the_child_is_busy_with_does_not_matter(tmp_path: Path, where: str) -> None:
    """Its threads may have no turn for seconds, where a library keeps the interpreter to itself."""
    busy = {
        "python": "while True: pass",
        "numpy": "import numpy as np\nnp.sort(np.random.default_rng(0).random(300_000_000))",
        "sentencepiece": "import tests.training.runs.test_orphans as t; t.learn_pieces()",
        # Called with the interpreter held, which no thread gets before it returns.
        "stopped interpreter": "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
    }[where]
    worker = tmp_path / "worker.py"
    worker.write_text(
        "import io, sys, time\n"
        "from rnnchat.training.runs.control import Control\n"
        "from rnnchat.training.runs.events import EventWriter\n"
        "from rnnchat.training.runs.orphan import end_with_parent\n"
        "end_with_parent()\n"
        "control = Control(sys.stdin, EventWriter(io.StringIO()), int(sys.argv[1]))\n"
        "print('ready', flush=True)\n" + busy
    )
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import os, subprocess, sys\n"
        f"words = [sys.executable, {str(worker)!r}, str(os.getpid())]\n"
        "child = subprocess.Popen(words, stdin=subprocess.PIPE)\n"
        "child.wait()\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(parent)], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    (child,) = psutil.Process(process.pid).children()
    before = child.cpu_times().user
    wait_for(lambda: child.cpu_times().user > before + 0.5, "the child to be busy")
    process.kill()
    process.wait()
    try:
        is_gone(child, tmp_path)
    finally:
        if child.is_running():
            child.kill()


@pytest.mark.parametrize("thread", ["the main thread", "a thread that ends"])
def test_a_training_that_gives_way_ends_with_its_parent_alone(tmp_path: Path, thread: str) -> None:
    """Linux ends a child with the thread that has started it: that one may end before the program."""
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import sys, threading\n"
        "from rnnchat.storage.paths import Paths\n"
        "from rnnchat.training.runs.job import TrainingJob\n"
        "from rnnchat.training.runs.run import Run\n"
        "from rnnchat.training.runs.settings import RunSettings\n"
        f"settings = RunSettings(name='again', paths=({str(NOTES)!r},))\n"
        "job = TrainingJob(Run.create(Paths.from_environment(), settings), low_priority=True)\n"
        + ("job.start()\n" if thread == "the main thread" else "")
        + "start = threading.Thread(target=job.start)\n"
        + ("" if thread == "the main thread" else "start.start(); start.join()\n")
        + "for event in job.events():\n"
        "    print(event['event'], event.get('phase', ''), event.get('here', 0), flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(parent)],
        env={**environment(tmp_path), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        event, phase, here = line.split() if len(line.split()) == 3 else ("", "", "0")
        if event == "phase" and phase == "starting" and float(here) > 2:
            break
    else:
        raise AssertionError("it ended by itself")
    (child,) = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    is_gone(child, tmp_path)


def learn_pieces() -> None:
    import random

    from rnnchat.text.tokenizer import train_tokenizer

    chance = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz   "
    train_tokenizer(["".join(chance.choices(letters, k=4_000_000))], 8_000)


def test_a_worker_started_by_hand_does_not_end_with_who_started_it(tmp_path: Path) -> None:
    code = (
        "import io, sys, threading\n"
        "from rnnchat.training.runs.control import Control\n"
        "from rnnchat.training.runs.events import EventWriter\n"
        "control = Control(sys.stdin, EventWriter(io.StringIO()))\n"
        "for thread in threading.enumerate():\n"
        "    if thread is not threading.main_thread():\n"
        "        thread.join(30)  # it has read to the end of its orders\n"
        "        assert not thread.is_alive()\n"
        "control.raise_if_stopped()\n"
        "print('goes on')\n"
    )
    with Path(os.devnull).open() as nothing:
        result = subprocess.run(
            [sys.executable, "-c", code], stdin=nothing, capture_output=True, text=True, check=True
        )
    assert result.stdout == "goes on\n"
