"""Trainings and comparisons that are interrupted: nothing is lost, and nothing is left behind."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.helpers import COMMAND, QUICK_TRAINING, environment
from tests.helpers.places import NOTES
from tests.helpers.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_ctrl_c_ends_a_comparison_and_leaves_nothing(tmp_path: Path) -> None:
    command = [*COMMAND, "compare", str(NOTES), "--minutes", "5"]
    with subprocess.Popen(
        command,
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        gru = "compare-*/home/state/runs/gru"
        wait_for(lambda: list((tmp_path / "state").glob(gru)), "the training of the GRU", 60)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert "Nothing of the comparison was saved" in process.stderr.read()
    assert not list((tmp_path / "state").glob("compare-*"))


def test_ctrl_c_keeps_a_checkpoint(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "train", str(NOTES), "--name", "stopped", "--minutes", "2", "--json", *QUICK_TRAINING],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if '"progress"' in line:
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.startswith("rnnchat: Stopped")
    assert "--resume" in err
    assert list((tmp_path / "state/runs/stopped/checkpoints").iterdir())
