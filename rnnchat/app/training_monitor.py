"""The training that the app follows, whichever screen is shown."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.message import Message

from rnnchat.errors import RnnchatError, TrainingError
from rnnchat.storage.log import log_unexpected_error
from rnnchat.training.runs.events import LEARNING, MIXING
from rnnchat.training.runs.report import describe_start

if TYPE_CHECKING:
    from rnnchat.training.runs.job import TrainingJob
    from rnnchat.training.runs.run import Run


@dataclass
class TrainingState:
    """What is known of a training from its events."""

    name: str
    minutes: float
    status: str = "starting"
    """``starting``, ``training``, ``paused``, ``done``, ``stopped`` or ``failed``."""
    progress: dict[str, Any] = field(default_factory=dict)
    """The last ``progress`` event."""
    scan: dict[str, Any] = field(default_factory=dict)
    """The ``scan`` event: what was read."""
    start: str = ""
    """Which base it starts from, and why, as a sentence; empty before that is known."""
    sample: str = ""
    """The last text that the model generated as a sample."""
    is_sample_early: bool = False
    """Whether the sample is from base and notes alone, before anything was trained or fitted."""
    curve: list[tuple[float, float]] = field(default_factory=list)
    """(seconds, bits per byte) at each validation."""
    done: dict[str, Any] = field(default_factory=dict)
    """The ``done`` event, once the training has ended well."""
    error: RnnchatError | None = None
    """Why the training failed, if it did."""
    phase_event: dict[str, Any] = field(default_factory=dict)
    """The last event of the phase that the training process is in."""
    share: float = 0.0
    """The share of the whole training that is done, from 0 to 1; it never falls."""
    _remaining: float | None = None
    """The seconds that were left at the last event, where they are known."""
    _event_time: float = 0.0
    """When the last event with the time left arrived, on the monotonic clock."""

    @property
    def phase_name(self) -> str:
        """The current phase, one of those in `rnnchat.training.runs.events`; empty before the first."""
        return str(self.phase_event.get("phase", ""))

    @property
    def is_running(self) -> bool:
        """Whether the training is under way, paused or not."""
        return self.status in ("starting", "training", "paused")

    @property
    def can_pause(self) -> bool:
        """Whether it can be paused, or finished early: only while the network learns."""
        return self.status in ("training", "paused") and self.phase_name in ("", LEARNING)

    @property
    def seconds_since_event(self) -> float:
        """The seconds since the last event with the time left; 0 while the training is paused."""
        return 0.0 if self.status == "paused" or not self._event_time else time.monotonic() - self._event_time

    @property
    def remaining(self) -> float | None:
        """The estimated seconds left now, or None where they are not known."""
        return None if self._remaining is None else max(0.0, self._remaining - self.seconds_since_event)

    def apply(self, event: dict[str, Any]) -> None:
        """Update the state with one event of the training process."""
        kind = event["event"]
        if kind in ("scan", "encoding"):
            self._apply_preparation(event)
        elif kind == "phase":
            self.phase_event = event
            self._apply_remaining(event, event["share"])
            if event["phase"] == LEARNING and self.status == "starting":
                self.status = "training"
        elif kind == "curve":
            self.curve = [(seconds, bits) for seconds, bits in event["points"]]
        elif kind == "progress":
            self._apply_progress(event)
        elif kind == "mixing":
            if self.phase_name != MIXING:
                self.phase_event = {"phase": MIXING, "done": 0, "of": None, "here": 0.0}
        elif kind == "sample":
            self.sample, self.is_sample_early = event["text"], bool(event.get("early"))
        elif kind == "paused":
            self.status = "paused"
        elif kind == "resumed":
            self.status = "training"
        elif kind == "done":
            self.status, self.done = "done", event
        elif kind == "stopped":
            self.status = "stopped"

    def _apply_preparation(self, event: dict[str, Any]) -> None:
        if event["event"] == "scan":
            self.scan = event
        else:
            self.start = describe_start(event)

    def _apply_progress(self, event: dict[str, Any]) -> None:
        self.progress = event
        self.phase_event = {**event, "phase": LEARNING}
        self._apply_remaining(event, event["seconds"] / max(1e-9, event["seconds"] + event["remaining"]))
        self.status = "training" if self.status != "paused" else self.status
        bits = event["bits_per_byte"]
        if bits is not None and (not self.curve or self.curve[-1][1] != bits):
            self.curve.append((event["seconds"], bits))

    def _apply_remaining(self, event: dict[str, Any], share: float) -> None:
        self._event_time, self._remaining = time.monotonic(), event["remaining"]
        self.share = max(self.share, min(1.0, share))


class TrainingChanged(Message, bubble=False):
    """The training has changed its state; the app passes this on to the screen that is shown."""


@dataclass
class TrainingWarned(Message, bubble=False):
    """The training goes on, but the person should know something."""

    text: str


class TrainingMonitor:
    """Starts one training at a time, follows it in a thread and posts messages to the app."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._job: TrainingJob[Run] | None = None
        self.state: TrainingState | None = None
        self.is_leaving = False
        """Whether the training is saving a checkpoint so that the app can end."""

    @property
    def is_running(self) -> bool:
        """Whether a training is under way, paused or not."""
        return self.state is not None and self.state.is_running

    @property
    def summary(self) -> str:
        """The training in a few words for the top bar; empty where none is under way."""
        if self.state is None or not self.is_running:
            return ""
        pause = "paused at " if self.state.status == "paused" else ""
        return f"Training {self.state.name}: {pause}{self.state.share:.0%}"

    def start(self, run: Run) -> None:
        """Start or resume `run`; raise TrainingError while another training is under way."""
        # The app's first paint need not wait for what only a training uses.
        from rnnchat.training.runs.job import TrainingJob
        from rnnchat.training.runs.progress import SavedProgress

        if self.is_running:
            raise TrainingError("Another training is under way.", "Stop it first, or wait until it is done.")
        state = TrainingState(run.folder.name, run.settings.minutes)
        saved = SavedProgress.of(run)
        if saved is not None:
            points = [(seconds, bits) for seconds, _, bits in saved.curve]
            state.apply({"event": "curve", "points": points})
        job = TrainingJob(run, low_priority=True)
        job.start()
        self._job, self.state = job, state
        threading.Thread(target=self._follow, args=(job, state), daemon=True).start()

    def pause_or_resume(self) -> None:
        """Pause the training, or resume it."""
        if self._job is not None and self.state is not None and self.state.can_pause:
            if self.state.status == "paused":
                self._job.resume()
            else:
                self._job.pause()

    def finish(self) -> None:
        """End the training now and keep what it has learned."""
        if self._job is not None and self.state is not None and self.state.can_pause:
            self._job.finish()

    def stop(self) -> None:
        """Let the training save a checkpoint and end, without waiting for it."""
        if self._job is not None:
            self._job.stop()

    def cancel(self) -> None:
        """Stop the training and discard what it has learned, without waiting here."""
        job, state = self._job, self.state
        if job is None or state is None or not state.is_running:
            return

        def wait() -> None:
            job.close()
            if not job.run.is_finished:  # it may have published its model in this very moment
                job.run.discard()
                if self.state is state:
                    self.state = None
            self._post(TrainingChanged())

        threading.Thread(target=wait, daemon=True).start()

    def leave(self, then: Callable[[], object]) -> None:
        """Let the training save a checkpoint and end, and call `then` afterwards, without waiting here."""
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
        """Detach from the training: it saves a checkpoint, if that is quick, and ends by itself."""
        if self._job is not None:
            self._job.detach()

    def clear(self) -> None:
        """Forget a training that has ended."""
        if not self.is_running:
            self.state = None

    def _follow(self, job: TrainingJob[Run], state: TrainingState) -> None:
        try:
            for event in job.events():
                state.apply(event)
                if event["event"] == "warning":
                    self._post(TrainingWarned(f"{event['message']} {event['hint']}"))
                self._post(TrainingChanged())
        except RnnchatError as error:
            state.status, state.error = "failed", error
        except Exception as error:
            log_unexpected_error(error)
            state.status = "failed"
            state.error = TrainingError(
                "The connection to the training was lost.", "You can resume it on the Train screen."
            )
        self._post(TrainingChanged())

    def _post(self, message: Message) -> None:
        if self._app.is_running:
            self._app.post_message(message)
