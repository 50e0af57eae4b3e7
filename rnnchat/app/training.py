"""The training that the app follows, whichever screen is shown."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.message import Message

from rnnchat.errors import RnnchatError, TrainingError
from rnnchat.library.log import note_unforeseen
from rnnchat.training.job import TrainingJob
from rnnchat.training.run import Run

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp


@dataclass
class TrainingState:
    """What is known of a training from its events."""

    name: str
    minutes: float
    phase: str = "starting"
    """``starting``, ``training``, ``paused``, ``done``, ``stopped`` or ``failed``."""
    progress: dict[str, Any] = field(default_factory=dict)
    scan: dict[str, Any] = field(default_factory=dict)
    sample: str = ""
    curve: list[tuple[float, float]] = field(default_factory=list)
    """(seconds, bits per byte) at each validation."""
    done: dict[str, Any] = field(default_factory=dict)
    error: RnnchatError | None = None
    mixing: bool = False
    """Whether the network has learned, and it is now found out how to mix it with the memory."""

    @property
    def shown_curve(self) -> list[tuple[float, float]]:
        """The curve without its first fall, which would flatten the rest, once there is a rest."""
        return self.curve if len(self.curve) < 4 else self.curve[1:]

    def take(self, event: dict[str, Any]) -> None:
        """Learn from one event."""
        kind = event["event"]
        if kind == "scan":
            self.scan = event
        elif kind == "progress":
            self.progress = event
            self.phase = "training" if self.phase != "paused" else self.phase
            bits = event["bits_per_byte"]
            if bits is not None and (not self.curve or self.curve[-1][1] != bits):
                self.curve.append((event["seconds"], bits))
        elif kind == "mixing":
            self.mixing = True
        elif kind == "sample":
            self.sample = event["text"]
        elif kind == "paused":
            self.phase = "paused"
        elif kind == "resumed":
            self.phase = "training"
        elif kind == "done":
            self.phase, self.done = "done", event
        elif kind == "stopped":
            self.phase = "stopped"


class TrainingChanged(Message):
    """The training that the app follows has news."""


class TrainingWatch:
    """Starts one training at a time and follows it in a thread."""

    def __init__(self, app: RnnchatApp) -> None:
        self._app = app
        self._job: TrainingJob | None = None
        self.state: TrainingState | None = None

    @property
    def is_running(self) -> bool:
        """Whether a training is under way, paused or not."""
        return self.state is not None and self.state.phase in ("starting", "training", "paused")

    @property
    def summary(self) -> str:
        """The training in a word or two for the line at the top."""
        if self.state is None or not self.is_running:
            return ""
        share = self.state.progress.get("share", 0.0)
        word = "paused at" if self.state.phase == "paused" else "learning"
        return f"{self.state.name}: {word} {share:.0%}"

    def start(self, run: Run) -> None:
        """Start or resume `run`; raise TrainingError while another training is under way."""
        if self.is_running:
            raise TrainingError("Another training is under way.", "Stop it first, or wait until it is done.")
        job = TrainingJob(run, yields=True)
        job.start()
        self._job = job
        self.state = TrainingState(run.folder.name, run.settings.minutes)
        threading.Thread(target=self._follow, args=(job, self.state), daemon=True).start()

    def pause_or_resume(self) -> None:
        """Pause the training, or let it go on."""
        if self._job is not None and self.state is not None:
            if self.state.phase == "paused":
                self._job.resume()
            else:
                self._job.pause()

    def finish(self) -> None:
        """End the training now and keep what it has learned."""
        if self._job is not None:
            self._job.finish()

    def stop(self) -> None:
        """Let the training leave a checkpoint and end, without waiting for it."""
        if self._job is not None:
            self._job.stop()

    def close(self) -> None:
        """Let the training leave a checkpoint and end, within a few seconds."""
        if self._job is not None:
            self._job.close()

    def clear(self) -> None:
        """Forget a training that has ended."""
        if not self.is_running:
            self.state = None

    def _follow(self, job: TrainingJob, state: TrainingState) -> None:
        try:
            for event in job.events():
                state.take(event)
                self._tell()
        except RnnchatError as error:
            state.phase, state.error = "failed", error
        except Exception as error:
            note_unforeseen(error)
            state.phase = "failed"
            state.error = TrainingError("The training could not be followed.", "Train offers to resume it.")
        self._tell()

    def _tell(self) -> None:
        if self._app.is_running:
            self._app.call_later(self._app_news)

    def _app_news(self) -> None:
        self._app.show_status()
        self._app.screen.post_message(TrainingChanged())
