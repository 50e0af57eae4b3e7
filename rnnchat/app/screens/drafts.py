"""Drafts and files: search, open, delete."""

from __future__ import annotations

import time
from pathlib import Path
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

from rnnchat.app.widgets.path_suggester import PathSuggester
from rnnchat.errors import RnnchatError
from rnnchat.library.drafts import KeptDraft

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp


class DraftsScreen(ModalScreen["int | Path | None"]):
    """A list of drafts, narrowed by what is typed; a path opens a file.

    Gives back the number of a draft, or a path.
    """

    BINDINGS: ClassVar = [
        Binding("escape", "give_up", "Back", id="drafts.back"),
        Binding("down", "list", "To the list", show=False, id="drafts.list"),
        Binding("ctrl+t", "browse", "Folders", id="drafts.browse", tooltip="Choose a file in a tree"),
        Binding("delete,ctrl+d", "delete", "Delete", id="drafts.delete", key_display="del"),
    ]

    def __init__(self, current: int) -> None:
        super().__init__()
        self._current = current

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(id="dialog", classes="wide"):
            yield Static("Open a draft or a file", classes="title", markup=False)
            yield Input(
                placeholder="Words of a draft, or a path like ~/notes/today.md",
                compact=True,
                suggester=PathSuggester(),
            )
            yield OptionList(compact=True, markup=False)
            yield Static("", id="nothing", classes="hint", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show all drafts."""
        self._find("")

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show the drafts that hold what is typed."""
        if _is_path(event.value):
            self._show([], "Enter opens this file.")
        else:
            self._find(event.value)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Open the path, or the first draft of the list."""
        options = self.query_one(OptionList)
        if _is_path(event.value):
            self.dismiss(Path(event.value.strip()))
        elif options.option_count:
            self._choose(options.get_option_at_index(options.highlighted or 0))
        elif event.value.strip():
            self.dismiss(Path(event.value.strip()))

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Open the draft that was chosen."""
        self._choose(event.option)

    def action_list(self) -> None:
        """Go from the search to the list."""
        self.query_one(OptionList).focus()

    def action_browse(self) -> None:
        """Choose a file in a tree of folders."""
        from rnnchat.app.screens.browse import BrowseScreen

        def chosen(path: Path | None) -> None:
            if path is not None:
                self.dismiss(path)

        self.app.push_screen(BrowseScreen(Path.cwd()), chosen)

    def action_delete(self) -> None:
        """Delete the highlighted draft."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return
        option = options.get_option_at_index(options.highlighted)
        if option.id == str(self._current):
            cast("RnnchatApp", self.app).say("This draft is open. Begin a new one first (Ctrl+N).")
            return
        from rnnchat.app.screens.dialogs import Confirm

        def decide(sure: bool | None) -> None:
            if sure:
                self._delete(int(option.id or 0))

        more = f"{option.prompt}\n\nIf it was saved to a file, the file stays."
        self.app.push_screen(Confirm("Delete this draft for good?", more, yes="Delete", no="Keep"), decide)

    def action_give_up(self) -> None:
        """Open none."""
        self.dismiss(None)

    def _choose(self, option: Option) -> None:
        self.dismiss(int(option.id or 0))

    @work(thread=True, group="drafts", exclusive=True, exit_on_error=False)
    def _find(self, words: str) -> None:
        app, worker = cast("RnnchatApp", self.app), get_current_worker()
        try:
            found = app.drafts.find(words)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        nothing = (
            "No draft holds these words; Enter opens a file of this name." if words.strip() else "No drafts."
        )

        def show() -> None:
            if not worker.is_cancelled:  # a later search has begun
                self._show(found, "" if found else nothing)

        app.call_from_thread(show)

    @work(thread=True, group="delete", exit_on_error=False)
    def _delete(self, draft: int) -> None:
        app = cast("RnnchatApp", self.app)
        try:
            app.drafts.delete(draft)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        app.call_from_thread(self._find, self.query_one(Input).value)

    def _show(self, found: list[KeptDraft], word: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_line(draft), id=str(draft.id)) for draft in found])
        if found:
            options.highlighted = 0
        self.query_one("#nothing", Static).update(word)


def _is_path(value: str) -> bool:
    return value.strip().startswith(("/", "~", "./", "../"))


def _line(draft: KeptDraft) -> Content:
    when = time.strftime("%d %b %H:%M", time.localtime(draft.changed))
    return Content.assemble((f"{when}  ", "dim"), draft.title, (f"  {draft.characters:,} characters", "dim"))
