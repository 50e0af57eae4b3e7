"""The question for the file of a draft that has none yet: it offers titles of the draft as names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, OptionList, Static
from textual.widgets.input import Selection
from textual.widgets.option_list import Option

from rnnchat.app.screens.dialogs import AskPath
from rnnchat.errors import RnnchatError

OFFER = "↓ Enter: take a title as the name"
"""Says how a title that is offered becomes the name."""


class AskFirstPath(AskPath):
    """Asks for the first path of a draft, and offers titles for it below the field.

    The first one stands in the field after the folder unless something has been typed. Another one that is
    chosen takes its place. The titles are found in a thread, and nothing waits for them.
    """

    BINDINGS: ClassVar = [
        Binding("down", "titles", "To the titles", show=False, id="first-save.titles"),
    ]

    def __init__(self, title: str, prefill: str, check: Callable[[str], object], text: str) -> None:
        super().__init__(title, prefill, check)
        self._text = text
        self._names: Sequence[str] = ()

    def more(self) -> ComposeResult:
        """Yield the line for a refusal, and the list of titles, both hidden at first."""
        yield from super().more()
        offer = Static(OFFER, id="offer", classes="hint", markup=False)
        titles = OptionList(id="titles", compact=True, markup=False)
        offer.display = titles.display = False
        yield offer
        yield titles

    def on_mount(self) -> None:
        """Look for titles."""
        self._find_titles()

    @work(thread=True, group="titles", exclusive=True)
    def _find_titles(self) -> None:
        from rnnchat.app.draft_titles import names_of, titles_of_draft

        app = self.services
        try:
            titles = titles_of_draft(app.paths, app.settings.model, self._text)
        except (RnnchatError, OSError):
            return  # a draft can be saved without a title
        names = names_of(titles)
        if names and app.is_running:
            app.call_from_thread(self.show_titles, names)

    def show_titles(self, names: Sequence[str]) -> None:
        """Offer file names that are made of titles."""
        if not self.is_mounted:
            return  # the question has been answered
        self._names = names
        titles = self.query_one("#titles", OptionList)
        titles.add_options([Option(name) for name in names])
        titles.highlighted = 0
        titles.display = self.query_one("#offer").display = True
        field = self.query_one(Input)
        if field.value == self._prefill:
            # Typing replaces the name, as it replaced the folder before.
            self._suggested = field.value = f"{self._prefill}{names[0]}"
            field.selection = Selection(len(self._prefill), len(field.value))

    def action_titles(self) -> None:
        """Go from the field to the titles."""
        if self._names:
            self.query_one("#titles", OptionList).focus()

    @on(OptionList.OptionSelected, "#titles")
    def take_title(self, event: OptionList.OptionSelected) -> None:
        """Put a title into the field, as the name of a file in the folder that stands there."""
        field = self.query_one(Input)
        folder, slash, _ = field.value.rpartition("/")
        field.value = f"{folder}{slash}{self._names[event.option_index]}"
        field.focus()
        field.cursor_position = len(field.value)
