"""The app: modes, themes, keys, commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.filter import LineFilter
from textual.screen import Screen

from rnnchat.app.filters import HarmlessFilter
from rnnchat.app.keys import know_alt_digits
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.themes import DARK, LIGHT
from rnnchat.app.training import TrainingWatch
from rnnchat.app.voice import Voice
from rnnchat.errors import RnnchatError
from rnnchat.library.chats import Chats
from rnnchat.library.drafts import Drafts
from rnnchat.library.log import note_unforeseen
from rnnchat.library.models import Library
from rnnchat.library.paths import Paths
from rnnchat.library.settings import change_settings, load_settings

SWITCH_SECONDS = 5e-4
"""How long a thread that computes may keep the one that draws waiting; Python's own 5 ms can be felt."""


def _train_screen() -> Screen[None]:
    from rnnchat.app.screens.train import TrainScreen

    return TrainScreen()


def _models_screen() -> Screen[None]:
    from rnnchat.app.screens.models import ModelsScreen

    return ModelsScreen()


def _draft_screen() -> Screen[None]:
    from rnnchat.app.screens.draft import DraftScreen

    return DraftScreen()


class RnnchatApp(App[None]):
    """rnnchat in a terminal: Chat, Train, Models and Draft."""

    TITLE = "rnnchat"
    CSS_PATH = "app.tcss"
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
        self.paths = paths or Paths.from_environment()
        self.library = Library(self.paths)
        self.chats = Chats(self.paths.chats)
        self.drafts = Drafts(self.paths.drafts)
        self.voice = Voice(self.library)
        self.training = TrainingWatch(self)
        self.settings = load_settings(self.paths)
        self._harmless = HarmlessFilter()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self.settings.theme if self.settings.theme in self.available_themes else DARK.name

    def on_mount(self) -> None:
        """Keep the theme that is chosen from now on."""
        self.watch(self, "theme", self._keep_theme, init=False)
        if self.file_to_open is not None:
            self.action_go("draft")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let nothing dangerous through to the terminal."""
        return [*super().get_line_filters(), self._harmless]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action in the command palette."""
        yield SystemCommand("Chat", "Talk with the model in use (F2)", partial(self.action_go, "chat"))
        yield SystemCommand("Draft", "Write, and be completed (F5)", partial(self.action_go, "draft"))
        yield SystemCommand("Train", "Learn from your notes (F3)", partial(self.action_go, "train"))
        yield SystemCommand("Models", "Choose, rename, delete models (F4)", partial(self.action_go, "models"))
        for binding in screen.active_bindings.values():
            own = binding.binding
            if own.id and binding.node is screen and binding.enabled:
                action = partial(screen.run_action, own.action)
                yield SystemCommand(own.description, own.tooltip or f"Key: {own.key}", action)
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
        unkept = self.keep_draft()
        if unkept is not None:
            question = "Your draft could not be kept."
            more = f"{unkept.message} Leave now, and what was typed last is lost. F12 saves it elsewhere."
        elif self.training.is_running:
            question = "A training is under way."
            more = "Leave now? Its last state is kept, and Train offers to go on with it next time."
        else:
            self.exit()
            return
        from rnnchat.app.screens.dialogs import Confirm

        def decide(sure: bool | None) -> None:
            if sure and self.training.is_running:
                self.say("Leaving; saving a checkpoint …")
                self.training.leave(self.exit)
            elif sure:
                self.exit()

        self.push_screen(Confirm(question, more, yes="Leave", no="Stay"), decide)

    def on_unmount(self) -> None:
        """Let a training leave a checkpoint."""
        self.training.close()

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
        self.notify(
            error.hint or "Try again.", title=error.message, severity="error", timeout=12, markup=False
        )

    def say(self, text: str) -> None:
        """Show a short piece of news."""
        self.notify(text, markup=False)

    def _keep_theme(self, theme: str) -> None:
        self.change(theme=theme)

    def _fatal_error(self) -> None:
        """Leave with a message in the place of Textual's traceback, which shows values."""
        error = self._exception
        hint = note_unforeseen(error) if error is not None else ""
        kind = type(error).__name__
        self._exit_renderables.append(Text(f"rnnchat: Something unforeseen happened ({kind}).\n  {hint}"))
        self._close_messages_no_wait()
