"""The training that the app follows, whichever screen is shown."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.message import Message

from rnnchat.errors import RnnchatError, TrainingError
from rnnchat.storage.log import note_unforeseen
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.runs.phases import LEARNING, MEASURING, MIXING, PREPARING, READING, SAVING, STARTING
from rnnchat.training.runs.progress import SavedProgress
from rnnchat.training.runs.run import Run

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp

WORDS = {
    READING: "reading",
    PREPARING: "preparing",
    STARTING: "starting",
    LEARNING: "learning",
    MIXING: "mixing",
    MEASURING: "measuring",
    SAVING: "saving",
}
"""What is done in each phase, in a word."""


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
    stage: dict[str, Any] = field(default_factory=dict)
    """The last event of the phase that the child is in."""
    share: float = 0.0
    """How much of the whole training is done; it never falls."""
    _remaining: float | None = None
    _heard: float = 0.0
    """When what remains was heard, on the monotonic clock."""

    @property
    def doing(self) -> str:
        """What is done now, one of the phases of ``rnnchat.training.runs.phases``, or nothing yet."""
        return str(self.stage.get("phase", ""))

    @property
    def is_running(self) -> bool:
        """Whether the training is under way, paused or not."""
        return self.phase in ("starting", "training", "paused")

    @property
    def can_pause(self) -> bool:
        """Whether it can be paused and finished now: while the network learns."""
        return self.phase in ("training", "paused") and self.doing in ("", LEARNING)

    @property
    def since(self) -> float:
        """The seconds since the child has told where it is; it does so every second, but for its pauses."""
        return 0.0 if self.phase == "paused" or not self._heard else time.monotonic() - self._heard

    @property
    def remaining(self) -> float | None:
        """The seconds left by now, or None where nobody knows."""
        return None if self._remaining is None else max(0.0, self._remaining - self.since)

    def _hear(self, event: dict[str, Any], share: float) -> None:
        self._heard, self._remaining = time.monotonic(), event["remaining"]
        self.share = max(self.share, min(1.0, share))

    def take(self, event: dict[str, Any]) -> None:  # noqa: PLR0912 (a branch for each kind)
        """Learn from one event."""
        kind = event["event"]
        if kind == "scan":
            self.scan = event
        elif kind == "phase":
            self.stage = event
            self._hear(event, event["share"])
            if event["phase"] == LEARNING and self.phase == "starting":
                self.phase = "training"
        elif kind == "curve":
            self.curve = [(seconds, bits) for seconds, bits in event["points"]]
        elif kind == "progress":
            self.progress = event
            self.stage = {**event, "phase": LEARNING}
            self._hear(event, event["seconds"] / max(1e-9, event["seconds"] + event["remaining"]))
            self.phase = "training" if self.phase != "paused" else self.phase
            bits = event["bits_per_byte"]
            if bits is not None and (not self.curve or self.curve[-1][1] != bits):
                self.curve.append((event["seconds"], bits))
        elif kind == "mixing":
            if self.doing != MIXING:
                self.stage = {"phase": MIXING, "done": 0, "of": None, "here": 0.0}
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
        self.is_leaving = False
        """Whether the training is leaving a checkpoint so that the app can end."""

    @property
    def is_running(self) -> bool:
        """Whether a training is under way, paused or not."""
        return self.state is not None and self.state.is_running

    @property
    def summary(self) -> str:
        """The training in a word or two for the line at the top."""
        if self.state is None or not self.is_running:
            return ""
        word = "paused at" if self.state.phase == "paused" else WORDS.get(self.state.doing, "starting")
        return f"{self.state.name}: {word} {self.state.share:.0%}"

    def start(self, run: Run) -> None:
        """Start or resume `run`; raise TrainingError while another training is under way."""
        if self.is_running:
            raise TrainingError("Another training is under way.", "Stop it first, or wait until it is done.")
        state = TrainingState(run.folder.name, run.settings.minutes)
        standing = SavedProgress.of(run)
        if standing is not None:
            state.take({"event": "curve", "points": [(seconds, bits) for seconds, _, bits in standing.curve]})
        job = TrainingJob(run, yields=True)
        job.start()
        self._job, self.state = job, state
        threading.Thread(target=self._follow, args=(job, self.state), daemon=True).start()

    def pause_or_resume(self) -> None:
        """Pause the training, or let it go on."""
        if self._job is not None and self.state is not None and self.state.can_pause:
            if self.state.phase == "paused":
                self._job.resume()
            else:
                self._job.pause()

    def finish(self) -> None:
        """End the training now and keep what it has learned."""
        if self._job is not None and self.state is not None and self.state.can_pause:
            self._job.finish()

    def stop(self) -> None:
        """Let the training leave a checkpoint and end, without waiting for it."""
        if self._job is not None:
            self._job.stop()

    def leave(self, then: Callable[[], object]) -> None:
        """Let the training leave a checkpoint and end, and do `then`, without waiting here."""
        job = self._job
        if job is None or self.is_leaving:
            then()
            return
        self.is_leaving = True

        def wait() -> None:
            job.close()
            with contextlib.suppress(RuntimeError):  # the app may have ended meanwhile
                self._app.call_from_thread(then)

        threading.Thread(target=wait, daemon=True).start()

    def close(self) -> None:
        """Let go of the training: it leaves a checkpoint, where it is quick, and ends by itself."""
        if self._job is not None:
            self._job.detach()

    def clear(self) -> None:
        """Forget a training that has ended."""
        if not self.is_running:
            self.state = None

    def _follow(self, job: TrainingJob, state: TrainingState) -> None:
        try:
            for event in job.events():
                state.take(event)
                if event["event"] == "warning" and self._app.is_running:
                    self._app.call_later(self._app.say, f"{event['message']} {event['hint']}")
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
