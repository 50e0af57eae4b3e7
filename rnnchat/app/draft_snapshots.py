"""Saves open drafts to the database from threads, so that no draft, and no older text, replaces another.

When they are saved, and how a save that failed is retried, is in `autosave.py`.
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rnnchat.library.drafts import Draft

if TYPE_CHECKING:
    from rnnchat.library.drafts import Drafts


class OpenDraft:
    """A draft that is on the screen, or was a moment ago.

    The app's thread changes it; only a `DraftAutosaver` notes what of it is saved. A thread holds on to the
    draft that its work belongs to, whatever is on the screen by then.
    """

    def __init__(self, draft: Draft, *, open_error: str = "") -> None:
        self.open_error = open_error
        """Why this is a new draft instead of the one that was to be opened, if it is."""
        self.draft = draft
        """The draft as of the last snapshot; its counts of keys and its file are up to date."""
        self.draft_id, self.version = draft.id, draft.version
        """The id and version of the saved draft; 0 until it is saved."""
        self.saved_snapshot = 0
        """The `sequence` of the latest snapshot that is saved."""
        self._snapshots = 0
        self._uncounted = (0, 0)

    def is_ahead_of(self, found: Draft, text: str) -> bool:
        """Whether `found`, as read from the disk, is this same draft, which has `text` by now.

        It is not where this draft was saved to a file whose text has changed since.
        """
        if found.id and found.id == self.draft_id:
            return found.text == text or not replace(self.draft, text=text).is_saved
        here, there = self.draft.file, found.file
        is_same_file = here is not None and there is not None and here.path == there.path
        return is_same_file and not found.id and found.text in ("", text)

    def count(self, keys: int, characters: int) -> None:
        """Count `keys` key presses, which wrote `characters` characters."""
        draft = self.draft
        self.draft = replace(draft, keys=draft.keys + keys, characters=draft.characters + characters)
        self._uncounted = self._uncounted[0] + keys, self._uncounted[1] + characters

    def snapshot(self, text: str, cursor: int, *, space_taken: bool = False) -> DraftSnapshot:
        """Return the draft as it is now.

        `space_taken` is true if the space before the cursor came with a suggestion.
        """
        self.draft = replace(self.draft, text=text, cursor=cursor, space_taken=space_taken)
        self._snapshots += 1
        counted, self._uncounted = self._uncounted, (0, 0)
        return DraftSnapshot(self, self.draft, self._snapshots, counted)

    def snapshot_again(self) -> DraftSnapshot:
        """Return the text of the last snapshot with the file that the draft has now."""
        return self.snapshot(self.draft.text, self.draft.cursor, space_taken=self.draft.space_taken)


@dataclass(frozen=True, eq=False)
class DraftSnapshot:
    """An open draft at one moment; equal to no other snapshot."""

    open_draft: OpenDraft
    """The draft that this is a snapshot of."""
    draft: Draft
    """What is to be saved."""
    sequence: int
    """The position among the snapshots of this draft, from 1; later ones have higher numbers."""
    counted: tuple[int, int]
    """The keys since the snapshot before, and the characters that they wrote."""


@dataclass(frozen=True)
class SaveResult:
    """What came of saving a snapshot."""

    has_forked: bool = False
    """Whether another rnnchat had changed the draft, so that both are saved."""
    is_saved: bool = False
    """Whether the draft's file contains this text."""
    today: tuple[int, int] = (0, 0)
    """The keys of today, and the characters that they wrote."""
    has_failed: bool = False
    """Whether the snapshot could not be saved."""


class DraftAutosaver:
    """Saves snapshots one after the other, from any thread."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._lock = threading.Lock()
        self._uncounted = (0, 0)
        """The keys and characters that are not in the database yet."""
        self._added: weakref.WeakSet[DraftSnapshot] = weakref.WeakSet()
        """The snapshots whose keys were added to `_uncounted`, so that a retry does not add them again."""

    def save(self, snapshot: DraftSnapshot) -> SaveResult:
        """Save a snapshot, unless a later one is saved already.

        Its keys are counted once, however often it is retried.

        Raises:
            StorageError: it cannot be written; its keys are counted when a save succeeds.
        """
        with self._lock:
            if snapshot not in self._added:
                self._added.add(snapshot)
                keys, characters = snapshot.counted
                self._uncounted = self._uncounted[0] + keys, self._uncounted[1] + characters
            has_forked = self._write(snapshot)
            if self._uncounted[0]:
                self._drafts.count_keys(*self._uncounted)
                self._uncounted = (0, 0)
            return SaveResult(has_forked, snapshot.draft.is_saved, self._drafts.keys_today())

    def _write(self, snapshot: DraftSnapshot) -> bool:
        """Write a snapshot to the database, and return whether that made a draft of its own."""
        opened = snapshot.open_draft
        if snapshot.sequence <= opened.saved_snapshot or not (snapshot.draft.text or opened.draft_id):
            return False
        saved = self._drafts.keep(replace(snapshot.draft, id=opened.draft_id, version=opened.version))
        has_forked = opened.draft_id not in (0, saved.id)
        opened.draft_id, opened.version, opened.saved_snapshot = saved.id, saved.version, snapshot.sequence
        return has_forked
