"""The real program: its command line, and its app in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOTES

COMMAND = (sys.executable, "-m", "rnnchat")


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "RNNCHAT_HOME": str(home), "COLUMNS": "100", **more}


def rnnchat(
    home: Path, *words: str | Path, stdin: str | bytes = "", timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    result = subprocess.run(
        [*COMMAND, *map(str, words)],
        env=environment(home),
        input=given,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    out, err = (stream.decode("utf-8", "replace") for stream in (result.stdout, result.stderr))
    assert "Traceback" not in out + err, out + err
    return subprocess.CompletedProcess(result.args, result.returncode, out, err)


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A home in which a model called `me` learned the sample notes, and the events of its training."""
    home = tmp_path_factory.mktemp("trained")
    result = rnnchat(home, "train", NOTES, "--name", "me", "--minutes", "0.4", "--json")
    assert result.returncode == 0, result.stderr
    return home, json_lines(result.stdout)
