"""The parent's side of a training: starts the child, follows, pauses and stops it.

No TensorFlow here: the child alone has it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from rnnchat.errors import TrainingError
from rnnchat.storage.atomic import TEMPORARY
from rnnchat.training.runs.run import Run

Event = dict[str, Any]

LOG = "worker.log"
BOUND = "bound"
"""Tells a child that it may be ended with the thread that has started it."""
PROMPT_SECONDS = 2.0
"""How long a child that is asked to stop may take, where it is not saving."""
NICE = 10
"""The priority of a process that gives way, where 0 is the usual one and 19 the lowest."""
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "USER")
_PREFIXES = ("RNNCHAT_", "XDG_", "OMP_", "TF_", "PYTHON", "CUDA_")


class TrainingJob:
    """A training under way in a child process.

    When this process dies the child notices, leaves a checkpoint and is gone within two seconds. With
    `yields` it leaves the processor to whoever else wants it, such as a person who writes meanwhile.
    """

    def __init__(self, run: Run, *, home: Path | None = None, yields: bool = False) -> None:
        self.run = run
        self._home = home
        self._yields = yields
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the child; raise TrainingError where that is not possible."""
        environment = {
            name: value for name, value in os.environ.items() if name in _PASSED or name.startswith(_PREFIXES)
        }
        environment["PYTHONUNBUFFERED"] = "1"
        if self._home is not None:
            environment["RNNCHAT_HOME"] = str(self._home)
        # TensorFlow takes and gives back large blocks at every step: glibc is to keep them.
        for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"):
            environment.setdefault(name, str(2**30))
        environment.setdefault("MALLOC_ARENA_MAX", "2")
        # Fitting the mixture multiplies what is small: more threads would only wait for one another.
        environment.setdefault("OPENBLAS_NUM_THREADS", "1")
        command = [
            sys.executable,
            "-m",
            "rnnchat.training.engine.worker",
            str(self.run.folder),
            str(os.getpid()),
        ]
        if threading.current_thread() is threading.main_thread():
            # Linux ends a child with the thread that has started it, and this one lives as long as we do.
            command.append(BOUND)
        try:
            with _private_log(self.run.folder / LOG) as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                    env=environment,
                    # Ctrl+C in a terminal is for the parent, which then asks the child to stop.
                    start_new_session=True,
                )
        except OSError as error:
            raise TrainingError(
                f"The training could not be started: {error.strerror}.",
                "Try again; free some memory and disk.",
            ) from error

        if self._yields:
            give_way(self._process.pid)

    def events(self) -> Iterator[Event]:
        """Yield the child's events until it ends; raise TrainingError where it failed or died."""
        process = self._started()
        assert process.stdout is not None
        said_last = ""
        for line in process.stdout:
            try:
                event: Event = json.loads(line)
            except ValueError:
                continue
            if not isinstance(event, dict):
                continue
            said_last = event.get("event", "")
            if said_last == "error":
                process.wait()
                raise TrainingError(event["message"], event["hint"])
            yield event
        code = process.wait()
        if said_last not in ("done", "stopped"):
            raise TrainingError(
                _why_it_died(code),
                f"Nothing is lost: `rnnchat train --resume --name {self.run.folder.name!r}` goes on.",
            )

    def pause(self) -> None:
        """Ask the child to hold on; its budget stops counting."""
        self._say("pause")

    def resume(self) -> None:
        """Let a paused child go on."""
        self._say("resume")

    def finish(self) -> None:
        """Ask the child to end now and to publish what it has learned."""
        self._say("finish")

    def stop(self) -> None:
        """Ask the child to leave a checkpoint and stop; the run can be resumed."""
        self._say("stop")

    def let_go(self) -> None:
        """Stop the child without waiting for it: it ends by itself, and soon."""
        self.stop()
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ValueError, OSError):
                self._process.stdin.close()

    def close(self, timeout: float = 10.0) -> None:
        """Stop the child and wait for it; it is killed after `timeout` seconds.

        It is killed after PROMPT_SECONDS where it is not writing the checkpoint that it ends with.
        """
        if self._process is None or self._process.poll() is not None:
            return
        self.stop()
        until = time.monotonic() + timeout
        patience = min(timeout, PROMPT_SECONDS)
        while patience > 0:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                return
            patience = min(0.2, until - time.monotonic()) if self._is_saving() else 0.0
        self._process.kill()
        self._process.wait()

    def _is_saving(self) -> bool:
        with contextlib.suppress(OSError):
            return any(self.run.checkpoints.glob(f"{TEMPORARY}*"))
        return False

    @property
    def is_running(self) -> bool:
        """Whether the child is alive."""
        return self._process is not None and self._process.poll() is None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self.start()
        assert self._process is not None
        return self._process

    def _say(self, word: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ValueError, OSError):
                self._process.stdin.write(word + "\n")
                self._process.stdin.flush()


def _private_log(path: Path) -> TextIO:
    """Open the file of what a child's libraries write, anew, for nobody else to read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    file = os.fdopen(descriptor, "w", encoding="utf-8")
    os.fchmod(descriptor, 0o600)  # one that an earlier version has left may be open to others
    return file


def _why_it_died(code: int) -> str:
    if code == -9:
        return "The training was killed, perhaps because memory ran out."
    if code < 0:
        return f"The training was ended by signal {-code}."
    return f"The training ended unexpectedly (exit code {code})."


def give_way(pid: int) -> None:
    """Let a process, and the threads that it will start, have the processor where nobody else wants it.

    On Linux it is interrupted at once by others, where one of low priority alone ends its turn first: of 100
    keys beside a training, 99 were shown within 50 ms in place of 64. Does nothing where it has ended.
    """
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        elif hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, pid, NICE)
