"""Paths and homes that cannot be, on the command line: a message and a hint, and never a traceback."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.helpers import COMMAND, rnnchat


@pytest.mark.parametrize("command", ["scan", "train", "evaluate", "compare"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [("~nouser/n", "no user called nouser"), ("x" * 300, "300 bytes"), ("file://far/n", "another computer")],
)
def test_a_path_that_can_be_none(tmp_path: Path, command: str, typed: str, said: str) -> None:
    result = rnnchat(tmp_path, command, typed)
    assert result.returncode == 1
    assert result.stderr.startswith("rnnchat: ") and said in result.stderr
    assert len(result.stderr.splitlines()) == 2, "a message and a hint"


def test_a_path_as_a_file_manager_gives_it(tmp_path: Path) -> None:
    folder = tmp_path / "My Notes"
    folder.mkdir()
    (folder / "a.md").write_text("A note that is long enough to be one.\n")
    result = rnnchat(tmp_path / "home", "scan", f"file://{folder}".replace(" ", "%20"))
    assert result.returncode == 0
    assert "1 note," in result.stdout


@pytest.mark.parametrize("home", ["~nouser/x", "x" * 300, "file://far/x"])
@pytest.mark.parametrize("command", [("where",), ("models", "list"), ("draft", "x.md")])
def test_a_home_that_can_be_none(home: str, command: tuple[str, ...]) -> None:
    given = {**os.environ, "RNNCHAT_HOME": home}
    result = subprocess.run([*COMMAND, *command], env=given, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("rnnchat: ")
    assert "unforeseen" not in result.stderr
