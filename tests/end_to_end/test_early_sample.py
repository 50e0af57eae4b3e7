"""How soon a model writes something, in the real program."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.end_to_end.helpers import COMMAND, environment
from tests.helpers.places import NOTES
from tests.helpers.waiting import patience

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SECONDS = 10.0
"""The first sample comes at most this long after the notes were read."""
BYTES = 2_000_000
"""That many bytes of notes are read."""


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of new notes in the words of the sample notes."""
    choose = random.Random(0)
    lines = [
        line for path in sorted(NOTES.iterdir()) for line in path.read_text("utf-8").splitlines() if line
    ]
    words = [word for line in lines for word in line.split()]
    folder = tmp_path_factory.mktemp("notes")
    written = 0
    for number in range(BYTES):
        sentences = [" ".join(choose.choices(words, k=choose.randint(4, 20))) + "." for _ in range(60)]
        text = f"# Note {number}\n\n" + "\n".join(sentences) + "\n"
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
        written += len(text.encode())
        if written >= BYTES:
            break
    return folder


@pytest.mark.parametrize("minutes", ["0", "5"])
def test_the_first_sample_comes_soon_after_the_notes_are_read(
    notes: Path, tmp_path: Path, minutes: str
) -> None:
    training = subprocess.Popen(
        [*COMMAND, "train", str(notes), "--minutes", minutes, "--json"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert training.stdout is not None
    scanned = processor = 0.0
    sample: dict[str, Any] = {}
    for line in training.stdout:
        event = json.loads(line)
        if event["event"] == "scan":
            assert event["bytes"] >= 0.9 * BYTES
            scanned, processor = time.monotonic(), processor_seconds(training.pid)
        if event["event"] == "sample":
            sample = event
            break
        assert event["event"] not in ("plan", "mixing"), (
            "nothing is trained or fitted before the first sample"
        )
    taken, used = time.monotonic() - scanned, processor_seconds(training.pid) - processor
    training.send_signal(signal.SIGINT)
    training.communicate(timeout=60)
    assert sample["early"] is True and sample["text"]
    # On a machine that others use, too, what counts is how much of it this training needed.
    assert scanned and (taken < patience(SECONDS) or used < SECONDS), (taken, used)


def processor_seconds(pid: int) -> float:
    """Return how long processors have worked for a process and its children."""
    program = psutil.Process(pid)
    times = [process.cpu_times() for process in (program, *program.children(recursive=True))]
    return sum(own.user + own.system for own in times)
