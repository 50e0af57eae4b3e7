"""A list of saved chats or drafts: search, open, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.key_footer import KeyFooter
from rnnchat.errors import RnnchatError

Chosen = TypeVar("Chosen")
Row = tuple[int, Content]
"""An entry's id in the database, and the line that describes it."""


class SearchScreen(Dialog[Chosen | int | None]):
    """A list of entries; returns the id of the one chosen, or something else that a subclass offers.

    A subclass says what the entries are: by its texts, and by `find` and `delete`, which run in a thread.
    """

    BINDINGS: ClassVar = [
        Binding("escape", "give_up", "Back", id="search.back"),
        Binding("down", "list", "To the list", show=False, id="search.list"),
        Binding("delete,ctrl+d", "delete", "Delete", id="search.delete", key_display="del"),
    ]

    heading: ClassVar[str]
    """The title of the dialog."""
    placeholder: ClassVar[str]
    """What the search field shows while it is empty."""
    empty_text: ClassVar[str]
    """What is shown where there are no entries at all."""
    no_match_text: ClassVar[str]
    """What is shown where no entry matches the search."""
    open_entry_text: ClassVar[str]
    """Why the entry that is open cannot be deleted, and what to do."""
    delete_question: ClassVar[str]
    """The question before an entry is deleted."""
    delete_note: ClassVar[str] = ""
    """What a person should know before answering it."""

    def __init__(self, current: int | None, suggester: Suggester | None = None) -> None:
        super().__init__()
        self._current = current
        self._suggester = suggester
        self._is_enter_pending = False
        """Whether Enter was pressed before the matches were listed."""
        self._listed: str | None = None
        """The words whose matches are listed."""

    def find(self, words: str) -> Sequence[Row]:
        """Return the entries that contain all `words`, the latest first."""
        raise NotImplementedError

    def delete(self, number: int) -> None:
        """Delete an entry permanently."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="dialog", classes="wide"):
            yield Static(self.heading, classes="title", markup=False)
            yield Input(placeholder=self.placeholder, compact=True, suggester=self._suggester)
            yield OptionList(compact=True, markup=False)
            yield Static("", id="nothing", classes="hint", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Show all entries."""
        self._find("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show the entries that contain what is typed."""
        self._is_enter_pending = False
        self._find(event.value)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Open the first match, once the matches are listed."""
        if self._listed == event.value:
            self.take(event.value)
        else:
            self._is_enter_pending = True

    def take(self, typed: str) -> None:
        """Open the highlighted entry, which is usually the first; `typed` is what was searched for."""
        options = self.query_one(OptionList)
        if options.option_count:
            self.open_entry(_number(options.get_option_at_index(options.highlighted or 0)))

    def open_entry(self, number: int) -> None:
        """Return the entry that was chosen."""
        self.dismiss(number)

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Open the entry that was chosen."""
        self.open_entry(_number(event.option))

    def action_list(self) -> None:
        """Go from the search to the list."""
        self.query_one(OptionList).focus()

    def action_delete(self) -> None:
        """Ask, and delete the highlighted entry."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return
        option = options.get_option_at_index(options.highlighted)
        if _number(option) == self._current:
            self.services.inform(self.open_entry_text)
            return
        from rnnchat.app.screens.dialogs import Confirm

        def decide(sure: bool | None) -> None:
            if sure:
                self._delete(_number(option))

        details = "\n\n".join(filter(None, (str(option.prompt), self.delete_note)))
        self.app.push_screen(Confirm(self.delete_question, details, yes="Delete", no="Keep"), decide)

    def action_give_up(self) -> None:
        """Leave without opening anything."""
        self.dismiss(None)

    def show(self, found: Sequence[Row], hint: str) -> None:
        """Fill the list, and show a `hint` below it."""
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(line, id=str(number)) for number, line in found])
        if found:
            options.highlighted = 0
        self.query_one("#nothing", Static).update(hint)

    @work(thread=True, group="find", exclusive=True)
    def _find(self, words: str) -> None:
        app, worker = self.services, get_current_worker()
        nothing = self.no_match_text if words.strip() else self.empty_text
        found: Sequence[Row] = ()
        try:
            found = self.find(words)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            nothing = ""

        def show() -> None:
            if not worker.is_cancelled:  # a later search has begun
                self.show(found, "" if found else nothing)
                self._listed = words
                if self._is_enter_pending:
                    self._is_enter_pending = False
                    self.take(words)

        app.call_from_thread(show)

    @work(thread=True, group="delete")
    def _delete(self, number: int) -> None:
        app = self.services
        try:
            self.delete(number)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        app.call_from_thread(self._find, self.query_one(Input).value)


def _number(option: Option) -> int:
    return int(option.id or 0)
