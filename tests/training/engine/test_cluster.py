"""Two processes on this machine train as one does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnchat.errors import TrainingError
from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.training.engine.cluster import Cluster
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings
from tests.helpers.places import NOTES

pytestmark = pytest.mark.slow


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _train(home: Path, workers: int) -> dict[str, Any]:
    """Train with so many processes; return the chief's last event."""
    paths = Paths(home / "data", home / "config", home / "state")
    settings = RunSettings(
        name="me",
        paths=(str(NOTES),),
        base="scratch",
        minutes=5,
        steps=20,
        embedding=16,
        units=24,
        batch=8,
        length=8,
        dropout=0.2,
        weight_drop=0.2,
        use_bfloat16=False,
    )
    run = Run.create(paths, settings)
    ports = _free_ports(workers)
    processes = []
    for index in range(workers):
        environment = {**os.environ, "RNNCHAT_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"}
        if workers > 1:
            cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
            config = {"cluster": cluster, "task": {"type": "worker", "index": index}}
            environment["TF_CONFIG"] = json.dumps(config)
        command = [sys.executable, "-m", "rnnchat.training.engine.worker", str(run.folder)]
        with (home / f"out-{index}").open("wb") as out, (home / f"err-{index}").open("wb") as err:
            # Its input stays open: where that ends, a worker takes its parent for gone and stops.
            processes.append(
                subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=out, stderr=err)
            )
    try:
        codes = [process.wait(150) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert codes == [0] * workers, [(home / f"err-{index}").read_text()[-2000:] for index in range(workers)]
    event: dict[str, Any] = json.loads((home / "out-0").read_text().splitlines()[-1])
    return event


@pytest.mark.timeout(200)
def test_two_processes_train_as_one_does(tmp_path: Path) -> None:
    results = {}
    for workers in (1, 2):
        home = tmp_path / str(workers)
        event = _train(home, workers)
        assert event["event"] == "done"
        saved = Library(Paths(home / "data", home / "config", home / "state")).load("me")
        results[workers] = saved.card.training["curve"], saved.weights
    alone, together = results[1], results[2]
    for one, two in zip(alone[0], together[0], strict=True):
        assert np.abs(np.array(one[1:]) - two[1:]).max() < 2e-4, "both are rounded to four digits"
    for name, value in alone[1].items():
        assert np.abs(value - together[1][name]).max() < 1e-4, name


@pytest.mark.parametrize(
    "config", ["nonsense", '{"cluster": {}}', '{"cluster": {"worker": ["a:1"]}, "task": {"index": 1}}']
)
def test_a_cluster_that_makes_no_sense_is_named(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(TrainingError, match="TF_CONFIG"):
        Cluster.from_environment()
