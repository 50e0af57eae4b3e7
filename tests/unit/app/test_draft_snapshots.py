"""What keeps open drafts: threads come in any order, and no draft is taken for another."""

from __future__ import annotations

import random
import threading

import pytest

from rnnchat.app.draft_snapshots import DraftAutosaver, DraftSnapshot, OpenDraft
from rnnchat.errors import StorageError
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.storage.paths import Paths


@pytest.fixture
def drafts(paths: Paths) -> Drafts:
    return Drafts(paths.drafts)


def test_an_older_look_never_replaces_a_later_one(drafts: Drafts) -> None:
    autosaver, opened = DraftAutosaver(drafts), OpenDraft(Draft())
    older, later = opened.snapshot("a", 1), opened.snapshot("ab", 2)
    autosaver.save(later)
    autosaver.save(older)
    kept = drafts.load()
    assert kept is not None
    assert (kept.text, kept.version) == ("ab", 1)


def test_looks_in_any_order_from_many_threads_are_one_draft(drafts: Drafts) -> None:
    autosaver, first, second = DraftAutosaver(drafts), OpenDraft(Draft()), OpenDraft(Draft())
    snapshots: list[DraftSnapshot] = []
    for size in range(1, 11):
        first.count(1, 2)
        snapshots += [first.snapshot("a" * size, size), second.snapshot("b" * size, size)]
    random.Random(0).shuffle(snapshots)
    threads = [threading.Thread(target=autosaver.save, args=(snapshot,)) for snapshot in snapshots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.title for one in drafts.find()} == {"a" * 10, "b" * 10}
    assert drafts.keys_today() == (10, 20)


def test_a_draft_that_was_left_is_kept_as_itself(drafts: Drafts) -> None:
    autosaver = DraftAutosaver(drafts)
    other = drafts.keep(Draft(text="other"))
    left, opened = OpenDraft(Draft()), OpenDraft(other)
    snapshot = left.snapshot("left", 4)
    autosaver.save(opened.snapshot("other!", 6))  # is shown by now
    autosaver.save(snapshot)
    assert {one.title for one in drafts.find()} == {"other!", "left"}
    assert opened.draft_id == other.id != left.draft_id


def test_nothing_is_kept_of_an_empty_new_draft_but_of_an_emptied_one(drafts: Drafts) -> None:
    autosaver, opened = DraftAutosaver(drafts), OpenDraft(Draft())
    autosaver.save(opened.snapshot("", 0))
    assert drafts.find() == []
    autosaver.save(opened.snapshot("a", 1))
    autosaver.save(opened.snapshot("", 0))
    kept = drafts.load()
    assert kept is not None and kept.text == ""


def test_a_draft_that_another_has_changed_is_kept_beside_it(drafts: Drafts) -> None:
    autosaver, opened = DraftAutosaver(drafts), OpenDraft(drafts.keep(Draft(text="first")))
    drafts.keep(opened.draft)
    assert autosaver.save(opened.snapshot("mine", 4)).has_forked
    assert not autosaver.save(opened.snapshot("mine!", 5)).has_forked
    assert {one.title for one in drafts.find()} == {"first", "mine!"}


def full(draft: Draft) -> Draft:
    raise StorageError("The disk is full.", "Make room.")


def test_what_could_not_be_kept_is_counted_later(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    autosaver, opened = DraftAutosaver(drafts), OpenDraft(Draft())
    opened.count(1, 5)
    with monkeypatch.context() as patched:
        patched.setattr(drafts, "keep", full)
        with pytest.raises(StorageError):
            autosaver.save(opened.snapshot("hello", 5))
    opened.count(1, 1)
    assert autosaver.save(opened.snapshot("hello!", 6)).today == (2, 6)
    assert [one.title for one in drafts.find()] == ["hello!"]


def test_keys_are_counted_once_however_often_the_same_snapshot_fails(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    autosaver, left, opened = DraftAutosaver(drafts), OpenDraft(Draft()), OpenDraft(Draft())
    left.count(5, 6)
    snapshot = left.snapshot("a word", 6)  # of a draft that is no longer open: it is retried as it is
    with monkeypatch.context() as patched:
        patched.setattr(drafts, "keep", full)
        for _ in range(2):
            with pytest.raises(StorageError):
                autosaver.save(snapshot)
    opened.count(1, 1)
    assert autosaver.save(opened.snapshot("b", 1)).today == (6, 7)
    assert autosaver.save(snapshot).today == (6, 7)
    assert {one.title for one in drafts.find()} == {"a word", "b"}
