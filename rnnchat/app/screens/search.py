"""What was written earlier, in a list narrowed by what is typed: search, open, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.errors import RnnchatError

Chosen = TypeVar("Chosen")
Row = tuple[int, Content]
"""An entry's number, and the line that tells it."""


class SearchScreen(Dialog[Chosen | int | None]):
    """A list of entries with numbers; gives back the one chosen, or what a screen of its kind adds.

    What the entries are, a screen of a kind says: its words, and `find` and `delete`, which run in a thread.
    """

    BINDINGS: ClassVar = [
        Binding("escape", "give_up", "Back", id="search.back"),
        Binding("down", "list", "To the list", show=False, id="search.list"),
        Binding("delete,ctrl+d", "delete", "Delete", id="search.delete", key_display="del"),
    ]

    heading: ClassVar[str]
    placeholder: ClassVar[str]
    none_yet: ClassVar[str]
    none_found: ClassVar[str]
    is_open: ClassVar[str]
    """Why the entry that is open is not deleted, and what to do."""
    sure: ClassVar[str]
    """The question before an entry is deleted."""
    besides: ClassVar[str] = ""
    """What should be known before one says yes."""

    def __init__(self, current: int | None, suggester: Suggester | None = None) -> None:
        super().__init__()
        self._current = current
        self._suggester = suggester
        self._will_take = False
        """Whether Enter was pressed before the list was there."""
        self._listed: str | None = None
        """The words whose entries are listed."""

    def find(self, words: str) -> Sequence[Row]:
        """Return the entries that hold all `words`, the latest first."""
        raise NotImplementedError

    def delete(self, number: int) -> None:
        """Delete an entry for good."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(id="dialog", classes="wide"):
            yield Static(self.heading, classes="title", markup=False)
            yield Input(placeholder=self.placeholder, compact=True, suggester=self._suggester)
            yield OptionList(compact=True, markup=False)
            yield Static("", id="nothing", classes="hint", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show all entries."""
        self._find("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show the entries that hold what is typed."""
        self._will_take = False
        self._find(event.value)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Open what was searched for, once it is listed."""
        if self._listed == event.value:
            self.take(event.value)
        else:
            self._will_take = True

    def take(self, typed: str) -> None:
        """Open what `typed` stands for: the entry that is highlighted, the first one as a rule."""
        options = self.query_one(OptionList)
        if options.option_count:
            self.open_entry(_number(options.get_option_at_index(options.highlighted or 0)))

    def open_entry(self, number: int) -> None:
        """Give back the entry that was chosen."""
        self.dismiss(number)

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Open the entry that was chosen."""
        self.open_entry(_number(event.option))

    def action_list(self) -> None:
        """Go from the search to the list."""
        self.query_one(OptionList).focus()

    def action_delete(self) -> None:
        """Delete the highlighted entry, if that is wanted."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return
        option = options.get_option_at_index(options.highlighted)
        if _number(option) == self._current:
            self.services.inform(self.is_open)
            return
        from rnnchat.app.screens.dialogs import Confirm

        def decide(sure: bool | None) -> None:
            if sure:
                self._delete(_number(option))

        told = "\n\n".join(filter(None, (str(option.prompt), self.besides)))
        self.app.push_screen(Confirm(self.sure, told, yes="Delete", no="Keep"), decide)

    def action_give_up(self) -> None:
        """Open none."""
        self.dismiss(None)

    def show(self, found: Sequence[Row], word: str) -> None:
        """Fill the list, with a `word` below it."""
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(line, id=str(number)) for number, line in found])
        if found:
            options.highlighted = 0
        self.query_one("#nothing", Static).update(word)

    @work(thread=True, group="find", exclusive=True, exit_on_error=False)
    def _find(self, words: str) -> None:
        app, worker = self.services, get_current_worker()
        nothing = self.none_found if words.strip() else self.none_yet
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
                if self._will_take:
                    self._will_take = False
                    self.take(words)

        app.call_from_thread(show)

    @work(thread=True, group="delete", exit_on_error=False)
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
