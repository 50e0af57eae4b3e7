"""Keeps open drafts on the disk, in threads that never take one draft, or an older text, for another."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rnnchat.library.drafts import Draft

if TYPE_CHECKING:
    from rnnchat.library.drafts import Drafts


class OpenDraft:
    """A draft that is on the screen, or was a moment ago.

    The app's thread writes it; what is kept of it only a `DraftAutosaver` knows. A thread holds on to the
    draft that its work belongs to, whatever is on the screen by then.
    """

    def __init__(self, draft: Draft, *, what_failed: str = "") -> None:
        self.what_failed = what_failed
        """Why it is a new draft and not what was to be opened, if it is."""
        self.draft = draft
        """As it was opened or last looked at; its keys and its file are up to date."""
        self.number, self.version = draft.id, draft.version
        """Of what is kept; 0 while nothing is."""
        self.kept = 0
        """Which look at it is kept."""
        self._looks = 0
        self._uncounted = (0, 0)

    def is_ahead_of(self, found: Draft, text: str) -> bool:
        """Whether `found`, as it was read from the disk, is this very draft, which has `text` by now.

        It is not where the draft was saved and its file has another text since.
        """
        if found.id and found.id == self.number:
            return found.text == text or not replace(self.draft, text=text).is_saved
        here, there = self.draft.file, found.file
        is_same_file = here is not None and there is not None and here.path == there.path
        return is_same_file and not found.id and found.text in ("", text)

    def count(self, keys: int, characters: int) -> None:
        """Note that so many keys wrote so many characters."""
        draft = self.draft
        self.draft = replace(draft, keys=draft.keys + keys, characters=draft.characters + characters)
        self._uncounted = self._uncounted[0] + keys, self._uncounted[1] + characters

    def look(self, text: str, cursor: int, *, space_taken: bool = False) -> DraftSnapshot:
        """Return how it stands now; `space_taken` where the space before the cursor came with a word."""
        self.draft = replace(self.draft, text=text, cursor=cursor, space_taken=space_taken)
        self._looks += 1
        counted, self._uncounted = self._uncounted, (0, 0)
        return DraftSnapshot(self, self.draft, self._looks, counted)

    def look_again(self) -> DraftSnapshot:
        """Return how it stood when it was last looked at, with the file that it has now."""
        return self.look(self.draft.text, self.draft.cursor, space_taken=self.draft.space_taken)


@dataclass(frozen=True)
class DraftSnapshot:
    """How an open draft stood at a moment."""

    of: OpenDraft
    draft: Draft
    number: int
    """Which look at this draft it is; later ones have higher numbers."""
    counted: tuple[int, int]
    """Keys since the look before, and the characters that they wrote."""


@dataclass(frozen=True)
class SaveResult:
    """What came of keeping a look."""

    has_forked: bool = False
    """Whether another rnnchat had changed the draft, so that both are kept."""
    is_saved: bool = False
    """Whether the draft's file holds this text."""
    today: tuple[int, int] = (0, 0)
    """Keys of today, and the characters that they wrote."""
    has_failed: bool = False
    """Whether it could not be kept."""


class DraftAutosaver:
    """Writes looks to the disk, one after the other, from any thread."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._one_by_one = threading.Lock()
        self._owed = (0, 0)
        """Keys and characters that could not be counted yet."""

    def keep(self, look: DraftSnapshot) -> SaveResult:
        """Keep a look, unless a later one is kept already.

        Raises:
            StorageError: it cannot be written; its keys are counted with the next one.
        """
        with self._one_by_one:
            self._owed = self._owed[0] + look.counted[0], self._owed[1] + look.counted[1]
            has_forked = self._write(look)
            if self._owed[0]:
                self._drafts.count_keys(*self._owed)
                self._owed = (0, 0)
            return SaveResult(has_forked, look.draft.is_saved, self._drafts.keys_today())

    def _write(self, look: DraftSnapshot) -> bool:
        opened = look.of
        if look.number <= opened.kept or not (look.draft.text or opened.number):
            return False
        kept = self._drafts.keep(replace(look.draft, id=opened.number, version=opened.version))
        has_forked = opened.number not in (0, kept.id)
        opened.number, opened.version, opened.kept = kept.id, kept.version, look.number
        return has_forked
