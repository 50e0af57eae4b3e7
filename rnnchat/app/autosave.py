"""When drafts are autosaved: soon after a change, and again after a failure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from rnnchat.app.draft_snapshots import DraftAutosaver, DraftSnapshot, OpenDraft, SaveResult
from rnnchat.app.protocols import AppServices
from rnnchat.app.widgets.draft_status import count_words
from rnnchat.app.worker_groups import AUTOSAVE
from rnnchat.errors import RnnchatError
from rnnchat.storage.log import explain

DELAY_SECONDS = 0.5
"""The time from a change to its save, in seconds."""
RETRY_SECONDS = 5.0
"""The time from a save that failed to the next attempt, in seconds."""


class AutosaveSchedule:
    """Saves the open draft DELAY_SECONDS after a change, and retries failed saves every RETRY_SECONDS.

    Saves run in workers of `screen`; all else happens in the app's thread. `take_snapshot` returns the open
    draft as it is now; `show` is called with each save's snapshot, its result and its number of words.
    """

    def __init__(
        self,
        screen: Screen[None],
        app: AppServices,
        take_snapshot: Callable[[], DraftSnapshot],
        show: Callable[[DraftSnapshot, SaveResult, int], None],
    ) -> None:
        self._screen, self._app = screen, app
        self._take_snapshot, self._show = take_snapshot, show
        self._autosaver = DraftAutosaver(app.drafts)
        self.is_waiting = False
        """Whether a change is to be saved in a moment."""
        self._will_retry = False
        self._reported = ""
        """The message of the failure that was reported last, until a save succeeds."""
        self._today = (0, 0)
        """The keys and characters of today, as of the last save."""
        self._unsaved: dict[OpenDraft, DraftSnapshot] = {}

    @property
    def unsaved(self) -> tuple[DraftSnapshot, ...]:
        """The latest snapshot of each draft that could not be saved, whether or not it is still open."""
        return tuple(self._unsaved.values())

    def save_soon(self) -> None:
        """Save the open draft in DELAY_SECONDS, unless that is planned already."""
        if not self.is_waiting:
            self.is_waiting = True
            self._screen.set_timer(DELAY_SECONDS, self._save_open_draft)

    def save(self, snapshot: DraftSnapshot) -> None:
        """Save a snapshot in a worker."""
        self._screen.run_worker(partial(self._save, snapshot), name="autosave", group=AUTOSAVE, thread=True)

    def save_now(self, current: DraftSnapshot | None) -> RnnchatError | None:
        """Save `current` and then every other unsaved draft in this thread; return the first error.

        Each is attempted, even where another could not be saved.
        """
        snapshots = [] if current is None else [current]
        snapshots += [
            one for one in self.unsaved if current is None or one.open_draft is not current.open_draft
        ]
        first_error: RnnchatError | None = None
        for snapshot in snapshots:
            try:
                self._autosaver.save(snapshot)
            except Exception as failure:
                first_error = first_error or explain(failure)
        return first_error

    def _save_open_draft(self) -> None:
        self.is_waiting = False
        self.save(self._take_snapshot())

    def _save(self, snapshot: DraftSnapshot) -> None:
        """Write a snapshot in a worker's thread; report a failure once."""
        app = self._app
        try:
            result = self._autosaver.save(snapshot)
        except Exception as failure:  # whatever it is, the text stays and is tried again
            error = explain(failure)
            if error.message != self._reported and app.is_running:
                self._reported = error.message
                app.call_from_thread(app.report, error)
            result = SaveResult(today=self._today, has_failed=True)
        else:
            self._reported = ""
        words = count_words(snapshot.draft.text)  # in this thread, as a long draft takes a while
        if app.is_running:
            app.call_from_thread(self._record, snapshot, result, words)

    def _record(self, snapshot: DraftSnapshot, result: SaveResult, words: int) -> None:
        """Note what could not be saved, plan to try it again, and show the result."""
        self._today = result.today
        failed_before = self._unsaved.get(snapshot.open_draft)
        if (
            failed_before is None or failed_before.sequence <= snapshot.sequence
        ):  # threads may end in any order
            self._unsaved.pop(snapshot.open_draft, None)
            if result.has_failed:
                self._unsaved[snapshot.open_draft] = snapshot
        if self._unsaved and not self._will_retry:
            self._will_retry = True
            self._screen.set_timer(RETRY_SECONDS, self._retry)
        self._show(snapshot, result, words)

    def _retry(self) -> None:
        """Save again what could not be saved, and the open draft as it is by now."""
        self._will_retry = False
        current = self._take_snapshot()
        for snapshot in self.unsaved:
            if snapshot.open_draft is not current.open_draft:
                self.save(snapshot)
        self.save(current)
