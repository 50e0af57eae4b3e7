"""The suggestions of a draft: when they are asked for, and which ones are still shown when they arrive."""

from __future__ import annotations

import time
from collections.abc import Callable

from rnnchat.app.suggestion_worker import SuggestionRequest, SuggestionWorker
from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.library.settings import Settings

READING_SECONDS = 0.7
"""The time after which a writer has probably read the alternatives, in seconds; a faster one has not."""
INLINE_READING_SECONDS = 0.4
"""The same for the suggestion after the cursor, where the writer looks."""


class DraftSuggestions:
    """Keeps the suggestions in `editor` up to date with its text, its cursor and the settings."""

    def __init__(
        self, editor: DraftEditor, worker: SuggestionWorker, settings: Callable[[], Settings]
    ) -> None:
        self._editor, self._worker, self._settings = editor, worker, settings
        self._draft_number = 0
        """Counts the drafts that were shown, so that an answer for one is never shown in another."""
        self._will_ask = False
        """Whether suggestions are asked for once the screen shows what was typed."""
        self._shown: SuggestionWorker.Answered | None = None
        self._shown_since = 0.0

    def start_draft(self) -> None:
        """Note that the editor shows another draft."""
        self._draft_number += 1

    def resume(self) -> None:
        """Note that the screen is shown again; while it was hidden, nothing was asked."""
        self._will_ask = False

    def update(self) -> None:
        """Ask for suggestions once the screen shows what was typed: until then it needs the processor."""
        if not self._editor.can_suggest:
            self._editor.clear_suggestions()
        elif not self._will_ask:  # a key changes both text and cursor
            self._will_ask = True
            self._editor.screen.call_after_refresh(self._ask)

    def show(self, answer: SuggestionWorker.Answered) -> None:
        """Show the answer, if the cursor is still where it was asked for."""
        if answer.request == self._request() and self._editor.has_focus:
            self._editor.suggest(answer.inline, answer.alternatives, keep=not answer.is_misspelled)
            self._shown, self._shown_since = answer, time.monotonic()

    def dismiss(self, dismissed: DraftEditor.Dismissed) -> None:
        """Never suggest the same at this place again."""
        self._worker.dismiss(dismissed.before, dismissed.suggestion)

    def _request(self) -> SuggestionRequest | None:
        if not self._editor.can_suggest:
            return None
        first, before = self._editor.before_cursor()
        settings = self._settings()
        draft = self._draft_number, first
        after = self._editor.after_cursor()
        return SuggestionRequest(settings.model, draft, before, settings.inline_from, after)

    def _ask(self) -> None:
        self._will_ask = False
        request = self._request()
        if request is not None and request.before.strip():
            self._pass_over(request)
            self._worker.ask(request)

    def _pass_over(self, request: SuggestionRequest) -> None:
        """Report what the writer had time to read, after the cursor and below, and did not accept."""
        answer = self._shown
        if answer is None or request.before == answer.request.before:
            return
        before, seconds = answer.request.before, time.monotonic() - self._shown_since
        texts: tuple[str, ...] = ()
        if answer.inline and seconds >= INLINE_READING_SECONDS:
            texts = (answer.inline,)
        if seconds >= READING_SECONDS:
            texts += tuple(one.text for one in answer.alternatives if one.text != answer.inline)
        if texts and request.before.startswith(before):
            self._worker.pass_over(before, texts)
        self._shown = None
