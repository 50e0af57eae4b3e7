"""The app: modes, themes, keys, commands."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

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
from rnnchat.app.early_keys import EarlyKeys
from rnnchat.app.filters import SanitizingFilter
from rnnchat.app.keys import know_alt_digits, shown_key
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.themes import DARK, LIGHT
from rnnchat.app.training import TrainingWatch
from rnnchat.app.working import Working
from rnnchat.errors import RnnchatError
from rnnchat.library.chats import Chats
from rnnchat.library.drafts import Drafts
from rnnchat.library.models import Library
from rnnchat.library.settings import change_settings, load_settings
from rnnchat.storage.log import explain, note_unforeseen
from rnnchat.storage.paths import Paths

SWITCH_SECONDS = 5e-4
"""How long a thread that computes may keep the one that draws waiting; Python's own 5 ms can be felt."""

WRITING = ("save", "keep", "change", "reply")
"""The groups of the workers that write to the disk what a person would miss."""


def _train_screen() -> Screen[None]:
    from rnnchat.app.screens.train import TrainScreen

    return TrainScreen()


def _models_screen() -> Screen[None]:
    from rnnchat.app.screens.models import ModelsScreen

    return ModelsScreen()


def _draft_screen() -> Screen[None]:
    from rnnchat.app.screens.draft import DraftScreen

    return DraftScreen()


class RnnchatApp(Working, App[None]):
    """rnnchat in a terminal: Chat, Train, Models and Draft."""

    TITLE = "rnnchat"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (60, "-wide")]
    MODES: ClassVar = {
        "chat": ChatScreen,
        "train": _train_screen,
        "models": _models_screen,
        "draft": _draft_screen,
    }
    DEFAULT_MODE = "chat"
    BINDINGS: ClassVar = [
        Binding("f1", "help", "Help", id="app.help"),
        Binding("f2", "go('chat')", "Chat", show=False, id="app.chat"),
        Binding("f3", "go('train')", "Train", show=False, id="app.train"),
        Binding("f4", "go('models')", "Models", show=False, id="app.models"),
        Binding("f5", "go('draft')", "Draft", show=False, id="app.draft"),
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True, id="app.quit"),
    ]

    def __init__(self, paths: Paths | None = None, file: Path | None = None) -> None:
        super().__init__()
        know_alt_digits()
        sys.setswitchinterval(SWITCH_SECONDS)
        self.file_to_open = file
        """A file to open as a draft."""
        self.keep_draft: Callable[[], RnnchatError | None] = lambda: None
        """Keeps what was typed last in the draft that is open, and returns what prevented it."""
        self.keep_chat: Callable[[], RnnchatError | None] = lambda: None
        """Keeps what was said in chats and could not be kept yet, and returns what prevents it."""
        self.stop_replies: Callable[[], None] = lambda: None
        """Ends the reply that is coming in; what has come of it is kept by its thread."""
        self.is_keeping = False
        """Whether what was typed is being kept before the app is left."""
        self.has_kept = False
        """Whether it has been kept then."""
        self._is_ended = False
        self._told: tuple[str, str] | None = None
        """What was told last, and may not be on the screen yet."""
        self.paths = paths or Paths.from_environment()
        self.library = Library(self.paths)
        self.chats = Chats(self.paths.chats)
        self.drafts = Drafts(self.paths.drafts)
        self.voice = ChatEngine(self.library)
        self.training = TrainingWatch(self)
        self.settings = load_settings(self.paths)
        self._early_keys = EarlyKeys(self, super().on_event)
        self._harmless = SanitizingFilter()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self.settings.theme if self.settings.theme in self.available_themes else DARK.name

    def on_mount(self) -> None:
        """Keep the theme that is chosen from now on."""
        self.watch(self, "theme", self._keep_theme, init=False)
        if self.file_to_open is not None:
            self.action_go("draft")

    async def on_event(self, event: events.Event) -> None:
        """Let keys and pastes wait for a screen that is not ready for them."""
        is_left = self._exit or not self._screen_stacks.get(self._current_mode)
        if is_left and isinstance(event, events.InputEvent):
            return  # there may be no screen any more
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            await self._early_keys.take(event)
        else:
            await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        """Return what reads from the terminal and writes to it."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":
            return driver
        from rnnchat.app.terminal import Terminal

        return Terminal

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let nothing dangerous through to the terminal."""
        return [*super().get_line_filters(), self._harmless]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action in the command palette."""
        yield SystemCommand("Chat", "Talk with the model in use (F2)", partial(self.action_go, "chat"))
        yield SystemCommand("Draft", "Write, and be completed (F5)", partial(self.action_go, "draft"))
        yield SystemCommand("Train", "Learn from your notes (F3)", partial(self.action_go, "train"))
        yield SystemCommand("Models", "Choose, rename, delete models (F4)", partial(self.action_go, "models"))
        told: set[str] = set()
        for binding in screen.active_bindings.values():
            own = binding.binding
            if not (own.id and own.description and binding.node is screen and binding.enabled):
                continue
            if own.description in told:  # one command may have several keys
                continue
            told.add(own.description)
            key = f"({shown_key(own.key)})"
            about = own.tooltip or "Here"
            action = partial(screen.run_action, own.action)
            yield SystemCommand(own.description, about if key in about else f"{about} {key}", action)
        yield SystemCommand(
            "Switch to light or dark", "Change between the two looks", self.action_switch_theme
        )
        yield SystemCommand("Theme", "Choose among all themes", self.action_change_theme)
        yield SystemCommand("Help", "All keys, and how rnnchat works (F1)", self.action_help)
        yield SystemCommand("Quit", "Leave rnnchat (Ctrl+Q)", self.action_leave)

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
        """Change between the dark and the light look."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_help_quit(self) -> None:
        """Answer Ctrl+C, which does not quit: it is too easily pressed."""
        self.say("Ctrl+Q quits rnnchat.")

    def action_leave(self) -> None:
        """Leave; ask first while a training is under way, or where that would lose what was typed."""
        if self.training.is_leaving:
            self.exit()
            return
        unkept, unkept_chat = self.keep_draft(), self.keep_chat()
        if unkept_chat is not None:
            question = "What was said last in a chat could not be kept."
            if unkept is not None:
                question = "Your draft, and what was said last in a chat, could not be kept."
            more = f"{unkept_chat.message} {unkept_chat.hint} Leave now, and it is lost."
        elif unkept is not None:
            question = "Your draft could not be kept."
            more = f"{unkept.message} Leave now, and what was typed last is lost. F12 saves it elsewhere."
        elif self.training.is_running:
            question = "A training is under way."
            more = "Leave now? Its last state is kept, and Train offers to go on with it next time."
        else:
            self.exit()
            return
        from rnnchat.app.screens.dialogs import Confirm, ConfirmWhileTraining

        is_about_training = unkept is None and unkept_chat is None
        dialog = ConfirmWhileTraining if is_about_training else Confirm
        self.clear_notifications()  # they would cover the question, which says the same

        def decide(sure: bool | None) -> None:
            if sure and self.training.is_running:
                self.say("Leaving; saving a checkpoint …")
                self.training.leave(self.exit)
            elif sure:
                self.exit()

        self.push_screen(dialog(question, more, yes="Leave", no="Stay"), decide)

    def on_unmount(self) -> None:
        """Let a training leave a checkpoint."""
        if not self._is_ended:
            self.training.close()

    # Signals

    @on(Driver.SignalResume)
    def draw_again(self) -> None:
        """Draw all once the shell has given the terminal back."""
        self.refresh(layout=True)

    def leave_for_signal(self, status: int) -> None:
        """Keep what was typed and leave with `status`; nobody is asked, as the app is ended from outside."""
        self._is_ended = True
        self.is_keeping = True
        self._leaving = asyncio.get_running_loop().create_task(self._leave_for_signal(status))

    async def _leave_for_signal(self, status: int) -> None:
        try:
            with suppress(Exception):
                self.training.stop()
            with suppress(Exception):
                await self._settle()
            with suppress(Exception):
                self._keep_message()
            self.has_kept = self.keep_draft() is None
            with suppress(Exception):
                self.stop_replies()
                await self._wait_for_writers()
                self.keep_chat()
        finally:
            self.is_keeping = False
            self.exit(return_code=status)

    async def _settle(self) -> None:
        """Let keys that were pressed before reach the editor."""
        self._early_keys.wait_no_more()
        await asyncio.sleep(0.05)
        for node in (self, self.screen, self.focused):
            if node is not None:
                reached = asyncio.Event()
                node.call_later(reached.set)
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(reached.wait(), 0.4)

    def _keep_message(self) -> None:
        """Keep a half-written message, as a draft."""
        from rnnchat.app.widgets.composer import Composer
        from rnnchat.library.drafts import Draft

        for screens in self._screen_stacks.values():
            for screen in screens:
                for composer in screen.query(Composer):
                    if composer.text.strip():
                        self.drafts.keep(Draft(text=composer.text, cursor=len(composer.text)))

    async def _wait_for_writers(self) -> None:
        """Give what is being written a moment to end."""
        for _ in range(40):
            if all(worker.is_finished for worker in self.workers if worker.group in WRITING):
                break
            await asyncio.sleep(0.02)

    def use_model(self, name: str) -> None:
        """Let another model speak from now on."""
        self.change(model=name)
        self.show_status()

    def change(self, **values: object) -> None:
        """Change settings and keep them."""
        try:
            with change_settings(self.paths) as settings:
                for name, value in values.items():
                    setattr(settings, name, value)
        except RnnchatError as error:
            self.report(error)
        for name, value in values.items():
            setattr(self.settings, name, value)

    def show_status(self) -> None:
        """Say at the top which model speaks and how far a training is."""
        from rnnchat.app.widgets.top_bar import TopBar

        parts = [part for part in (self.training.summary, f"● {self.settings.model}") if part]
        for bar in self.screen.query(TopBar):
            bar.status = "   ".join(parts)

    def report(self, error: RnnchatError) -> None:
        """Show an error and its hint; the one place they are shown."""
        hint = error.hint or "Try again."
        if not self._is_shown(error.message, hint):
            self.notify(hint, title=error.message, severity="error", timeout=12, markup=False)

    def say(self, text: str) -> None:
        """Show a short piece of news."""
        if not self._is_shown("", text):
            self.notify(text, markup=False)

    def _is_shown(self, title: str, message: str) -> bool:
        """Whether the same is on the screen already, or soon: twice, it would only cover more of it."""
        notes = ((note.title, note.message) for note in self._notifications if not note.has_expired)
        is_shown = (title, message) in notes or self._told == (title, message)
        self._told = title, message
        self.set_timer(0.1, partial(setattr, self, "_told", None))  # it is shown by then
        return is_shown

    def _keep_theme(self, theme: str) -> None:
        self.change(theme=theme)

    # What goes wrong

    def _handle_exception(self, error: Exception) -> None:
        """Go on where work beside the screen has failed, or the disk; leave with a message otherwise."""
        if isinstance(error, WorkerFailed):
            self._hear_of(get_current_worker(), error.error)
        elif isinstance(error, RnnchatError):
            self.report(error)
        else:
            super()._handle_exception(error)

    def _hear_of(self, worker: Worker[object], error: BaseException) -> None:
        """Show why `worker` has ended, and let the screen that began it become usable again."""
        if self._exit or not self.is_running:
            return  # what a thread cannot tell an app that is left is nobody's concern
        said = explain(error)
        self.report(said)
        for node in worker.node.ancestors_with_self:
            if isinstance(node, Working):
                node.work_failed(worker.name, said)
                break

    def panic(self, *_: RenderableType) -> None:
        """Leave with a message of our own; Textual's would be a traceback."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        """Leave with a message in the place of Textual's traceback, which shows values."""
        self._return_code = self._return_code or 1
        if not self._exit_renderables:  # Textual would count further ones, and show none
            error = self._exception
            kind = "the terminal" if error is None else type(error).__name__
            hint = "Nothing was lost that had been saved." if error is None else note_unforeseen(error)
            with suppress(Exception):
                self.keep_draft()
            self._exit_renderables.append(Text(f"rnnchat: Something unforeseen happened ({kind}).\n  {hint}"))
        self._close_messages_no_wait()
