"""Trainings killed at random moments, each resumed: python -m tests.benchmarks.kills [--kills 30]

Every training is killed with SIGKILL (the child, its parent, or both), at a moment drawn from its
whole course, and resumed to its end. After each kill every model in the library is checked.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.end_to_end.helpers import COMMAND, environment
from tests.helpers.places import NOTES

MINUTES = 0.3


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "train", *words, "--json"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_sound(home: Path) -> bool:
    return not subprocess.run(
        [*COMMAND, "models", "check"], env=environment(home), capture_output=True, check=False
    ).returncode


def resume(home: Path) -> tuple[str, list[dict[str, object]]]:
    """Resume until it ends; a child that is still leaving its checkpoint is waited for."""
    for _ in range(60):
        out, err = start(home, "--resume", "--name", "me").communicate()
        if "right now" not in err:
            break
        time.sleep(0.5)
    return err, [json.loads(line) for line in out.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    failures = 0
    lost: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for kill in range(options.kills):
            moment = chance.uniform(0.2, MINUTES * 60 + 3)
            victim = chance.choice(["child", "parent", "both"])
            process = start(home, str(NOTES), "--name", "me", "--minutes", str(MINUTES), "--fresh")
            began = time.monotonic()
            time.sleep(moment)
            children = psutil.Process(process.pid).children() if process.poll() is None else []
            targets = {"child": children, "parent": [], "both": children}[victim]
            for child in targets:
                os.kill(child.pid, signal.SIGKILL)
            if victim != "child" and process.poll() is None:
                process.kill()
            out, _ = process.communicate()
            before = [json.loads(line) for line in out.splitlines() if line.endswith("}")]
            sound = is_sound(home)
            ended = bool(before) and before[-1]["event"] == "done"
            err, events = resume(home)
            done = ended or (bool(events) and events[-1]["event"] == "done")
            if not done and "no interrupted training" in err:
                # Killed before there was anything to resume; or just after the model was published.
                done = moment < 1.5 or (home / "data/models/me").is_dir()
            progress = [e["seconds"] for e in before if e["event"] == "progress"]
            resumed = [e["seconds"] for e in events if e["event"] == "progress"]
            if progress and resumed:
                lost.append(float(progress[-1]) - float(resumed[0]))
            sound = sound and is_sound(home)
            failures += not (done and sound)
            print(
                f"{kill + 1:>3}: {victim:<6} after {min(moment, time.monotonic() - began):5.1f} s  "
                f"{'resumed' if done else 'LOST: ' + err.strip()}  {'sound' if sound else 'DAMAGED'}",
                flush=True,
            )
    worst = max(lost, default=0.0)
    print(f"{options.kills - failures} of {options.kills} went on; at most {worst:.1f} s of work lost")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
