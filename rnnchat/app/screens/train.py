"""Training: choose notes, see what would be read, choose a budget, watch, and chat with the result."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, ContentSwitcher, Input, OptionList, Select, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from rnnchat.app.scan_summary import describe_scan
from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.screens.train_choices import BUDGETS, INTRODUCTION, STARTS
from rnnchat.app.training import TrainingChanged
from rnnchat.app.widgets.path_suggester import PathSuggester
from rnnchat.app.widgets.training_view import TrainingView
from rnnchat.errors import RnnchatError, from_os_error
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import home_folder, parse_path, shortened_path, start_folder
from rnnchat.text.notes import Scan
from rnnchat.training.runs.progress import describe_progress
from rnnchat.training.runs.run import Run, unfinished, unfinished_run
from rnnchat.training.runs.settings import AUTO, SCRATCH, RunSettings


class TrainScreen(AppScreen):
    """One training from the choice of notes to the finished model."""

    MODE = "train"
    BINDINGS: ClassVar = [
        Binding("ctrl+o", "browse", "Browse", id="train.browse"),
        Binding("ctrl+t", "start", "Start", id="train.start"),
        Binding("ctrl+e", "pause", "Pause / go on", id="train.pause"),
        Binding("ctrl+f", "finish", "Finish now", id="train.finish", tooltip="Keep what was learned so far"),
        Binding("ctrl+n", "another", "Train another", id="train.another"),
        Binding(
            "f9",
            "compare",
            "Compare",
            id="train.compare",
            tooltip="Train every family of models on these notes and compare them",
        ),
        Binding("ctrl+g", "chat", "Chat with it", id="train.chat"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._chosen: list[Path] = []
        self._scan: Scan | None = None

    def contents(self) -> ComposeResult:
        """The choice of notes, and the training in its place once it runs."""
        with ContentSwitcher(initial="choose"):
            with VerticalScroll(id="choose", can_focus=False):
                with Vertical(id="interrupted"):
                    yield Static("", id="interrupted-text", markup=False)
                    with Horizontal(classes="buttons"):
                        yield Button("Go on with it", id="resume", variant="primary", compact=True)
                        yield Button("Discard it", id="discard", compact=True)
                yield Static(INTRODUCTION, id="introduction", markup=False)
                yield Input(
                    placeholder="~/notes  (Enter adds it, → completes, Ctrl+O browses)",
                    suggester=PathSuggester(),
                    id="path",
                    compact=True,
                )
                yield OptionList(id="chosen", compact=True, markup=False)
                yield Static("", id="scan", markup=False)
                with Horizontal(classes="row"):
                    yield Static("Name", classes="label", markup=False)
                    yield Input("me", max_length=64, id="name", compact=True)
                with Horizontal(classes="row"):
                    yield Static("Budget", classes="label", markup=False)
                    yield Select(
                        [(label, minutes) for minutes, label in BUDGETS],
                        value=5.0,
                        allow_blank=False,
                        id="budget",
                        compact=True,
                    )
                with Horizontal(classes="row"):
                    yield Static("Start from", classes="label", markup=False)
                    yield Select(list(STARTS), allow_blank=False, id="base", compact=True)
                yield Button("Start learning (Ctrl+T)", id="start", variant="primary", disabled=True)
            yield TrainingView(id="training")

    def on_mount(self) -> None:
        """Be ready for a path."""
        minutes = self.own_app.settings.minutes
        if minutes in [known for known, _ in BUDGETS]:
            self.query_one("#budget", Select).value = minutes
        self.query_one("#path", Input).focus()
        self.query_one("#chosen").display = False

    def on_screen_resume(self) -> None:
        """Show the training where there is one, else the choice."""
        super().on_screen_resume()
        bases = [
            (f"the model {entry.name}", entry.name) for entry in self.own_app.library.entries() if entry.card
        ]
        base = self.query_one("#base", Select)
        before = base.value
        base.set_options([*STARTS, *bases])
        if before in [AUTO, SCRATCH, *(name for _, name in bases)]:
            base.value = before
        self._show_place()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the keys that do something now."""
        state = self.own_app.training.state
        phase, running = (state.phase, state.is_running) if state else ("", False)
        can_pause = state is not None and state.can_pause
        allowed = {
            "browse": not phase,
            "start": not phase,
            "compare": not running,
            "pause": can_pause,
            "finish": can_pause,
            "another": bool(phase) and not running,
            "chat": phase == "done",
        }
        return allowed.get(action, True)

    # Choosing

    @on(Input.Submitted, "#path")
    def path_given(self, event: Input.Submitted) -> None:
        """Add the path that was typed."""
        if event.value.strip():
            self._add(event.value)

    @on(Input.Submitted, "#name")
    def name_given(self) -> None:
        """Go on to the next field."""
        self.screen.focus_next()

    def action_browse(self) -> None:
        """Choose in a tree."""
        from rnnchat.app.screens.browse import BrowseScreen

        folder = start_folder()
        with suppress(RnnchatError, OSError):
            typed = parse_path(self.query_one("#path", Input).value or "~")
            folder = typed if typed.is_dir() else home_folder()

        def chosen(path: Path | None) -> None:
            if path is not None:
                self._add(path)

        self.app.push_screen(BrowseScreen(folder), chosen)

    @on(OptionList.OptionSelected, "#chosen")
    def take_off(self, event: OptionList.OptionSelected) -> None:
        """Take a path off the list."""
        del self._chosen[event.option_index]
        self._show_chosen()

    def _add(self, given: str | Path) -> None:
        """Add a path, or what was typed for one; what cannot be read stays where it was typed."""
        try:
            path = parse_path(given) if isinstance(given, str) else given.absolute()
            path.stat()
        except RnnchatError as error:
            self.own_app.report(error)
            return
        except FileNotFoundError:
            self.own_app.report(
                RnnchatError(f"There is nothing at {display_path(given)}.", "Check the spelling of the path.")
            )
            return
        except OSError as error:
            self.own_app.report(from_os_error(error, f"reading {display_path(path)}"))
            return
        if path not in self._chosen:
            self._chosen.append(path)
        self.query_one("#path", Input).value = ""
        self._show_chosen()

    def _show_chosen(self) -> None:
        options = self.query_one("#chosen", OptionList)
        options.clear_options()
        options.add_options(
            [
                Option(f"✓ {shortened_path(display_path(path), nearby=True)}   (Enter takes it off)")
                for path in self._chosen
            ]
        )
        options.display = bool(self._chosen)
        self.query_one("#introduction").display = not self._chosen
        self._scan = None
        self.query_one("#start", Button).disabled = True
        self.workers.cancel_group(self, "scan")
        self.query_one("#scan", Static).update("Reading …" if self._chosen else "")
        if self._chosen:
            self._read(list(self._chosen))
        else:
            self.query_one("#path", Input).focus()

    @work(thread=True, group="scan", exclusive=True, exit_on_error=False)
    def _read(self, paths: list[Path]) -> None:
        """See what a training would read; nothing is learned yet."""
        from rnnchat.text.notes import read_corpus, scan

        app, worker = self.own_app, get_current_worker()

        def seen(count: int) -> None:
            if worker.is_cancelled:
                raise _CancelledError
            app.call_from_thread(self.query_one("#scan", Static).update, f"Reading … {count:,} files")

        problem: RnnchatError | None = None
        result: Scan | None = None
        try:
            result = scan(paths, seen)
            read_corpus(result)
        except _CancelledError:
            return
        except RnnchatError as error:
            problem = error
        if not worker.is_cancelled and app.is_running:
            app.call_from_thread(self._show_scan, result, problem)

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Say in the place of "Reading …" why nothing could be read."""
        if name == "_read":
            self._show_scan(None, error)

    def _show_scan(self, result: Scan | None, problem: RnnchatError | None) -> None:
        self._scan = None if problem else result
        self.query_one("#start", Button).disabled = problem is not None
        self.query_one("#scan", Static).update(describe_scan(result, problem))
        if problem is None and self.focused is self.query_one("#path"):
            self.query_one("#start", Button).focus(scroll_visible=False)

    # Training

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        """Start learning what was chosen."""
        if self._chosen and self.is_working("scan"):
            self.own_app.say("Your notes are still being read. Press Ctrl+T again once they are.")
            return
        if self._scan is None:
            self.own_app.say("Add a file or folder of notes first.")
            self.query_one("#path", Input).focus()
            return
        app = self.own_app
        minutes = float(str(self.query_one("#budget", Select).value))
        app.change(minutes=minutes)
        try:
            settings = RunSettings(
                name=app.library.check_name(self.query_one("#name", Input).value or "me"),
                paths=tuple(str(path.expanduser().absolute()) for path in self._chosen),
                base=str(self.query_one("#base", Select).value),
                minutes=minutes,
            )
        except RnnchatError as error:
            app.report(error)
            return
        if unfinished_run(app.paths, settings.name) is None:
            self._start(settings)
            return
        from rnnchat.app.screens.dialogs import Confirm

        def decide(sure: bool | None) -> None:
            if sure:
                self._start(settings)

        question = f"An interrupted training of {settings.name} is waiting."
        more = "Starting anew discards it. To keep it, go on with it, or choose another name."
        app.push_screen(Confirm(question, more, yes="Start anew", no="Back"), decide)

    def _start(self, settings: RunSettings) -> None:
        app = self.own_app
        try:
            app.training.start(Run.create(app.paths, settings))
        except RnnchatError as error:
            app.report(error)
        self._show_place()

    @on(Button.Pressed, "#resume")
    def resume(self) -> None:
        """Go on with an interrupted training."""
        waiting = unfinished(self.own_app.paths)
        try:
            if waiting:
                waiting[0].require_notes()
                self.own_app.training.start(waiting[0])
        except RnnchatError as error:
            self.own_app.report(error)
        self._show_place()

    @on(Button.Pressed, "#discard")
    def discard(self) -> None:
        """Ask, and drop an interrupted training."""
        from rnnchat.app.screens.dialogs import Confirm

        waiting = unfinished(self.own_app.paths)

        def decide(sure: bool | None) -> None:
            if sure and waiting[0].is_busy():
                self.own_app.say(f"{waiting[0].folder.name} is being trained right now.")
            elif sure:
                waiting[0].discard()
            self._show_place()

        if waiting:
            question = f"Discard the training of {waiting[0].folder.name}?"
            self.app.push_screen(
                Confirm(question, "What it has learned so far is lost.", yes="Discard", no="Keep"), decide
            )

    def action_compare(self) -> None:
        """Train every family of models on the chosen notes."""
        if not self._chosen:
            self.own_app.say("Add your notes first: a file or a folder above.")
            return
        from rnnchat.app.screens.compare import CompareScreen

        minutes = float(str(self.query_one("#budget", Select).value))
        self.app.push_screen(CompareScreen(self._chosen, minutes))

    @on(Button.Pressed, "#pause")
    def action_pause(self) -> None:
        """Pause, or go on."""
        self.own_app.training.pause_or_resume()

    @on(Button.Pressed, "#finish")
    def action_finish(self) -> None:
        """End now and keep what was learned."""
        state = self.own_app.training.state
        if state is None or not state.can_pause:
            return
        self.own_app.training.finish()
        self.own_app.say("Finishing: the best it has learned so far is being saved.")

    @on(Button.Pressed, "#another")
    def action_another(self) -> None:
        """Choose notes for another training."""
        self.own_app.training.clear()
        self._show_place()

    @on(Button.Pressed, "#chat-with-it")
    def action_chat(self) -> None:
        """Begin a new chat with the model that was just made."""
        state = self.own_app.training.state
        if state is not None and state.done:
            self.own_app.use_model(str(state.done["model"]))
            self.own_app.training.clear()
            self.own_app.action_go("chat")
            from rnnchat.app.screens.chat import ChatScreen

            if isinstance(self.own_app.screen, ChatScreen):
                self.own_app.screen.action_new()

    def on_training_changed(self, _: TrainingChanged) -> None:
        """Show the training's news."""
        self._show_place()

    def _show_place(self) -> None:
        state = self.own_app.training.state
        switcher = self.query_one(ContentSwitcher)
        wanted = "training" if state is not None else "choose"
        changed = switcher.current != wanted
        switcher.current = wanted
        if state is not None:
            self.query_one(TrainingView).show(state)
        elif changed:
            self.query_one("#path", Input).focus()
        self._show_interrupted()
        self.refresh_bindings()

    def _show_interrupted(self) -> None:
        waiting = [] if self.own_app.training.is_running else unfinished(self.own_app.paths)
        self.query_one("#interrupted").display = bool(waiting)
        if waiting:
            name = waiting[0].folder.name
            self.query_one("#interrupted-text", Static).update(
                f"The training of {name} was interrupted ({describe_progress(waiting[0])})."
                " Nothing of it is lost."
            )


class _CancelledError(Exception):
    """The scan is not wanted any more."""
