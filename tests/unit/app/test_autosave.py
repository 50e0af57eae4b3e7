"""What is saved before the app ends, where some drafts cannot be saved."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from rnnchat.app.autosave import AutosaveSchedule
from rnnchat.app.draft_snapshots import OpenDraft
from rnnchat.errors import StorageError
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.storage.paths import Paths


class _Screen:
    """Runs workers at once, and never fires a timer."""

    def run_worker(self, work: Any, **_: object) -> None:
        work()

    def set_timer(self, delay: float, callback: object) -> None:
        pass


def test_every_draft_is_attempted_before_the_app_ends(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts, attempts, broken = Drafts(paths.drafts), [], {"first", "second", "third"}
    keep = drafts.keep

    def keep_some(draft: Draft) -> Draft:
        attempts.append(draft.text)
        if draft.text in broken:
            raise StorageError(f"No {draft.text}.", "Make room.")
        return keep(draft)

    monkeypatch.setattr(drafts, "keep", keep_some)
    app = SimpleNamespace(
        drafts=drafts,
        is_running=True,
        report=lambda error: None,
        call_from_thread=lambda function, *arguments: function(*arguments),
    )
    snapshots = {text: OpenDraft(Draft()).snapshot(text, 0) for text in ("first", "second", "third")}
    schedule = AutosaveSchedule(
        cast("Any", _Screen()), cast("Any", app), lambda: snapshots["third"], lambda *_: None
    )
    schedule.save(snapshots["first"])
    schedule.save(snapshots["second"])
    attempts.clear()
    broken.discard("second")

    error = schedule.save_now(snapshots["third"])

    assert attempts == ["third", "first", "second"]
    assert error is not None and error.message == "No third."
    assert [one.title for one in drafts.find()] == ["second"]
