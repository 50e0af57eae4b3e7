"""Questions to the notes: what the chat does with a message that begins with a question mark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.worker import get_current_worker

from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.near_passages import NearPassage, NearPassages
from rnnchat.app.widgets.turn_view import TurnView
from rnnchat.errors import RnnchatError

if TYPE_CHECKING:
    from rnnchat.app.screens.passages import NotePlace

QUESTION_MARK = "?"
"""A message that begins with this is a question to the notes."""


class NotesQuestionScreen(AppScreen):
    """A screen with a composer whose questions are answered from the notes of the model in use."""

    def ask_notes(self, text: str) -> None:
        """Ask the notes; the question is cleared once it is answered."""
        question = text.strip(f"{QUESTION_MARK} \n\t")
        if question:
            self._find_answer(text, question)
        else:
            self.services.inform("Write a question to your notes after the ?.")

    @work(thread=True, group="ask", exclusive=True)
    def _find_answer(self, typed: str, question: str) -> None:
        from rnnchat.app.screens.passages import answer_screen

        app, worker = self.services, get_current_worker()
        try:
            reply = app.note_finder.ask(app.settings.model, question)
        except RnnchatError as error:
            if app.is_running:
                app.call_from_thread(app.report, error)
            return

        screen = answer_screen(question, reply, app.note_finder.name_of)

        def show() -> None:
            if worker.is_cancelled:  # a later question has been asked
                return
            if self.app.screen is not self:  # whoever is busy elsewhere is not interrupted
                self.services.inform("What your notes say is ready: press Enter in Chat (F2) to see it.")
                return
            composer = self.query_one(Composer)
            written = composer.text.strip()
            screen.hold_keys = written != typed
            if written.startswith(typed):
                composer.text = written.removeprefix(typed).lstrip()
                composer.move_cursor(composer.document.end)
            self.app.push_screen(screen, self._open_place)

        if app.is_running:
            app.call_from_thread(show)

    def _open_place(self, place: NotePlace | None) -> None:
        if place is not None:
            self._open_line(place.path, place.line)

    def _open_line(self, path: str, line: int) -> None:
        self.services.file_to_open = Path(path)
        self.services.line_to_open = line
        self.services.action_go("draft")

    @work(thread=True, group="nearest")
    def find_nearest(self, view: TurnView, model: str, text: str) -> None:
        """Show below a reply the passages of the notes that are nearest to the message."""
        app = self.services
        found = app.note_finder.nearest(model, text)
        if found and app.is_running:
            name_of = app.note_finder.name_of
            passages = [NearPassage(one.path, one.line, name_of(one.path), one.text) for one in found]
            app.call_from_thread(view.show_passages, passages)

    @on(NearPassages.Opened)
    def open_near_passage(self, event: NearPassages.Opened) -> None:
        """Open in Draft a passage that is shown below a reply."""
        from rnnchat.app.screens.passages import report_if_gone

        if not report_if_gone(self.services, event.passage.path):
            self._open_line(event.passage.path, event.passage.line)
