"""The Train screen: a form, and in its place the training that it has started."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, ContentSwitcher

from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.screens.dialogs import Confirm, ConfirmWhileTraining
from rnnchat.app.training_monitor import TrainingChanged
from rnnchat.app.widgets.interrupted_training import InterruptedTraining
from rnnchat.app.widgets.notes_picker import SCAN_WORKER, NotesPicker
from rnnchat.app.widgets.training_form import TrainingForm
from rnnchat.app.widgets.training_view import TrainingView
from rnnchat.errors import RnnchatError
from rnnchat.storage.paths import home_folder, parse_path, start_folder
from rnnchat.training.runs.run import Run, find_unfinished_run, unfinished_runs
from rnnchat.training.runs.settings import RunSettings


class TrainScreen(AppScreen):
    """Starts a training and follows it to the finished model."""

    MODE = "train"
    BINDINGS: ClassVar = [
        Binding("ctrl+o", "browse", "Browse", id="train.browse"),
        Binding("ctrl+t", "start", "Start", id="train.start"),
        Binding("ctrl+e", "pause", "Pause/resume", id="train.pause"),
        Binding("ctrl+f", "finish", "Finish now", id="train.finish", tooltip="Keep what was learned so far"),
        Binding("escape", "cancel", "Cancel", id="train.cancel", tooltip="Stop and discard this training"),
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

    def contents(self) -> ComposeResult:
        """Lay out the form and the training, of which one is shown."""
        with ContentSwitcher(initial="choose"):
            yield TrainingForm(id="choose")
            yield TrainingView(id="training")

    def on_mount(self) -> None:
        """Show the budget that was used last, and be ready for a path."""
        self._form.minutes = self.services.settings.minutes
        self._form.notes.focus_field()

    def on_screen_resume(self) -> None:
        """Show the training where there is one, or else the form with the models of now."""
        super().on_screen_resume()
        entries = self.services.library.entries()
        self._form.offer_bases(e.name for e in entries if e.card and e.card.is_language_model)
        self._show_training()

    @property
    def _form(self) -> TrainingForm:
        return self.query_one(TrainingForm)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the keys that do something now."""
        state = self.services.training.state
        is_running = state is not None and state.is_running
        can_pause = state is not None and state.can_pause
        allowed = {
            "browse": state is None,
            "start": state is None,
            "compare": not is_running,
            "pause": can_pause,
            "finish": can_pause,
            "cancel": is_running,
            "another": state is not None and not is_running,
            "chat": state is not None and state.status == "done",
        }
        return allowed.get(action, True)

    # Before a training

    def action_browse(self) -> None:
        """Choose notes in a tree of folders."""
        from rnnchat.app.screens.browse import BrowseScreen

        folder = start_folder()
        with suppress(RnnchatError, OSError):
            typed = parse_path(self._form.notes.typed or "~")
            folder = typed if typed.is_dir() else home_folder()

        def chosen(path: Path | None) -> None:
            if path is not None:
                self._form.notes.add(path)

        self.app.push_screen(BrowseScreen(folder), chosen)

    @on(NotesPicker.Rejected)
    def path_rejected(self, event: NotesPicker.Rejected) -> None:
        """Report why a path cannot be added."""
        self.services.report(event.error)

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Show why the notes could not be read."""
        if name == SCAN_WORKER:
            self._form.notes.show_error(error)

    def action_compare(self) -> None:
        """Train every family of models on the chosen notes."""
        notes = self._form.notes
        if not notes.paths:
            self.services.inform("Add your notes first: a file or a folder.")
            return
        from rnnchat.app.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen(notes.paths, self._form.minutes))

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        """Train on the chosen notes."""
        app, notes = self.services, self._form.notes
        if notes.paths and self.is_working(SCAN_WORKER):
            app.inform("Your notes are still being read. Press Ctrl+T again once they are.")
            return
        if not notes.is_ready:
            app.inform("Add a file or folder of notes first.")
            notes.focus_field()
            return
        app.update_settings(minutes=self._form.minutes)
        try:
            settings = self._form.settings(app.library.check_name(self._form.name_typed))
        except RnnchatError as error:
            app.report(error)
            return
        if find_unfinished_run(app.paths, settings.name) is None:
            self._start(settings)
        else:
            self._confirm_start(settings)

    def _confirm_start(self, settings: RunSettings) -> None:
        def decide(sure: bool | None) -> None:
            if sure:
                self._start(settings)

        question = f"There is an interrupted training of {settings.name}."
        more = "Starting over discards it. To keep it, resume it or choose another name."
        self.app.push_screen(Confirm(question, more, yes="Start over", no="Back"), decide)

    def _start(self, settings: RunSettings) -> None:
        app = self.services
        exists = any(entry.is_called(settings.name) for entry in app.library.entries())
        try:
            app.training.start(Run.create(app.paths, settings))
        except RnnchatError as error:
            app.report(error)
        else:
            if exists:
                app.inform(
                    f"This makes a new version of {settings.name}. In Models, B goes back to the old one."
                )
        self._show_training()

    @on(Button.Pressed, "#resume")
    def resume(self) -> None:
        """Resume the interrupted training."""
        run = self._interrupted
        try:
            if run is not None:
                run.require_notes()
                self.services.training.start(run)
        except RnnchatError as error:
            self.services.report(error)
        self._show_training()

    @on(Button.Pressed, "#discard")
    def discard(self) -> None:
        """Discard the interrupted training, if that is wanted."""
        run = self._interrupted
        if run is None:
            return

        def decide(sure: bool | None) -> None:
            if sure and run.is_busy():
                self.services.inform(f"{run.folder.name} is being trained right now.")
            elif sure:
                run.discard()
            self._show_training()

        question = f"Discard the training of {run.folder.name}?"
        more = "What it has learned so far will be lost."
        self.app.push_screen(Confirm(question, more, yes="Discard", no="Keep"), decide)

    @property
    def _interrupted(self) -> Run | None:
        """The latest training that can be resumed, while none is under way."""
        waiting = [] if self.services.training.is_running else unfinished_runs(self.services.paths)
        return waiting[0] if waiting else None

    # During and after a training

    @on(Button.Pressed, "#pause")
    def action_pause(self) -> None:
        """Pause the training, or resume it."""
        self.services.training.pause_or_resume()

    @on(Button.Pressed, "#finish")
    def action_finish(self) -> None:
        """End the training now and keep what it has learned."""
        state = self.services.training.state
        if state is not None and state.can_pause:
            self.services.training.finish()
            self.services.inform("Finishing: the best result so far is being saved.")

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Stop the training and discard it, if that is wanted."""
        training = self.services.training
        if training.state is None or not training.is_running:
            return

        def decide(sure: bool | None) -> None:
            if sure:
                self.services.inform("Cancelling …")
                training.cancel()

        question = f"Cancel the training of {training.state.name}?"
        more = "What it has learned so far will be lost."
        self.app.push_screen(
            ConfirmWhileTraining(question, more, yes="Cancel training", no="Keep training"), decide
        )

    @on(Button.Pressed, "#another")
    def action_another(self) -> None:
        """Show the form for another training."""
        self.services.training.clear()
        self._show_training()

    @on(Button.Pressed, "#chat-with-it")
    def action_chat(self) -> None:
        """Start a new chat with the model that was just trained."""
        app, state = self.services, self.services.training.state
        if state is not None and state.done:
            app.use_model(str(state.done["model"]))
            app.training.clear()
            app.action_go("chat")
            from rnnchat.app.screens.chat import ChatScreen

            if isinstance(self.app.screen, ChatScreen):
                self.app.screen.action_new()

    def on_training_changed(self, _: TrainingChanged) -> None:
        """Show the new state of the training."""
        self._show_training()

    def _show_training(self) -> None:
        state = self.services.training.state
        switcher = self.query_one(ContentSwitcher)
        wanted = "training" if state is not None else "choose"
        changed = switcher.current != wanted
        switcher.current = wanted
        if state is not None:
            self.query_one(TrainingView).show(state)
        elif changed:
            self._form.notes.focus_field()
        self.query_one(InterruptedTraining).show(self._interrupted)
        self.refresh_bindings()
