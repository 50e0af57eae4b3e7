"""Sorting notes: the notes of an inbox with the folders they may belong in, which a key moves them into."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.widgets import DataTable, Input, Static

from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.sorting_session import BY_FOLDERS, SortingProcess, SortingRow, SortingSession
from rnnchat.app.widgets.path_suggester import PathSuggester
from rnnchat.app.widgets.sort_table import SortTable
from rnnchat.app.worker_groups import CHANGE_NOTES
from rnnchat.errors import RnnchatError
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import home_folder, parse_path, shortened_path, start_folder
from rnnchat.tasks.sorting.moving import Moved

INTRODUCTION = (
    "Name a folder of new notes, and one whose subfolders your notes are in. rnnchat learns them, says"
    " how often it is right, and suggests one for each new note. Nothing is moved until you say so."
)
"""What is shown before anything has been sorted."""
MOVES = ("First folder", "Second folder", "Third folder")
"""What the number keys do: they move a note into one of its likeliest folders."""


class SortScreen(AppScreen):
    """Two fields for folders, the notes to sort, and what speaks for the folder of the highlighted one."""

    MODE = "sort"
    BINDINGS: ClassVar = [
        *(
            Binding(str(number), f"move({number})", description, id=f"sort.move-{number}", show=number > 1)
            for number, description in enumerate(MOVES, start=1)
        ),
        Binding("u", "undo", "Undo", id="sort.undo", tooltip="Put back the note that was moved last"),
        Binding("ctrl+o", "browse", "Browse", id="sort.browse"),
        Binding("escape", "edit", "Folders", id="sort.edit", tooltip="Choose other folders, or go back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[SortingRow] = []
        self._states: dict[Path, str] = {}
        """For each note that was moved or could not be, what became of it."""
        self._process: SortingProcess | None = None
        self._session: SortingSession | None = None
        self._like = Path()
        """The folder of the sorted notes."""
        self._lock = threading.Lock()
        """Held while a note is moved, so that one move is made after another."""

    def contents(self) -> ComposeResult:
        """Lay out the fields, the table and the details."""
        with VerticalGroup(id="sort-form"):
            yield Static(INTRODUCTION, id="sort-introduction", markup=False)
            for name, label, example in (("inbox", "New notes", "~/inbox"), ("like", "Sorted", "~/notes")):
                with Horizontal(classes="row"):
                    yield Static(label, classes="label", markup=False)
                    yield Input(
                        placeholder=f"{example}  (→ completes, Enter goes on)",
                        suggester=PathSuggester(),
                        id=name,
                        compact=True,
                    )
        yield Static("", id="sort-status", markup=False)
        yield SortTable(cursor_type="row")
        with VerticalScroll(id="details", can_focus=False) as details:
            details.border_title = "Why"
            yield Static("", id="why", markup=False)

    def on_mount(self) -> None:
        """Be ready for the first folder."""
        self._show_table(is_shown=False)
        settings = self.services.settings
        for name, value in (("inbox", settings.sort_inbox), ("like", settings.sort_notes)):
            self.query_one(f"#{name}", Input).value = value
        self.query_one("#inbox", Input).focus()

    def on_unmount(self) -> None:
        """Stop learning."""
        self._stop()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the width there is."""
        self.table.fit(event.size.width)

    @property
    def table(self) -> SortTable:
        """The table of notes, in the order of the rows."""
        return self.query_one(SortTable)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what moves notes while there are any."""
        if action in ("move", "undo"):
            return bool(self._rows)
        return action != "browse" or isinstance(self.focused, Input)

    # Learning

    @on(Input.Submitted, "#inbox")
    def inbox_named(self) -> None:
        """Go on to the second field."""
        self.query_one("#like", Input).focus()

    @on(Input.Submitted, "#like")
    def like_named(self) -> None:
        """Learn the folders, and suggest one for each note."""
        try:
            inbox, like = (self._folder(name) for name in ("inbox", "like"))
        except RnnchatError as error:
            self.services.report(error)
            return
        typed = [self.query_one(f"#{name}", Input).value.strip() for name in ("inbox", "like")]
        self.services.update_settings(sort_inbox=typed[0], sort_notes=typed[1])
        self._stop()
        self._rows, self._states = [], {}
        self.table.clear()
        self._show_table(is_shown=False)
        self._like = like.resolve()
        self._session = SortingSession(self._like, self.services.paths.state)
        process = self._process = SortingProcess(inbox, like)
        self._set_status("Reading your notes … (Esc: stop)")
        self._lock_form(is_locked=True)
        self._learn(process)

    @work(thread=True, group="sort", exclusive=True)
    def _learn(self, process: SortingProcess) -> None:
        rows: list[SortingRow] = []
        measured: dict[str, Any] = {}
        for event in process.events():
            if event.get("event") == "progress":
                text = f"Learning your folders: step {event['done']} of {event['total']} (Esc: stop)"
                self._from_thread(process, partial(self._set_status, text))
            elif "measured" in event:
                measured = event
            else:
                rows.append(SortingRow.from_event(event))
        if not process.is_stopped:
            self._from_thread(process, partial(self._show, measured, rows))

    def _from_thread(self, process: SortingProcess, show: partial[None]) -> None:
        """Call a function in the app's thread unless the process is not wanted any more."""
        if not process.is_stopped and self.services.is_running:
            self.app.call_from_thread(show)

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Say that no suggestions will arrive."""
        if name == "_learn":
            self._set_status("")
            self._lock_form(is_locked=False)
            self.query_one("#inbox", Input).focus()

    def _show(self, measured: dict[str, Any], rows: list[SortingRow]) -> None:
        figures = measured["measured"]
        self._rows = rows
        if figures is not None and figures["by"] != BY_FOLDERS:
            self._session = None  # tags are only suggested
        self._set_status(_describe(figures, len(rows), len(measured["skipped"])))
        self._lock_form(is_locked=False)
        self._show_table(is_shown=bool(rows))
        for row in rows:
            self.table.add_row(*self._cells(row), key=str(len(self.table.rows)))
        if rows:
            self.table.focus()
            self._show_details(0)
        else:
            self.query_one("#like", Input).focus()
        self.refresh_bindings()

    # Moving

    @on(DataTable.RowSelected)
    def selected(self) -> None:
        """Move the note that Enter or a click selected into its likeliest folder."""
        self.action_move(1)

    @on(DataTable.RowHighlighted)
    def highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show what speaks for the folder of the highlighted note."""
        self._show_details(event.cursor_row)

    def action_move(self, number: int) -> None:
        """Move the highlighted note into its likeliest folder, or the second or third."""
        row = self.table.cursor_row
        if not 0 <= row < len(self._rows) or number > len(self._rows[row].labels):
            return
        note = self._rows[row]
        if self._session is None:
            self.services.inform("Tags are only suggested; notes are moved where they are sorted by folders.")
        elif self._states.get(note.path, "").startswith("✓"):
            self.services.inform("This note has been moved. U puts the last one back.")
        else:
            self._move(self._session, row, note.labels[number - 1][0])

    def action_undo(self) -> None:
        """Put back the note that was moved last."""
        if self._session is not None:
            self._undo(self._session)

    @work(thread=True, group=CHANGE_NOTES)
    def _move(self, session: SortingSession, row: int, folder: str) -> None:
        note = self._rows[row]
        with self._lock:
            if self._states.get(note.path, "").startswith("✓"):
                return
            result = session.move(note.path, folder)
            self._states[note.path] = (
                f"! {result.problem}" if result.problem else f"✓ moved to {display_path(folder)}"
            )
        self.app.call_from_thread(self._show_moved, session, note, result, 1)

    @work(thread=True, group=CHANGE_NOTES)
    def _undo(self, session: SortingSession) -> None:
        with self._lock:
            result = session.undo()
            if result is not None:
                self._states[result.move.target] = f"! {result.problem}" if result.problem else ""
        if result is None:
            self.app.call_from_thread(self.services.inform, "There is nothing to undo.")
            return
        note = next((row for row in self._rows if row.path == result.move.target), None)
        if note is not None:
            self.app.call_from_thread(self._show_moved, session, note, result, 0)

    def _show_moved(self, session: SortingSession, note: SortingRow, result: Moved, step: int) -> None:
        """Show what became of a note, and go `step` rows on."""
        if session is not self._session:
            return
        if result.problem:
            message = f"{display_path(note.path.name)} was not moved: {result.problem}."
            self.services.report(RnnchatError(message, "Nothing was changed."))
        row = self._rows.index(note)
        for column, cell in enumerate(self._cells(note)):
            self.table.update_cell(str(row), str(column), cell)
        if not result.problem:
            self.table.move_cursor(row=min(row + step, len(self._rows) - 1))
        self._show_details(self.table.cursor_row)

    def action_edit(self) -> None:
        """Stop learning and go to the fields; or, where notes are listed, from the fields back to these."""
        if self._rows and not self.table.has_focus:
            self.add_class("sorting")
            self.table.focus()
            return
        if not self._rows:
            self._stop()
            self._set_status("")
            self._lock_form(is_locked=False)
        self.remove_class("sorting")
        self.query_one("#inbox", Input).focus()

    def action_browse(self) -> None:
        """Choose the folder for the field that has the cursor in a tree of folders."""
        from rnnchat.app.screens.browse import BrowseScreen

        field = self.focused
        if not isinstance(field, Input):
            return
        folder = start_folder()
        with suppress(RnnchatError, OSError):
            typed = parse_path(field.value or "~")
            folder = typed if typed.is_dir() else home_folder()

        def chosen(path: Path | None) -> None:
            if path is not None:
                field.value = str(path)

        self.app.push_screen(BrowseScreen(folder), chosen)

    # Helpers

    def _stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def _lock_form(self, *, is_locked: bool) -> None:
        """Let no folder be changed while the notes are learned, so that the fields say what is learned."""
        self.query_one("#sort-form").disabled = is_locked

    def _folder(self, name: str) -> Path:
        """Return the path typed into a field; raise RnnchatError where nothing can be read there."""
        field = self.query_one(f"#{name}", Input)
        if not field.value.strip():
            field.focus()
            raise RnnchatError("A folder is missing.", "Name both folders.")
        return parse_path(field.value)

    def _set_status(self, text: str) -> None:
        self.query_one("#sort-status", Static).update(text)

    def _show_table(self, *, is_shown: bool) -> None:
        self.query_one("#sort-introduction").display = not is_shown
        self.set_class(is_shown, "sorting")
        self.table.display = is_shown
        self.query_one("#details").display = is_shown

    def _cells(self, row: SortingRow) -> list[Text]:
        state = self._states.get(row.path, "")
        (folder, probability), *others = row.labels
        cells = (
            state[:1] or ("?" if row.is_unsure else " "),
            display_path(row.path.name),
            state[2:] or display_path(folder),
            "" if state.startswith("✓") else f"{probability:4.0%}",
            " ".join(f"{number} {display_path(name)}" for number, (name, _) in enumerate(others, start=2)),
        )
        texts = [Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells]
        if state.startswith("✓"):
            for text in texts:
                text.stylize("dim")
            texts[0].stylize("green")
        return texts

    def _shown_path(self, path: Path) -> str:
        """Return the path of a sorted note below the folder that was named."""
        if path.is_relative_to(self._like):
            return display_path(path.relative_to(self._like))
        return shortened_path(display_path(path), nearby=True)

    def _show_details(self, place: int) -> None:
        """Show the words that speak for the folder of a note, and the notes that are most like it."""
        if not 0 <= place < len(self._rows):
            return
        row = self._rows[place]
        state = self._states.get(row.path, "")
        lines = [("now", state[2:])] if state else []
        if row.is_unsure and not state:
            lines.append(("unsure", "it may belong in none of your folders"))
        lines.append(("because of", ", ".join(row.because) or "–"))
        lines += [
            ("like" if not number else "", self._shown_path(path)) for number, path in enumerate(row.nearest)
        ]
        lines += [
            (f"{number}", f"{display_path(name)}  {share:.0%}")
            for number, (name, share) in enumerate(row.labels, 1)
        ]
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right", style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, value in lines:
            grid.add_row(Text(label), Text(value))
        self.query_one("#why", Static).update(grid)


def _describe(figures: dict[str, Any] | None, notes: int, skipped: int) -> str:
    """Return how well notes that were kept back were sorted, if that was measured, and what was skipped."""
    text = (
        ""
        if figures is None
        else (
            f"Right for {figures['accuracy']:.0%} of {figures['texts']:,} sorted notes, each kept back, in"
            f" {figures['labels']:,} {figures['by']}."
        )
    )
    text += "" if notes else " There is nothing to sort."
    return text.lstrip() + (f" {skipped:,} skipped." if skipped else "")
