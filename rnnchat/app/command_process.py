"""A command of rnnchat that runs in a process of its own, so that the app stays quick."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from rnnchat.errors import RnnchatError


class CommandProcess:
    """Runs ``rnnchat`` with `words`, which let it print lines of JSON."""

    def __init__(self, words: Sequence[str], unfinished: str) -> None:
        self._words = words
        self._unfinished = unfinished
        """What is said where the process ends without saying why."""
        self._process: subprocess.Popen[str] | None = None
        self.is_stopped = False
        """Whether `stop` was called."""

    def events(self) -> Iterator[dict[str, Any]]:
        """Start the process and yield the objects that it prints until it ends.

        Raises:
            RnnchatError: it failed, other than by `stop`.
        """
        with subprocess.Popen(
            [sys.executable, "-m", "rnnchat", *self._words],
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
            raise RnnchatError(message or self._unfinished, hint.strip())

    def stop(self) -> None:
        """End the process, without waiting for it."""
        self.is_stopped = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
