"""What screens may use of the app, declared apart from it so that neither imports the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from rnnchat.app.chat_engine import ChatEngine
from rnnchat.app.note_finder import NoteFinder
from rnnchat.app.shutdown import UnsavedWork
from rnnchat.app.training_monitor import TrainingMonitor
from rnnchat.errors import RnnchatError
from rnnchat.library.chats import Chats
from rnnchat.library.drafts import Drafts
from rnnchat.library.settings import Settings
from rnnchat.storage.paths import Paths

if TYPE_CHECKING:
    from rnnchat.library.models import Library

Returned = TypeVar("Returned")
"""What a function called in the app's thread returns."""


class AppServices(Protocol):
    """What `RnnchatApp` offers its screens, besides what every Textual app has."""

    paths: Paths
    library: Library
    chats: Chats
    drafts: Drafts
    settings: Settings
    chat_engine: ChatEngine
    note_finder: NoteFinder
    training: TrainingMonitor
    unsaved_work: UnsavedWork
    file_to_open: Path | None
    """The file named on the command line, until the draft screen has opened it."""
    line_to_open: int
    """The line of that file to go to, from 1; 0 for where the cursor was."""

    @property
    def is_running(self) -> bool:
        """Whether the app can still draw, as Textual has it."""

    def call_from_thread(self, callback: Callable[..., Returned], *args: object) -> Returned:
        """Call a function in the app's thread and wait for its result, as Textual has it."""

    def action_go(self, mode: str) -> None:
        """Show one of the screens: ``chat``, ``train``, ``models``, ``draft``, ``sort``, ``translate``."""

    def use_model(self, name: str) -> None:
        """Put a model in use for replies and suggestions."""

    def update_settings(self, **values: object) -> None:
        """Change settings by their names and save them."""

    def show_status(self) -> None:
        """Show in the top bar which model is in use and how far a training is."""

    def report(self, error: RnnchatError) -> None:
        """Show an error and its hint."""

    def inform(self, text: str) -> None:
        """Show a short message."""
