"""The files and folders to train on, and what a training would read of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from rnnchat.app.scan_summary import describe_scan
from rnnchat.app.training_choices import INTRODUCTION
from rnnchat.app.widgets.path_suggester import PathSuggester
from rnnchat.errors import RnnchatError, from_os_error
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import parse_path, shortened_path
from rnnchat.text.notes import Scan

SCAN_WORKER = "scan"
"""The name and the group of the worker that reads the notes."""


class NotesPicker(VerticalGroup):
    """A field to add paths, the list of those added, and a summary of what a training would read.

    The notes are read in a worker of the screen, SCAN_WORKER; if it fails, the screen calls `show_error`.
    """

    @dataclass
    class Rejected(Message):
        """A path cannot be added."""

        error: RnnchatError

    @dataclass
    class Changed(Message):
        """Paths were added or removed, or have been read."""

        is_ready: bool
        """Whether the notes have been read and can be trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []
        """The files and folders that were added."""
        self.is_ready = False
        """Whether the notes have been read and can be trained on."""

    def compose(self) -> ComposeResult:
        """Lay the picker out."""
        yield Static(INTRODUCTION, id="introduction", markup=False)
        yield Input(
            placeholder="~/notes  (Enter adds it, → completes, Ctrl+O browses)",
            suggester=PathSuggester(),
            id="path",
            compact=True,
        )
        yield OptionList(id="chosen", compact=True, markup=False)
        yield Static("", id="scan", markup=False)

    def on_mount(self) -> None:
        """Hide the list, which is empty."""
        self.query_one("#chosen").display = False

    @property
    def typed(self) -> str:
        """The text of the field."""
        return self.query_one("#path", Input).value

    def focus_field(self) -> None:
        """Put the cursor into the field."""
        self.query_one("#path", Input).focus()

    @property
    def has_field_focus(self) -> bool:
        """Whether the cursor is in the field."""
        return self.query_one("#path").has_focus

    @on(Input.Submitted, "#path")
    def path_submitted(self, event: Input.Submitted) -> None:
        """Add the path that was typed."""
        if event.value.strip():
            self.add(event.value)

    @on(OptionList.OptionSelected, "#chosen")
    def path_selected(self, event: OptionList.OptionSelected) -> None:
        """Remove the path that was selected."""
        del self.paths[event.option_index]
        self._show_paths()

    def add(self, given: str | Path) -> None:
        """Add a path, as typed or as it is; one that cannot be read is rejected and stays in the field."""
        try:
            path = _existing(given)
        except RnnchatError as error:
            self.post_message(self.Rejected(error))
            return
        if path not in self.paths:
            self.paths.append(path)
        self.query_one("#path", Input).value = ""
        self._show_paths()

    def _show_paths(self) -> None:
        options = self.query_one("#chosen", OptionList)
        options.clear_options()
        options.add_options(
            [
                Option(f"✓ {shortened_path(display_path(path), nearby=True)}   (Enter removes it)")
                for path in self.paths
            ]
        )
        options.display = bool(self.paths)
        self.query_one("#introduction").display = not self.paths
        self._set_ready(False)
        self.workers.cancel_group(self.screen, SCAN_WORKER)
        self._show_reading("Reading …" if self.paths else "")
        if self.paths:
            work = partial(self._read, list(self.paths))
            self.screen.run_worker(work, name=SCAN_WORKER, group=SCAN_WORKER, thread=True)
        else:
            self.focus_field()

    def _read(self, paths: list[Path]) -> None:
        """Read the notes as a training would, in a worker's thread; nothing is trained yet."""
        from rnnchat.text.notes import read_corpus, scan

        app, worker = self.app, get_current_worker()

        def show_count(count: int) -> None:
            if worker.is_cancelled:
                raise _CancelledError
            app.call_from_thread(self._show_reading, f"Reading … {count:,} files")

        problem: RnnchatError | None = None
        result: Scan | None = None
        try:
            result = scan(paths, show_count)
            read_corpus(result)
        except _CancelledError:
            return
        except RnnchatError as error:
            problem = error
        if not worker.is_cancelled and app.is_running:
            app.call_from_thread(self._show_scan, result, problem)

    def show_error(self, error: RnnchatError) -> None:
        """Show why the notes could not be read, in place of "Reading …"."""
        self._show_scan(None, error)

    def _show_reading(self, text: str) -> None:
        self.query_one("#scan", Static).update(text)

    def _show_scan(self, result: Scan | None, problem: RnnchatError | None) -> None:
        self.query_one("#scan", Static).update(describe_scan(result, problem))
        self._set_ready(problem is None)

    def _set_ready(self, is_ready: bool) -> None:
        self.is_ready = is_ready
        self.post_message(self.Changed(is_ready))


def _existing(given: str | Path) -> Path:
    """Return the path that was typed or chosen; raise RnnchatError where there is nothing to read."""
    path = parse_path(given) if isinstance(given, str) else given.absolute()
    try:
        path.stat()
    except FileNotFoundError:
        message = f"There is nothing at {display_path(given)}."
        raise RnnchatError(message, "Check the spelling of the path.") from None
    except OSError as error:
        raise from_os_error(error, f"reading {display_path(path)}") from error
    return path


class _CancelledError(Exception):
    """The scan is not wanted any more."""
