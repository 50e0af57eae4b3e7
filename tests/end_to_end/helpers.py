"""Run the real program: its command line, and its app in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.helpers.waiting import patience

COMMAND = (sys.executable, "-m", "rnnchat")
TRAINED_MINUTES = min(2.0, patience(0.7))
"""The budget of the training whose model several tests use."""
SHORT_LENGTH = ("--set", "length=16")
"""Gradients flow back through fewer tokens than usual, so that TensorFlow builds its graph sooner."""
QUICK_TRAINING = tuple("--from scratch --set embedding=16 --set units=24 --set length=8".split())
"""A network that soon learns its first steps, for tests that do not look at what was learned."""
AT_ONCE = ("--minutes", "0", "--from", "scratch")
"""A training without a network, for tests that only look at whether it is done."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a program whose home is `home`."""
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
    """Parse one JSON object from each line."""
    return [json.loads(line) for line in text.splitlines()]


def kept_drafts(home: Path) -> list[str]:
    """Return the texts of the drafts on the disk, the one changed last at the end."""
    return _rows(home / "data" / "drafts.sqlite3", "SELECT text FROM drafts ORDER BY changed")


def kept_turns(home: Path) -> list[str]:
    """Return the texts of all turns of all chats on the disk."""
    return _rows(home / "data" / "chats.sqlite3", "SELECT text FROM turns")


def _rows(database: Path, query: str) -> list[str]:
    if not database.exists():
        return []
    try:
        with sqlite3.connect(database) as connection:
            return [row[0] for row in connection.execute(query)]
    except sqlite3.Error:  # the program is making it
        return []
