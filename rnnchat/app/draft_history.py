"""What the writer does in drafts, noted for later suggestions: what is written and what is dismissed."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnchat.errors import RnnchatError
from rnnchat.storage.log import log_unexpected_error

if TYPE_CHECKING:
    from rnnchat.completion.used_words import UsedWords
    from rnnchat.library.drafts import Draft

_FIRST_WORD = re.compile(r"\w[\w'’]*")
"""Matches the first word of a text."""
_LAST_WORD = re.compile(r"\w[\w'’]*\Z")
"""Matches the word at the end of a text."""


class DraftHistory:
    """Notes what is written in one draft after another in the history at `path`.

    Lines that a draft had when it was opened are not noted again. Where the history cannot be read or
    written, suggestions do without it: a draft never waits for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: frozenset[str] = frozenset()
        """The lines of the open draft that are noted, or were there before."""
        self._folder = ""
        self._lock = threading.Lock()

    def open(self, draft: Draft) -> None:
        """Note that `draft` is open now."""
        self._known = frozenset(draft.text.split("\n"))
        self._folder = "" if draft.file is None else str(draft.file.path.parent)

    def note(self, text: str) -> None:
        """Note what is new in `text`, that of the open draft, in a thread."""
        known = self._known
        self._known |= frozenset(text.split("\n"))
        if self._known != known:
            self._start(text, self._folder, known)

    def note_now(self, text: str) -> None:
        """Note what is new in `text` before returning."""
        if not frozenset(text.split("\n")) <= self._known:
            self._record(text, self._folder, self._known)

    def note_dismissed(self, before: str, suggestion: str) -> None:
        """Note in a thread that `suggestion` was dismissed after `before`."""
        partial = _LAST_WORD.search(before) if suggestion[:1].isalnum() else None
        word = _FIRST_WORD.search((partial.group() if partial else "") + suggestion)
        if word is not None:
            self._start("", "", frozenset(), word.group())

    def load(self) -> UsedWords:
        """Return what counts now in the open draft; nothing where the history cannot be read."""
        from rnnchat.completion.used_words import UsedWords
        from rnnchat.library.writer_history import WriterHistory

        try:
            with self._lock:
                return WriterHistory(self._path).load(self._folder)
        except Exception as error:
            _log(error)
            return UsedWords()

    def _start(self, *arguments: Any) -> None:
        threading.Thread(target=self._record, args=arguments, name="history", daemon=True).start()

    def _record(self, text: str, folder: str, known: frozenset[str], dismissed: str = "") -> None:
        """Write to the history; what fails is only logged."""
        from rnnchat.library.writer_history import WriterHistory

        try:
            with self._lock:
                history = WriterHistory(self._path)
                if text.strip():
                    history.record_text(text, folder, known)
                if dismissed:
                    history.record_dismissed([dismissed])
        except Exception as error:
            _log(error)


def _log(error: Exception) -> None:
    """Log what is not an error that a user could do something about."""
    if not isinstance(error, RnnchatError):
        log_unexpected_error(error)
