"""A home with a trained model, for the tests of the real program."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.helpers import SHORT_LENGTH, TRAINED_MINUTES, json_lines, rnnchat
from tests.helpers.places import NOTES


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A home in which a model called `me` learned the sample notes, and the events of its training.

    Where pytest-xdist runs several workers, the first that needs the model trains it, and each has a copy.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    original, events = shared / "trained-home", shared / "trained-events.jsonl"
    with (shared / "trained.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not events.exists():
            minutes = f"{TRAINED_MINUTES:.2f}"
            words = ("train", NOTES, "--name", "me", "--minutes", minutes, *SHORT_LENGTH, "--json")
            result = rnnchat(original, *words, timeout=300)
            assert result.returncode == 0, result.stderr
            events.write_text(result.stdout, encoding="utf-8")
    home = tmp_path_factory.mktemp("trained") / "home"
    shutil.copytree(original, home)
    return home, json_lines(events.read_text(encoding="utf-8"))
