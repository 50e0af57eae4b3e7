"""Earlier chats: search, open, delete."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from rnnchat.errors import RnnchatError
from rnnchat.library.chats import StoredChat

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp


class ChatsScreen(ModalScreen[int | None]):
    """A list of chats, narrowed by what is typed; gives back the number of the one chosen."""

    BINDINGS: ClassVar = [
        Binding("escape", "give_up", "Back", id="chats.back"),
        Binding("down", "list", "To the list", show=False, id="chats.list"),
        Binding("delete,ctrl+d", "delete", "Delete", id="chats.delete", key_display="del"),
    ]

    def __init__(self, current: int | None) -> None:
        super().__init__()
        self._current = current

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(id="dialog", classes="wide"):
            yield Static("Earlier chats", classes="title", markup=False)
            yield Input(placeholder="Search in all that was said", compact=True)
            yield OptionList(compact=True, markup=False)
            yield Static("", id="nothing", classes="hint", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show all chats."""
        self._find("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show the chats that hold what is typed."""
        self._find(event.value)

    @on(Input.Submitted)
    def open_first(self) -> None:
        """Open the first chat of the list."""
        options = self.query_one(OptionList)
        if options.option_count:
            self._choose(options.get_option_at_index(options.highlighted or 0))

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Open the chat that was chosen."""
        self._choose(event.option)

    def action_list(self) -> None:
        """Go from the search to the list."""
        self.query_one(OptionList).focus()

    def action_delete(self) -> None:
        """Delete the highlighted chat."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return
        option = options.get_option_at_index(options.highlighted)
        if option.id == str(self._current):
            cast("RnnchatApp", self.app).say("This chat is open. Begin a new one first (Ctrl+N).")
            return
        from rnnchat.app.screens.dialogs import Confirm

        def decide(sure: bool | None) -> None:
            if sure:
                self._delete(int(option.id or 0))

        self.app.push_screen(
            Confirm("Delete this chat for good?", str(option.prompt), yes="Delete", no="Keep"), decide
        )

    def action_give_up(self) -> None:
        """Open none."""
        self.dismiss(None)

    def _choose(self, option: Option) -> None:
        self.dismiss(int(option.id or 0))

    @work(thread=True, group="chats", exclusive=True, exit_on_error=False)
    def _find(self, words: str) -> None:
        app, worker = cast("RnnchatApp", self.app), get_current_worker()
        try:
            found = app.chats.find(words)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return

        def show() -> None:
            if not worker.is_cancelled:  # a later search has begun
                self._show(found, words)

        app.call_from_thread(show)

    @work(thread=True, group="delete", exit_on_error=False)
    def _delete(self, chat: int) -> None:
        app = cast("RnnchatApp", self.app)
        try:
            app.chats.delete(chat)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        app.call_from_thread(self._find, self.query_one(Input).value)

    def _show(self, found: list[StoredChat], words: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_line(chat), id=str(chat.id)) for chat in found])
        if found:
            options.highlighted = 0
        nothing = "No chat holds these words." if words.strip() else "There are no chats yet."
        self.query_one("#nothing", Static).update("" if found else nothing)


def _line(chat: StoredChat) -> Content:
    when = time.strftime("%d %b %H:%M", time.localtime(chat.changed))
    count = f"{chat.turns} turn" + ("" if chat.turns == 1 else "s")
    return Content.assemble((f"{when}  ", "dim"), chat.title, (f"  {count}", "dim"))
