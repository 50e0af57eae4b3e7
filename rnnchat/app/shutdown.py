"""Leaving the app, by a key or after a signal: what was typed is saved first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from textual.app import App
from textual.screen import Screen

from rnnchat.app.early_keys import EarlyKeys
from rnnchat.app.training_monitor import TrainingMonitor
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.worker_groups import WRITING_GROUPS
from rnnchat.errors import RnnchatError
from rnnchat.library.drafts import Draft, Drafts

WRITING_SECONDS = 0.8
"""The workers that write may take this many seconds before the app ends."""
ARRIVAL_SECONDS = 0.05
"""The thread that reads keys may take this many seconds to pass them from the terminal to the app."""
PENDING_KEY_SECONDS = 0.4
"""Each widget may take this many seconds to handle the keys that were pressed before the signal."""

TRAINING_QUESTION = (
    "A training is under way.",
    "Leave now? Its progress is saved, and you can resume it next time on the Train screen.",
)
"""The question before leaving while a training is under way, with its details."""


@dataclass
class UnsavedWork:
    """How to save what the screens hold; each screen puts its own function here."""

    save_draft: Callable[[], RnnchatError | None] = lambda: None
    """Saves what was typed last in the open draft, and returns the error that prevented it."""
    save_chats: Callable[[], RnnchatError | None] = lambda: None
    """Saves the chat turns that could not be saved before, and returns the error that prevented it."""
    stop_reply: Callable[[], None] = lambda: None
    """Stops the reply that is being generated; its thread saves what there is of it."""


def question_before_leaving(unsaved_work: UnsavedWork, is_training: bool) -> tuple[str, str] | None:
    """Save what can be saved, and return the question to ask before leaving, with its details.

    Returns None where nothing would be lost or interrupted.
    """
    draft_error, chat_error = unsaved_work.save_draft(), unsaved_work.save_chats()
    if chat_error is not None:
        question = "The last messages of a chat could not be saved."
        if draft_error is not None:
            question = "Your draft and the last messages of a chat could not be saved."
        return question, f"{chat_error.message} {chat_error.hint} If you leave now, they are lost."
    if draft_error is not None:
        more = "If you leave now, what you typed last is lost. F12 saves the draft elsewhere."
        return "Your draft could not be saved.", f"{draft_error.message} {more}"
    if is_training:
        return TRAINING_QUESTION
    return None


class Shutdown:
    """Ends the app after a signal, without a question and without losing what was typed."""

    def __init__(
        self,
        app: App[None],
        unsaved_work: UnsavedWork,
        drafts: Drafts,
        training: TrainingMonitor,
        early_keys: EarlyKeys,
    ) -> None:
        self._app = app
        self._drafts, self._training, self._early_keys = drafts, training, early_keys
        self.unsaved_work = unsaved_work
        self.has_begun = False
        """Whether a signal has arrived."""
        self.is_saving = False
        """Whether what was typed is being saved."""
        self.is_draft_saved = False
        """Whether the open draft has been saved."""

    def begin(self, status: int) -> None:
        """Save what was typed and leave with the exit code `status`; call this in the app's thread."""
        self.has_begun = True
        self.is_saving = True
        # asyncio itself does not hold on to a task.
        self._task = asyncio.get_running_loop().create_task(self._save_and_exit(status))

    async def _save_and_exit(self, status: int) -> None:
        try:
            with suppress(Exception):
                self._training.stop()
            with suppress(Exception):
                await self._handle_pending_keys()
            with suppress(Exception):
                self._save_messages()
            self.is_draft_saved = self.unsaved_work.save_draft() is None
            with suppress(Exception):
                self.unsaved_work.stop_reply()
                await self._wait_for_writers()
                self.unsaved_work.save_chats()
        finally:
            self.is_saving = False
            self._app.exit(return_code=status)

    async def _handle_pending_keys(self) -> None:
        """Let the keys that were pressed before the signal reach the editor."""
        self._early_keys.stop_waiting()
        await asyncio.sleep(ARRIVAL_SECONDS)
        for node in (self._app, self._app.screen, self._app.focused):
            if node is not None:
                reached = asyncio.Event()
                node.call_later(reached.set)
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(reached.wait(), PENDING_KEY_SECONDS)

    def _save_messages(self) -> None:
        """Save messages that were not sent yet as drafts."""
        for screen in self._screens():
            for composer in screen.query(Composer):
                if composer.text.strip():
                    self._drafts.keep(Draft(text=composer.text, cursor=len(composer.text)))

    def _screens(self) -> Iterator[Screen[object]]:
        for mode in self._app.MODES:
            with suppress(KeyError):  # a mode that was never shown has no screens
                yield from self._app.get_screen_stack(mode)

    async def _wait_for_writers(self) -> None:
        """Give the workers that write a moment to end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + WRITING_SECONDS
        while loop.time() < end and any(
            worker.group in WRITING_GROUPS and not worker.is_finished for worker in self._app.workers
        ):
            await asyncio.sleep(0.02)
