"""The process of its own in which model families are compared, so that the app stays quick."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rnnchat.errors import RnnchatError


class ComparisonProcess:
    """Runs ``rnnchat compare`` on the notes under `paths`, with a budget of `minutes` for each network."""

    def __init__(self, paths: Sequence[Path], minutes: float) -> None:
        self._paths, self._minutes = paths, minutes
        self._process: subprocess.Popen[str] | None = None
        self.is_stopped = False
        """Whether `stop` was called."""

    def events(self) -> Iterator[dict[str, Any]]:
        """Start the process and yield its events, results and progress, until it ends.

        Raises:
            RnnchatError: it failed, other than by `stop`.
        """
        command = [sys.executable, "-m", "rnnchat", "compare", "--json", "--follow"]
        command += ["--minutes", str(self._minutes), "--", *map(str, self._paths)]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            self._process = process
            try:
                if self.is_stopped:
                    process.terminate()
                assert process.stdout is not None
                assert process.stderr is not None
                for line in process.stdout:
                    yield json.loads(line)
                problem = process.stderr.read()
            except BaseException:
                process.terminate()  # or leaving the block would wait for its end
                raise
        if process.returncode and not self.is_stopped:
            message, _, hint = problem.strip().removeprefix("rnnchat: ").partition("\n")
            raise RnnchatError(message or "The comparison ended unexpectedly.", hint.strip())

    def stop(self) -> None:
        """End the process, without waiting for it."""
        self.is_stopped = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
