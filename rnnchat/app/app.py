"""The app: its modes and themes, the keys that hold everywhere, and how errors are shown."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerFailed, get_current_worker

from rnnchat.app.chat_engine import ChatEngine
from rnnchat.app.commands import palette_commands
from rnnchat.app.early_keys import EarlyKeys
from rnnchat.app.filters import SanitizingFilter
from rnnchat.app.key_names import recognize_alt_digits
from rnnchat.app.note_finder import NoteFinder
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.shutdown import TRAINING_QUESTION, Shutdown, UnsavedWork, question_before_leaving
from rnnchat.app.themes import DARK, LIGHT
from rnnchat.app.training_monitor import TrainingChanged, TrainingMonitor, TrainingWarned
from rnnchat.app.worker_errors import WorkerErrorsMixin
from rnnchat.errors import RnnchatError
from rnnchat.library.chats import Chats
from rnnchat.library.drafts import Drafts
from rnnchat.library.settings import change_settings, load_settings
from rnnchat.storage.log import explain, log_unexpected_error
from rnnchat.storage.paths import Paths

if TYPE_CHECKING:
    from rnnchat.library.models import Library

SWITCH_SECONDS = 5e-4
"""How long a computing thread may keep the drawing one waiting; Python's own 5 ms can be felt."""
KEYS_SECONDS = 0.03
"""How long keys that come at once may keep all else waiting; Textual itself handles them all first."""


def _train_screen() -> Screen[None]:
    from rnnchat.app.screens.train import TrainScreen

    return TrainScreen()


def _models_screen() -> Screen[None]:
    from rnnchat.app.screens.models import ModelsScreen

    return ModelsScreen()


def _draft_screen() -> Screen[None]:
    from rnnchat.app.screens.draft import DraftScreen

    return DraftScreen()


def _sort_screen() -> Screen[None]:
    from rnnchat.app.screens.sort import SortScreen

    return SortScreen()


def _translate_screen() -> Screen[None]:
    from rnnchat.app.screens.translate import TranslateScreen

    return TranslateScreen()


class RnnchatApp(WorkerErrorsMixin, App[None]):
    """rnnchat in a terminal: Chat, Train, Models, Draft, Sort and Translate."""

    TITLE = "rnnchat"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-wide")]  # noqa: RUF012 (as Textual declares it)
    MODES: ClassVar = {
        "chat": ChatScreen,
        "train": _train_screen,
        "models": _models_screen,
        "draft": _draft_screen,
        "sort": _sort_screen,
        "translate": _translate_screen,
    }
    DEFAULT_MODE = "chat"
    BINDINGS: ClassVar = [
        Binding("f1", "help", "Help", id="app.help"),
        Binding("f2", "go('chat')", "Chat", show=False, id="app.chat"),
        Binding("f3", "go('train')", "Train", show=False, id="app.train"),
        Binding("f4", "go('models')", "Models", show=False, id="app.models"),
        Binding("f5", "go('draft')", "Draft", show=False, id="app.draft"),
        Binding("f10", "go('sort')", "Sort", show=False, id="app.sort"),
        Binding("ctrl+l", "go('translate')", "Translate", show=False, id="app.translate"),
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True, id="app.quit"),
    ]

    def __init__(self, paths: Paths | None = None, file: Path | None = None) -> None:
        super().__init__()
        recognize_alt_digits()
        sys.setswitchinterval(SWITCH_SECONDS)
        self.file_to_open = file
        """The file named on the command line, until the draft screen has opened it."""
        self.line_to_open = 0
        """The line of that file to go to, from 1; 0 for where the cursor was."""
        self.paths = paths or Paths.from_environment()
        self.chats = Chats(self.paths.chats)
        self.drafts = Drafts(self.paths.drafts)
        self.settings = load_settings(self.paths)
        self.chat_engine = ChatEngine(lambda: self.library)
        self.note_finder = NoteFinder(self.paths)
        self.training = TrainingMonitor(self)
        self._early_keys = EarlyKeys(self, super().on_event)
        self._last_yield = 0.0
        """When keys were last interrupted for other work, on the monotonic clock."""
        self.unsaved_work = UnsavedWork()
        self.shutdown = Shutdown(self, self.unsaved_work, self.drafts, self.training, self._early_keys)
        self._last_message: tuple[str, str] | None = None
        """Title and text of the last notification, which may not be on the screen yet."""
        self._sanitizing_filter = SanitizingFilter()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self.settings.theme if self.settings.theme in self.available_themes else DARK.name

    @cached_property
    def library(self) -> Library:
        """The saved models; the first paint need not wait for the code that reads them."""
        from rnnchat.library.models import Library

        return Library(self.paths)

    def on_mount(self) -> None:
        """Save each theme that is chosen; open the file that was named."""
        self.watch(self, "theme", self._save_theme, init=False)
        if self.file_to_open is not None:
            self.action_go("draft")

    async def on_event(self, event: events.Event) -> None:
        """Let keys and pastes wait for a screen that is not ready for them."""
        # Textual has no public name for these two: once the app is left, there may be no screen any more.
        is_left = self._exit or not self._screen_stacks.get(self.current_mode)
        if is_left and isinstance(event, events.InputEvent):
            return
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            await self._early_keys.take(event)
            await self._yield_after_keys()
        else:
            await super().on_event(event)

    async def _yield_after_keys(self) -> None:
        """Let all others work now and then while many keys come at once."""
        now = time.monotonic()
        if now - self._last_yield >= KEYS_SECONDS:
            await asyncio.sleep(0)
            self._last_yield = time.monotonic()

    def get_driver_class(self) -> type[Driver]:
        """Return the class that reads from the terminal and writes to it."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":
            return driver
        from rnnchat.app.terminal import Terminal

        return Terminal

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let nothing dangerous through to the terminal."""
        return [*super().get_line_filters(), self._sanitizing_filter]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action in the command palette."""
        return palette_commands(self, screen)

    # Actions

    def action_go(self, mode: str) -> None:
        """Show one of the screens."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_mode(mode)

    def action_help(self) -> None:
        """Show the keys."""
        from rnnchat.app.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_switch_theme(self) -> None:
        """Change between the dark and the light theme."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_help_quit(self) -> None:
        """Answer Ctrl+C, which does not quit: it is too easily pressed."""
        self.inform("Press Ctrl+Q to quit.")

    def action_leave(self) -> None:
        """Leave; ask first while a training is under way, or where something could not be saved."""
        if self.training.is_leaving:
            self.exit()
            return
        question = question_before_leaving(self.unsaved_work, self.training.is_running)
        if question is None:
            self.exit()
            return
        from rnnchat.app.screens.dialogs import Confirm, ConfirmWhileTraining

        self.clear_notifications()  # they would cover the question, which says the same

        def decide(sure: bool | None) -> None:
            if sure and self.training.is_running:
                self.inform("Leaving; saving a checkpoint …")
                self.training.leave(self.exit)
            elif sure:
                self.exit()

        dialog = ConfirmWhileTraining if question == TRAINING_QUESTION else Confirm
        self.push_screen(dialog(*question, yes="Leave", no="Stay"), decide)

    def on_unmount(self) -> None:
        """Let a training save a checkpoint."""
        if not self.shutdown.has_begun:
            self.training.close()

    @on(Driver.SignalResume)
    def draw_again(self) -> None:
        """Draw everything once the shell has given the terminal back."""
        self.refresh(layout=True)

    # Settings and status

    def use_model(self, name: str) -> None:
        """Put a model in use for replies and suggestions."""
        self.update_settings(model=name)
        self.show_status()

    def update_settings(self, **values: object) -> None:
        """Change settings by their names and save them."""
        try:
            with change_settings(self.paths) as settings:
                for name, value in values.items():
                    setattr(settings, name, value)
        except RnnchatError as error:
            self.report(error)
        for name, value in values.items():
            setattr(self.settings, name, value)

    def _save_theme(self, theme: str) -> None:
        self.update_settings(theme=theme)

    def show_status(self) -> None:
        """Show in the top bar which model is in use and how far a training is."""
        from rnnchat.app.widgets.top_bar import TopBar

        parts = [part for part in (self.training.summary, f"● {self.settings.model}") if part]
        for bar in self.screen.query(TopBar):
            bar.status = "   ".join(parts)

    def on_training_changed(self, message: TrainingChanged) -> None:
        """Show the training's progress, and pass it on to the screen."""
        if self.screen_stack:
            self.show_status()
            self.screen.post_message(TrainingChanged())

    def on_training_warned(self, message: TrainingWarned) -> None:
        """Show a warning of the training."""
        self.inform(message.text)

    # Messages and errors

    def report(self, error: RnnchatError) -> None:
        """Show an error and its hint; this is the one place where errors are shown."""
        hint = error.hint or "Try again."
        if not self._is_shown(error.message, hint):
            self.notify(hint, title=error.message, severity="error", timeout=12, markup=False)

    def inform(self, text: str) -> None:
        """Show a short message."""
        if not self._is_shown("", text):
            self.notify(text, markup=False)

    def _is_shown(self, title: str, message: str) -> bool:
        """Whether the same is on the screen already, or soon: twice, it would only cover more of it."""
        # Textual has no public list of what it shows.
        shown = ((note.title, note.message) for note in self._notifications if not note.has_expired)
        is_shown = (title, message) in shown or self._last_message == (title, message)
        self._last_message = title, message
        self.set_timer(0.1, partial(setattr, self, "_last_message", None))  # it is shown by then
        return is_shown

    # Textual has no public hook for errors. This replaces its traceback, which shows values.

    def _handle_exception(self, error: Exception) -> None:
        """Go on after an error in a worker or of the disk; leave with a message after any other."""
        if isinstance(error, WorkerFailed):
            self._report_failed_worker(get_current_worker(), error.error)
        elif isinstance(error, RnnchatError):
            self.report(error)
        else:
            super()._handle_exception(error)

    def _report_failed_worker(self, worker: Worker[object], error: BaseException) -> None:
        """Show why `worker` has failed, and let the screen that started it become usable again."""
        if self._exit or not self.is_running:
            return  # once the app is left, a failure in a thread matters to nobody
        explained = explain(error)
        self.report(explained)
        for node in worker.node.ancestors_with_self:
            if isinstance(node, WorkerErrorsMixin):
                node.work_failed(worker.name, explained)
                break

    def panic(self, *_: RenderableType) -> None:
        """Leave with our own message."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        self._return_code = self._return_code or 1
        if not self._exit_renderables:  # Textual would count further ones, and show none
            error = self._exception
            kind = "the terminal" if error is None else type(error).__name__
            hint = "Nothing was lost that had been saved." if error is None else log_unexpected_error(error)
            with suppress(Exception):
                self.unsaved_work.save_draft()
            self._exit_renderables.append(Text(f"rnnchat: Unexpected error ({kind}).\n  {hint}"))
        self._close_messages_no_wait()
