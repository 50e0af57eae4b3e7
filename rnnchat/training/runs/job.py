"""The parent's side of a training: starts the child process, reads its events, and pauses or stops it.

TensorFlow is imported by the child alone.
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
from typing import Generic, Protocol, TextIO, TypeVar

from rnnchat.errors import TrainingError
from rnnchat.storage.atomic import TEMPORARY
from rnnchat.training.runs.events import Event
from rnnchat.training.runs.files import LOG

NOTES_WORKER = "rnnchat.training.engine.worker"
"""The module whose process learns notes."""
END_WITH_PARENT = "bound"
"""The argument that lets the system end a child with the thread that started it."""
PROMPT_SECONDS = 2.0
"""A child that is asked to stop, and is not writing a checkpoint, has this many seconds."""
NICE = 10
"""The niceness of a training that gives way; 0 is the usual one, and 19 the lowest priority."""
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "USER")
"""These environment variables are passed to the child."""
_PREFIXES = ("RNNCHAT_", "XDG_", "OMP_", "TF_", "PYTHON", "CUDA_")
"""Variables whose names begin with one of these are passed too."""


class JobFolder(Protocol):
    """The folder of a training, as far as its process needs it."""

    @property
    def folder(self) -> Path:
        """The folder, whose name is that of the model."""
        ...

    @property
    def checkpoints(self) -> Path:
        """The folder that checkpoints are written to."""
        ...

    @property
    def is_finished(self) -> bool:
        """Whether the model has been saved."""
        ...


AnyRun = TypeVar("AnyRun", bound=JobFolder)
"""The kind of run that a job works on."""


class TrainingJob(Generic[AnyRun]):
    """A training in a child process, which runs the module `worker` on the folder of the `run`.

    When this process dies, the child writes a checkpoint and ends within two seconds. With `low_priority` the
    child leaves the processor to other programs, such as an editor that a person types in meanwhile.
    """

    def __init__(
        self,
        run: AnyRun,
        *,
        home: Path | None = None,
        low_priority: bool = False,
        worker: str = NOTES_WORKER,
        resume_command: str = "rnnchat train --resume",
    ) -> None:
        self.run = run
        self.resume_command = f"{resume_command} --name {run.folder.name!r}"
        """The command that continues the training."""
        self._worker = worker
        self._home = home
        self._low_priority = low_priority
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the child; raise TrainingError where that fails."""
        command = [
            sys.executable,
            "-m",
            self._worker,
            str(self.run.folder),
            str(os.getpid()),
        ]
        if threading.current_thread() is threading.main_thread():
            # Linux ends a child with the thread that started it, and the main thread lives as long as we do.
            command.append(END_WITH_PARENT)
        try:
            with _private_log(self.run.folder / LOG) as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                    env=_environment(self._home),
                    # Ctrl+C in a terminal goes to the parent, which then asks the child to stop.
                    start_new_session=True,
                )
        except OSError as error:
            raise TrainingError(
                f"The training could not be started: {error.strerror}.",
                "Try again; free some memory and disk.",
            ) from error

        if self._low_priority:
            lower_priority(self._process.pid)

    def events(self) -> Iterator[Event]:
        """Yield the child's events until it ends; raise TrainingError where it failed or died."""
        process = self._started()
        assert process.stdout is not None
        last_kind = ""
        for line in process.stdout:
            try:
                event: Event = json.loads(line)
            except ValueError:
                continue
            if not isinstance(event, dict):
                continue
            last_kind = event.get("event", "")
            if last_kind == "error":
                process.wait()
                raise TrainingError(event["message"], event["hint"])
            yield event
        code = process.wait()
        if last_kind not in ("done", "stopped"):
            raise TrainingError(
                _why_it_died(code),
                f"Nothing before the last checkpoint is lost: continue with `{self.resume_command}`.",
            )

    def pause(self) -> None:
        """Ask the child to pause; its budget stops counting."""
        self._send("pause")

    def resume(self) -> None:
        """Ask a paused child to continue."""
        self._send("resume")

    def finish(self) -> None:
        """Ask the child to end training now and to save the model."""
        self._send("finish")

    def stop(self) -> None:
        """Ask the child to write a checkpoint and stop; the run can be resumed."""
        self._send("stop")

    def detach(self) -> None:
        """Ask the child to stop without waiting for it; it ends by itself within seconds."""
        self.stop()
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ValueError, OSError):
                self._process.stdin.close()

    def close(self, timeout: float = 10.0) -> None:
        """Stop the child and wait for it; it is killed after `timeout` seconds.

        It is killed after PROMPT_SECONDS where it is not writing its last checkpoint.
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

    def _send(self, command: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ValueError, OSError):
                self._process.stdin.write(command + "\n")
                self._process.stdin.flush()


def _environment(home: Path | None) -> dict[str, str]:
    """Return the environment variables of the child, whose home is `home` where one is given."""
    environment = {
        name: value for name, value in os.environ.items() if name in _PASSED or name.startswith(_PREFIXES)
    }
    environment["PYTHONUNBUFFERED"] = "1"
    if home is not None:
        environment["RNNCHAT_HOME"] = str(home)
    # TensorFlow allocates and frees large blocks at every step: glibc should keep them.
    for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"):
        environment.setdefault(name, str(2**30))
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    # Fitting the mixture multiplies small matrices: more threads would only wait for one another.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    return environment


def _private_log(path: Path) -> TextIO:
    """Open a new log for the output of the child's libraries, which other users cannot read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    file = os.fdopen(descriptor, "w", encoding="utf-8")
    os.fchmod(descriptor, 0o600)  # a log of an earlier version may be readable by others
    return file


def _why_it_died(code: int) -> str:
    if code == -9:
        return "The training was killed, perhaps because memory ran out."
    if code < 0:
        return f"The training was ended by signal {-code}."
    return f"The training ended unexpectedly (exit code {code})."


def lower_priority(pid: int) -> None:
    """Give the process `pid` and its future threads the processor only while no other program wants it.

    On Linux other programs interrupt it at once; with a low priority alone it would end its time slice
    first. Of 100 keys typed beside a training, 99 were shown within 50 ms instead of 64. Does nothing where
    the process has ended.
    """
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        elif hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, pid, NICE)
