"""Run the real program: its command line, and its app in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "rnnchat")


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
