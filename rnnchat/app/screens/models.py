"""The saved models: which one is in use, what each was trained on, and how well it predicts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.screens.dialogs import AskName
from rnnchat.app.worker_groups import CHANGE_LIBRARY
from rnnchat.errors import RnnchatError
from rnnchat.library.describe import describe_card, describe_entry, describe_versions, human_size
from rnnchat.library.models import BASE, ModelEntry, require_not_shipped
from rnnchat.library.settings import load_settings
from rnnchat.tasks.base import TRANSLATE

COLUMNS = ("", "Name", "Trained on", "   Bits/byte", "    Size", "Date")
"""The headings of the columns; "Bits/byte" is on held-out notes, of the base model and of this one."""
WIDTHS = (1, 16, 18, 12, 8, 10)
"""The widths of the columns in a terminal of 80 columns; a wider one widens the second and third."""


class ModelTable(DataTable[Text]):
    """A table with a label for Enter in the footer."""

    BINDINGS: ClassVar = [Binding("enter", "select_cursor", "Use", id="models.use")]


class ModelsScreen(AppScreen):
    """A table of the models, and below it the details of the one that is highlighted."""

    MODE = "models"
    BINDINGS: ClassVar = [
        Binding("r", "rename", "Rename", id="models.rename"),
        Binding("c", "copy", "Copy", id="models.copy"),
        Binding(
            "d,delete",
            "delete",
            "Delete",
            id="models.delete",
            tooltip="A deleted model can be restored for 30 days",
        ),
        Binding("u", "undo", "Undo delete", id="models.undo", tooltip="Restore the model deleted last"),
        Binding("b", "roll_back", "Roll back", id="models.roll-back", tooltip="Undo the last training"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[ModelEntry] = []
        self._lock = threading.Lock()
        """Held from reading or changing the library until the result is shown, to keep results in order."""

    def contents(self) -> ComposeResult:
        """Lay out the table and the details."""
        yield ModelTable(cursor_type="row")
        with VerticalScroll(id="details", can_focus=False) as details:
            details.border_title = "Details"
            yield Static("", id="card", markup=False)

    def on_mount(self) -> None:
        """Set the table up."""
        for name, width in zip(COLUMNS, WIDTHS, strict=True):
            self.table.add_column(name, key=name or "in use", width=width)
        self.table.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the width there is."""
        self._fit(event.size.width)

    def on_screen_resume(self) -> None:
        """Show the models as they are now."""
        super().on_screen_resume()
        self.refresh_models()

    @property
    def table(self) -> ModelTable:
        """The table of models, in the order of the library."""
        return self.query_one(ModelTable)

    @on(DataTable.RowHighlighted)
    def show_details(self, event: DataTable.RowHighlighted) -> None:
        """Show the details of the highlighted model."""
        if 0 <= event.cursor_row < len(self._entries):
            grid = Table.grid(padding=(0, 2))
            grid.add_column(justify="right", style="dim", no_wrap=True)
            grid.add_column(overflow="fold")
            for label, value in describe_card(self._entries[event.cursor_row]):
                grid.add_row(Text(label), Text(value))
            self.query_one("#card", Static).update(grid)

    @work(thread=True, group="models", exclusive=True)
    def refresh_models(self, point_at: str = "") -> None:
        """Read the library again and highlight the model called `point_at`."""
        with self._lock:
            self._show_now(point_at)

    def _show_now(self, point_at: str) -> None:
        entries = self.services.library.entries()
        unreadable = self.services.library.unreadable()
        if self.services.is_running:
            self.app.call_from_thread(self._show, entries, point_at)
            if unreadable is not None:
                self.app.call_from_thread(self.services.report, unreadable)

    @on(DataTable.RowSelected)
    def selected(self) -> None:
        """Use the model that Enter or a click selected."""
        self.action_use()

    def action_use(self) -> None:
        """Use the highlighted model for chats and drafts, or open Translate with it if it translates."""
        entry = self._highlighted()
        if entry is None:
            return
        if entry.card is None:
            self.services.report(
                RnnchatError(f"{entry.name} is damaged: {entry.problem}", "Delete it (D) or train it again.")
            )
            return
        if entry.card.task == TRANSLATE:
            self.services.update_settings(translator=entry.name)
            self.services.action_go("translate")
            return
        self._change(lambda: self._use(entry))

    def action_rename(self) -> None:
        """Ask for another name."""
        entry = self._highlighted()
        if entry is not None:

            def named(name: str | None) -> None:
                if name and name != entry.name:
                    self._change(lambda: self._rename(entry, name))

            self.app.push_screen(AskName(f"Rename {entry.name}", entry.name), named)

    def action_copy(self) -> None:
        """Ask for the copy's name."""
        entry = self._highlighted()
        if entry is not None:

            def named(name: str | None) -> None:
                if name:
                    self._change(lambda: self._copy(entry, name))

            self.app.push_screen(AskName(f"Copy {entry.name} as", f"{entry.name} copy"), named)

    def action_delete(self) -> None:
        """Delete the highlighted model; U restores it."""
        entry = self._highlighted()
        if entry is not None:
            self._change(lambda: self._delete(entry))

    def action_undo(self) -> None:
        """Restore the model that was deleted last."""
        self._change(self._undo)

    def action_roll_back(self) -> None:
        """Return the highlighted model to its version before the last training."""
        entry = self._highlighted()
        if entry is not None:
            self._change(lambda: self._roll_back(entry))

    # Each of these runs in a worker's thread and returns the name of the model to highlight afterwards.

    def _use(self, entry: ModelEntry) -> str:
        """Use a model once it is loaded; one that cannot be loaded is not used."""
        app = self.services
        app.chat_engine.load(entry.name)
        app.call_from_thread(app.use_model, entry.name)
        self._announce(f"Now using {entry.name}. F2 opens the chat.")
        return entry.name

    def _rename(self, entry: ModelEntry, name: str) -> str:
        require_not_shipped(entry)
        app = self.services
        now = app.library.rename(entry.name, name)
        if entry.is_called(app.settings.model):
            app.call_from_thread(app.use_model, now)
        return now

    def _copy(self, entry: ModelEntry, name: str) -> str:
        if entry.card is None:
            raise RnnchatError(f"{entry.name} is damaged: {entry.problem}", "A copy would be damaged, too.")
        return self.services.library.copy(entry.name, name)

    def _delete(self, entry: ModelEntry) -> str:
        require_not_shipped(entry)
        app = self.services
        app.library.delete(entry.name)
        if entry.is_called(app.settings.model):
            app.call_from_thread(app.use_model, BASE)
        self._announce(f"Deleted {entry.name}. U restores it.")
        return ""

    def _undo(self) -> str:
        app = self.services
        tokens = app.library.deletions()
        if not tokens:
            self._announce("There is no deleted model to restore.")
            return ""
        name = app.library.restore(tokens[0])
        is_used = load_settings(app.paths).model == name != app.settings.model
        if is_used:
            app.call_from_thread(app.use_model, name)
        self._announce(f"Restored {name}{', which is in use again' if is_used else ''}.")
        return name

    def _roll_back(self, entry: ModelEntry) -> str:
        require_not_shipped(entry)
        app = self.services
        app.library.roll_back(entry.name)
        self._announce(describe_versions(entry.name, app.library.versions(entry.name)))
        return entry.name

    @work(thread=True, group=CHANGE_LIBRARY)
    def _change(self, change: Callable[[], str]) -> None:
        """Change the library in a worker, one change after another, and show the result."""
        app = self.services
        with self._lock:
            try:
                point_at = change()
            except RnnchatError as error:
                app.call_from_thread(app.report, error)
                return
            self._show_now(point_at)

    def _announce(self, text: str) -> None:
        """Show a message from a worker's thread, in place of the one before."""

        def show() -> None:
            self.app.clear_notifications()
            self.notify(text, markup=False)

        self.app.call_from_thread(show)

    def _highlighted(self) -> ModelEntry | None:
        row = self.table.cursor_row
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def _show(self, entries: list[ModelEntry], point_at: str = "") -> None:
        table = self.table
        row = table.cursor_row
        self._entries = entries
        names = [entry.name for entry in entries]
        target = names.index(point_at) if point_at in names else min(max(row, 0), len(entries) - 1)
        table.clear()
        in_use = self.services.settings.model
        for entry in entries:
            table.add_row(*self._cells(entry, in_use))
        table.move_cursor(row=target)

    def _cells(self, entry: ModelEntry, in_use: str) -> list[Text]:
        row = describe_entry(entry)
        cells = (
            "●" if entry.is_called(in_use) else " ",
            entry.name,
            row["summary"],
            f"{row['on_own_notes']:>12}",
            f"{human_size(entry.size):>8}",
            (row["created"] or "–")[:10],
        )
        texts = [Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells]
        texts[0].stylize("green")
        return texts

    def _fit(self, width: int) -> None:
        extra = max(0, width - 80)
        widths = list(WIDTHS)
        widths[1] += extra // 4
        widths[2] += extra - extra // 4
        for column, wanted in zip(self.table.columns.values(), widths, strict=False):
            column.width = wanted
            column.auto_width = False
        self.table.refresh(layout=True)
