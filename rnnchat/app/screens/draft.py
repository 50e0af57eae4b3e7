"""The draft screen: an editor with suggestions, autosave and files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from rnnchat.app.autosave import AutosaveSchedule
from rnnchat.app.draft_history import DraftHistory
from rnnchat.app.draft_snapshots import DraftSnapshot, OpenDraft, SaveResult
from rnnchat.app.draft_suggestions import DraftSuggestions
from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.screens.draft_files import DraftFileSaver
from rnnchat.app.suggestion_worker import SuggestionWorker
from rnnchat.app.widgets.alternatives import Alternatives
from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.app.widgets.draft_status import DraftStatus, count_words
from rnnchat.app.widgets.find_bar import FindBar
from rnnchat.errors import RnnchatError
from rnnchat.library.drafts import Draft
from rnnchat.library.open_draft import find_draft
from rnnchat.storage.files import TextFile

if TYPE_CHECKING:
    from rnnchat.app.screens.passages import NotePlace

OPENING_SECONDS = 0.4
"""The time after which the status line says that a draft is still being opened, in seconds."""
WELCOME = (
    "Start writing: {model} suggests how to continue, in grey. Tab accepts it, Ctrl+→ one word of it, "
    "Esc dismisses it; Alt+1 to Alt+6 insert an alternative from the line below.\n\n"
    "Your text is autosaved as you type. Ctrl+S saves it to a file, Ctrl+O opens one. F9 shows related notes."
)
"""What an empty draft says, with the name of the model in use."""


class DraftScreen(AppScreen):
    """An editor for one draft, with suggestions."""

    MODE = "draft"
    BINDINGS: ClassVar = [
        Binding("ctrl+s", "save", "Save", id="draft.save", tooltip="Save to the draft's file (Ctrl+S)"),
        Binding(
            "f12", "save_as", "Save as", show=False, id="draft.save-as", tooltip="Save to another file (F12)"
        ),
        Binding("ctrl+o", "open", "Open", id="draft.open", tooltip="Open another draft or a file (Ctrl+O)"),
        Binding("ctrl+n", "new", "New", id="draft.new", tooltip="Start a new draft; this one stays (Ctrl+N)"),
        Binding("ctrl+f", "find", "Find", id="draft.find", tooltip="Find and replace (Ctrl+F)"),
        Binding("f9", "related", "Related", id="draft.related", tooltip="Show related notes (F9)"),
        Binding(
            "ctrl+g",
            "set_threshold",
            "Suggestion threshold",
            show=False,
            id="draft.threshold",
            tooltip="How likely a suggestion must be to be shown (Ctrl+G)",
        ),
    ]

    AUTO_FOCUS = "DraftEditor"

    def __init__(self) -> None:
        super().__init__()
        self.editor = DraftEditor()
        self.open_draft = OpenDraft(Draft())
        """The draft that the editor shows."""
        self.is_loaded = False
        """Whether the editor shows a draft; until then what is typed waits for it."""
        self._save_result = SaveResult()
        """The result of the last autosave of the open draft."""

    def contents(self) -> ComposeResult:
        """Lay out the find bar, the editor, the alternatives and the status line."""
        yield FindBar(self.editor)
        with Vertical(id="paper"):
            yield Static("", id="draft-welcome", markup=False)
            yield self.editor
        yield Alternatives()
        yield DraftStatus()

    def on_mount(self) -> None:
        """Open the draft last worked on, unless a file was asked for."""
        self.query_one(FindBar).display = False
        app, editor, line = self.services, self.editor, self.query_one(Alternatives)
        self.autosave = AutosaveSchedule(self, app, self.take_snapshot, self._show_saved)
        self.file_saver = DraftFileSaver(self, self.take_snapshot, self._saved_to_file)
        self.history = DraftHistory(app.paths.writer_history)
        self.suggestion_worker = SuggestionWorker(app.chat_engine, self.post_message, self.history.load)
        self.suggestions = DraftSuggestions(editor, self.suggestion_worker, lambda: app.settings)
        app.unsaved_work.save_draft = self._save_now
        self.watch(editor, "alternatives", partial(setattr, line, "offered"))
        self.watch(editor, "choosing", partial(setattr, line, "chosen"))
        editor.focus()
        if app.file_to_open is None:
            self._open(None)
        self.set_timer(OPENING_SECONDS, self._show_opening)

    def on_screen_resume(self) -> None:
        """Use the model and the settings of now; open the file that was asked for."""
        super().on_screen_resume()
        self.suggestions.resume()
        self._show_welcome()
        file, self.services.file_to_open = self.services.file_to_open, None
        line, self.services.line_to_open = self.services.line_to_open, 0
        if file is not None:
            self._open(file, line)
        elif self.is_loaded:
            self.suggestions.update()

    def on_screen_suspend(self) -> None:
        """Note what was written so far for later suggestions."""
        if self.is_loaded:
            self.history.note(self.editor.text)

    def on_unmount(self) -> None:
        """Save what was typed last."""
        self.suggestion_worker.close()
        self._save_now()
        if self.is_loaded:
            self.history.note_now(self.editor.text)

    # Writing

    @on(TextArea.Changed)
    def text_changed(self) -> None:
        """Update the suggestions and autosave."""
        if self.is_loaded:
            self._show_welcome()
            self.suggestions.update()
            self.autosave.save_soon()

    @on(TextArea.SelectionChanged)
    def cursor_moved(self) -> None:
        """Update the suggestions."""
        if self.is_loaded:
            self.suggestions.update()

    @on(DraftEditor.Typed)
    def count_keys(self, event: DraftEditor.Typed) -> None:
        """Count keys and characters, for the share of keys saved."""
        self.open_draft.count(event.keys, event.characters)

    @on(DraftEditor.Dismissed)
    def suggestion_dismissed(self, event: DraftEditor.Dismissed) -> None:
        """Never suggest the same at this place again."""
        self.suggestions.dismiss(event)
        self.history.note_dismissed(event.before, event.suggestion)

    @on(SuggestionWorker.Answered)
    def show_suggestions(self, answer: SuggestionWorker.Answered) -> None:
        """Show suggestions that have arrived."""
        self.suggestions.show(answer)

    @on(SuggestionWorker.Failed)
    def suggestions_failed(self, failure: SuggestionWorker.Failed) -> None:
        """Report why there are no suggestions."""
        self.services.report(failure.error)

    def action_set_threshold(self) -> None:
        """Set how likely a suggestion must be to be shown."""
        from rnnchat.app.screens.sampling import SuggestingScreen

        self.app.push_screen(SuggestingScreen())

    def action_related(self) -> None:
        """Show the notes related to the draft."""
        file = self.open_draft.draft.file
        self._find_related(self.editor.text, None if file is None else file.path)

    @work(thread=True, group="related", exclusive=True)
    def _find_related(self, text: str, path: Path | None) -> None:
        from rnnchat.app.screens.passages import related_screen

        app = self.services
        try:
            found = app.note_finder.related(app.settings.model, text, path)
        except RnnchatError as error:
            if app.is_running:
                app.call_from_thread(app.report, error)
            return
        screen = related_screen(found, app.note_finder.name_of)

        def show() -> None:
            if self.app.screen is self:
                screen.hold_keys = self.editor.text != text
                self.app.push_screen(screen, self._open_place)

        if app.is_running:
            app.call_from_thread(show)

    def _open_place(self, place: NotePlace | None) -> None:
        if place is not None:
            self._open(Path(place.path), place.line)

    def action_find(self) -> None:
        """Find and replace."""
        selected = self.editor.selected_text
        self.query_one(FindBar).open(selected if "\n" not in selected else "")

    # Saving

    def take_snapshot(self) -> DraftSnapshot:
        """Return the open draft as it is now."""
        editor = self.editor
        return self.open_draft.snapshot(editor.text, editor.offset_of_cursor, space_taken=editor.space_taken)

    def _save_now(self) -> RnnchatError | None:
        """Autosave in this thread, and return the error that prevented it."""
        has_text = self.is_loaded or not self.editor.is_empty
        return self.autosave.save_now(self.take_snapshot() if has_text else None)

    def _show_saved(self, snapshot: DraftSnapshot, result: SaveResult, words: int) -> None:
        if result.has_forked:
            self.services.inform("Another rnnchat has changed this draft. Both are in the list (Ctrl+O).")
        if snapshot.open_draft is self.open_draft:
            self._save_result = result
            self._show_status(words)

    def action_save(self) -> None:
        """Save to the draft's file; ask for one where it has none."""
        self.file_saver.save(self.open_draft.draft.file)

    def action_save_as(self) -> None:
        """Save to another file."""
        self.file_saver.save_as(self.open_draft.draft.file)

    def _saved_to_file(self, saved: OpenDraft, file: TextFile) -> None:
        before = saved.draft.file
        if before is None or before.path != file.path:
            self.services.inform(f"Saved as {file.path}.")
        saved.draft = replace(saved.draft, file=file)
        self.autosave.save(self.take_snapshot() if saved is self.open_draft else saved.snapshot_again())

    # Opening

    def action_new(self) -> None:
        """Start a new draft."""
        self.show_draft(Draft())

    def action_open(self) -> None:
        """Choose another draft or a file."""
        from rnnchat.app.screens.drafts import DraftsScreen

        def chosen(which: int | Path | None) -> None:
            if which is not None:
                self._open(which)

        self.app.push_screen(DraftsScreen(self.open_draft.draft_id), chosen)

    @work(thread=True, group="open", exclusive=True)
    def _open(self, which: int | Path | None, line: int = 0) -> None:
        app = self.services
        draft, message = find_draft(app.drafts, which)
        if not app.is_running:
            return
        app.call_from_thread(self.show_draft, draft)
        if line:
            app.call_from_thread(partial(self.editor.move_cursor, (line - 1, 0), center=True))
        if message:
            app.call_from_thread(app.inform, message)

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Where the first draft cannot be opened, start a new one with what was typed meanwhile."""
        if name == "_open" and not self.is_loaded:
            self.open_draft = OpenDraft(Draft(), open_error=error.message)
            self.is_loaded = True
            self._show_status(count_words(self.editor.text))
            self.text_changed()

    def show_draft(self, draft: Draft) -> None:
        """Show `draft` and autosave the one that was open; where it is the same one, keep the newer text."""
        if self.is_loaded and self.open_draft.is_ahead_of(draft, self.editor.text):
            self.editor.focus()
            return
        if self.is_loaded and (not draft.id or draft.id != self.open_draft.draft_id):
            self.autosave.save(self.take_snapshot())
        if self.is_loaded:
            self.history.note(self.editor.text)
        self.history.open(draft)
        self.suggestions.start_draft()
        self.open_draft = OpenDraft(draft)
        self._save_result = SaveResult(is_saved=draft.is_saved, today=self._save_result.today)
        self._load(draft)
        self.query_one(FindBar).display = False
        self.editor.focus()
        self._show_welcome()
        self._show_status(count_words(draft.text))
        self.suggestions.update()
        if draft.text and not draft.id:
            self.autosave.save(self.take_snapshot())

    def _load(self, draft: Draft) -> None:
        """Put a draft's text into the editor, and after it what was typed while the draft was read."""
        editor = self.editor
        typed = "" if self.is_loaded else editor.text
        self.is_loaded = False
        editor.load_text(draft.text)
        editor.move_cursor(editor.location_at(draft.cursor), center=True)
        editor.space_taken = draft.space_taken
        self.is_loaded = True
        if typed:
            editor.insert(typed)

    # What is shown

    def _show_welcome(self) -> None:
        welcome = self.query_one("#draft-welcome", Static)
        welcome.display = self.is_loaded and self.editor.is_empty
        if welcome.display:
            welcome.update(WELCOME.format(model=self.services.settings.model))

    def _show_opening(self) -> None:
        if not self.is_loaded:
            self.query_one(DraftStatus).show_message("Opening …")

    def _show_status(self, words: int) -> None:
        self.query_one(DraftStatus).show(
            self.open_draft.draft,
            words,
            self.editor.is_empty,
            self._save_result,
            self.open_draft.open_error,
        )
