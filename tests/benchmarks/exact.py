"""One training killed a hundred times ends as one that was never touched: python -m tests.benchmarks.exact

A small network trains for a fixed number of steps, once in peace, then again and again with SIGKILL at
random moments, resumed each time, until there were enough kills. Reported: how many trainings ended,
how far their weights are from those of the undisturbed one, and the most work that a kill cost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings
from tests.helpers.places import NOTES

INTERVAL = 1.0
"""Seconds between checkpoints."""


def settings(steps: int) -> RunSettings:
    return RunSettings(
        name="me",
        paths=(str(NOTES),),
        base="scratch",
        minutes=60,
        steps=steps,
        embedding=24,
        units=48,
        batch=8,
        length=16,
        dropout=0.2,
        weight_drop=0.2,
        use_bfloat16=False,
        checkpoint_seconds=INTERVAL,
    )


def live(home: Path, run: Run, seconds: float) -> tuple[list[dict[str, float]], bool]:
    """Let a child work on a run for at most so many seconds; return its progress and whether it ended."""
    said = home / "said"
    with said.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "rnnchat.training.engine.worker", str(run.folder)],
            env={**os.environ, "RNNCHAT_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    lines = [json.loads(line) for line in said.read_text().splitlines() if line.endswith("}")]
    return [line for line in lines if line["event"] == "progress"], run.is_finished


def seconds_lost(before: list[dict[str, float]], resumed: float) -> float:
    """Return how much of the work that was told `before` a kill lies after the step that was `resumed`."""
    repeated = [event["seconds"] for event in before if event["step"] > resumed]
    return before[-1]["seconds"] - repeated[0] if repeated else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        paths = Paths(home / "data", home / "config", home / "state")
        started = time.monotonic()
        if not live(home, Run.create(paths, settings(options.steps)), 3600)[1]:
            sys.exit("The undisturbed training failed.")
        longest = min(14.0, time.monotonic() - started)
        expected = Library(paths).load("me")
        kills = ended = 0
        furthest = lost = 0.0
        while kills < options.kills:
            run, before = Run.create(paths, settings(options.steps)), []
            while not run.is_finished:
                seconds = chance.uniform(0.1, longest) if kills < options.kills else 3600
                progress, finished = live(home, run, seconds)
                kills += not finished
                if progress:
                    lost = max(lost, seconds_lost(before, progress[0]["step"] - 1))
                    before = progress
            ended += 1
            found = Library(paths).load("me")
            for name, value in expected.weights.items():
                furthest = max(furthest, float(np.abs(value - found.weights[name]).max()))
            same = found.card.scores["bits_per_byte"] == expected.card.scores["bits_per_byte"]
            print(
                f"{kills:>4} kills, {ended} trainings ended; weights differ by at most {furthest:.1e}; "
                f"bits per byte {'equal' if same else 'DIFFER'}; a kill cost at most {lost:.1f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
