"""The draft: an editor that knows how you write."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from rnnchat.app.autosave import DraftAutosaver, DraftSnapshot, OpenDraft, SaveResult
from rnnchat.app.completion import Completion, CompletionRequest
from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.widgets.alternatives import Alternatives
from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.app.widgets.draft_status import DraftStatus, count_words
from rnnchat.app.widgets.find_bar import FindBar
from rnnchat.errors import RnnchatError
from rnnchat.library.drafts import Draft
from rnnchat.library.open_draft import find_draft
from rnnchat.storage.files import TextFile, has_changed, new_file, save_text
from rnnchat.storage.log import explain
from rnnchat.storage.paths import start_folder

KEPT_AFTER = 0.5
"""Seconds from a change to its being on the disk, and a moment for the writing."""
OPENED_WITHIN = 0.4
"""Seconds after which it is said that a draft is still being opened."""
TRIED_AGAIN_AFTER = 5.0
"""Seconds after which what could not be kept is tried again."""
READ_IN = 0.7
"""Seconds in which a writer has seen the line of suggestions; who types faster has not."""
WELCOME = (
    "Write here, and {model} goes on in grey: Tab takes it, Ctrl+→ a word of it, Esc refuses it. "
    "The line below has other ways to go on: Alt and their number.\n\n"
    "All you type is kept as you type it; Ctrl+S saves it to a file, Ctrl+O opens one."
)


class DraftScreen(AppScreen):
    """A draft, and what completes it."""

    MODE = "draft"
    BINDINGS: ClassVar = [
        Binding("ctrl+s", "save", "Save", id="draft.save", tooltip="Save to the draft's file (Ctrl+S)"),
        Binding("f12", "save_as", "Save as", show=False, id="draft.save-as", tooltip="Save elsewhere (F12)"),
        Binding("ctrl+o", "open", "Open", id="draft.open", tooltip="Other drafts, and files (Ctrl+O)"),
        Binding("ctrl+n", "new", "New", id="draft.new", tooltip="Another draft; this one is kept (Ctrl+N)"),
        Binding("ctrl+f", "find", "Find", id="draft.find", tooltip="Find and replace (Ctrl+F)"),
        Binding(
            "ctrl+g",
            "discretion",
            "How sure",
            show=False,
            id="draft.discretion",
            tooltip="How sure it must be to suggest something (Ctrl+G)",
        ),
    ]

    AUTO_FOCUS = "DraftEditor"

    def __init__(self) -> None:
        super().__init__()
        self.editor = DraftEditor()
        self._open = OpenDraft(Draft())
        self._shown = 0
        """Counts the drafts that were shown; suggestions for one never reach another."""
        self._waits = False
        self._will_ask = False
        """Whether it is asked how the text may go on once what was typed is on the screen."""
        self._is_loaded = False
        self._complained = ""
        self._kept = SaveResult()
        self._unkept: dict[OpenDraft, DraftSnapshot] = {}
        """What could not be kept, also of drafts that are no longer shown."""
        self._will_try = False
        self._offered: tuple[float, Completion.Answered | None] = 0.0, None
        """What is offered, and since when."""

    def contents(self) -> ComposeResult:
        """The editor, other ways to go on, and how things stand."""
        yield FindBar(self.editor)
        with Vertical(id="paper"):
            yield Static("", id="draft-welcome", markup=False)
            yield self.editor
        yield Alternatives()
        yield DraftStatus()

    def on_mount(self) -> None:
        """Show the draft last worked on, or the file that was asked for."""
        self.query_one(FindBar).display = False
        self._keeper = DraftAutosaver(self.services.drafts)
        self.services.unsaved_work.save_draft = self._keep_last
        self.completion = Completion(self.services.chat_engine, self.post_message)
        editor, line = self.editor, self.query_one(Alternatives)
        self.watch(editor, "alternatives", partial(setattr, line, "offered"))
        self.watch(editor, "choosing", partial(setattr, line, "chosen"))
        editor.focus()
        if self.services.file_to_open is None:
            self._find(None)
        self.set_timer(OPENED_WITHIN, self._say_opening)

    def on_screen_resume(self) -> None:
        """Let the model in use now complete; open the file that was asked for."""
        super().on_screen_resume()
        self._will_ask = False
        self._show_welcome()
        file, self.services.file_to_open = self.services.file_to_open, None
        if file is not None:
            self._find(file)
        elif self._is_loaded:
            self._ask()

    def on_unmount(self) -> None:
        """Keep what was typed last."""
        self.completion.close()
        self._keep_last()

    # Writing

    @on(TextArea.Changed)
    def changed(self) -> None:
        """Keep what was typed, soon, and ask how it may go on."""
        if not self._is_loaded:
            return
        self._show_welcome()
        self._ask()
        if not self._waits:
            self._waits = True
            self.set_timer(KEPT_AFTER, self._keep_soon)

    @on(TextArea.SelectionChanged)
    def moved(self) -> None:
        """Ask how it may go on here."""
        if self._is_loaded:
            self._ask()

    @on(DraftEditor.Wrote)
    def wrote(self, event: DraftEditor.Wrote) -> None:
        """Count keys."""
        self._open.count(event.keys, event.characters)

    @on(DraftEditor.Refused)
    def refused(self, event: DraftEditor.Refused) -> None:
        """Suggest this here no more."""
        for text in event.texts:
            self.completion.dismiss(event.before, text)

    @on(Completion.Answered)
    def answered(self, answer: Completion.Answered) -> None:
        """Show how the text may go on, if the cursor is still there."""
        editor = self.editor
        if answer.request == self._question() and editor.has_focus:
            editor.suggest(answer.inline, answer.alternatives)
            self._offered = time.monotonic(), answer

    @on(Completion.Failed)
    def failed(self, failure: Completion.Failed) -> None:
        """Say why nothing is suggested."""
        self.services.report(failure.error)

    def _question(self) -> CompletionRequest | None:
        if not self.editor.takes_suggestions:
            return None
        first, before = self.editor.before_cursor()
        settings = self.services.settings
        return CompletionRequest(settings.model, (self._shown, first), before, settings.suggest_from)

    def _ask(self) -> None:
        """Ask once what was typed is on the screen: until then the processor is the screen's."""
        if not self.editor.takes_suggestions:
            self.editor.quiet()
        elif not self._will_ask:  # a key changes both text and cursor
            self._will_ask = True
            self.call_after_refresh(self._ask_now)

    def _ask_now(self) -> None:
        self._will_ask = False
        question = self._question()
        if question is not None and question.before.strip():
            self._pass_over(question)
            self.completion.ask(question)

    def _pass_over(self, question: CompletionRequest) -> None:
        """Where the writer had the time to read what was offered, and typed on, tell the engine so."""
        shown, answer = self._offered
        if answer is None or question.before == answer.request.before:
            return
        before, texts = answer.request.before, tuple(one.text for one in answer.alternatives)
        if texts and time.monotonic() - shown >= READ_IN and question.before.startswith(before):
            self.completion.pass_over(before, texts)
        self._offered = 0.0, None

    # Keeping

    def _look(self) -> DraftSnapshot:
        editor = self.editor
        return self._open.snapshot(editor.text, editor.offset_of_cursor, space_taken=editor.space_taken)

    def _keep_soon(self) -> None:
        self._waits = False
        self._keep(self._look())

    @work(thread=True, group="keep")
    def _keep(self, look: DraftSnapshot) -> None:
        """Write a draft to the disk; where that fails, say so once and try again."""
        app = self.services
        try:
            kept = self._keeper.save(look)
        except Exception as failure:  # whatever it is, what is typed is tried to keep again
            error = explain(failure)
            if error.message != self._complained and app.is_running:
                self._complained = error.message
                app.call_from_thread(app.report, error)
            kept = replace(self._kept, is_saved=False, has_forked=False, has_failed=True)
        else:
            self._complained = ""
        words = count_words(look.draft.text)  # in this thread: in a long draft it takes a while
        if app.is_running:
            app.call_from_thread(self._show_kept, look, kept, words)

    def _keep_last(self) -> RnnchatError | None:
        """Keep what was typed last, now, and return what prevented it."""
        looks = [look for opened, look in self._unkept.items() if opened is not self._open]
        try:
            for look in [*looks, self._look()] if self._is_loaded or not self.editor.is_empty else looks:
                self._keeper.save(look)
        except Exception as failure:
            return explain(failure)
        return None

    def _try_again(self) -> None:
        self._will_try = False
        for opened, look in list(self._unkept.items()):
            self._keep(self._look() if opened is self._open else look)

    def _show_kept(self, look: DraftSnapshot, kept: SaveResult, words: int) -> None:
        latest = self._unkept.get(look.of)
        if latest is None or latest.number <= look.number:  # threads may end in another order
            self._unkept.pop(look.of, None)
            if kept.has_failed:
                self._unkept[look.of] = look
        if self._unkept and not self._will_try:
            self._will_try = True
            self.set_timer(TRIED_AGAIN_AFTER, self._try_again)
        if kept.has_forked:
            self.services.inform("Another rnnchat has changed this draft. Both are kept (Ctrl+O).")
        if look.of is self._open:
            self._kept = kept
            self._show_status(words)

    # Opening

    def action_new(self) -> None:
        """Begin another draft."""
        self._leave_for(Draft())

    def action_open(self) -> None:
        """Open another draft or a file."""
        from rnnchat.app.screens.drafts import DraftsScreen

        def chosen(which: int | Path | None) -> None:
            if which is not None:
                self._find(which)

        self.app.push_screen(DraftsScreen(self._open.number), chosen)

    @work(thread=True, group="open", exclusive=True)
    def _find(self, which: int | Path | None) -> None:
        app = self.services
        draft, word = find_draft(app.drafts, which)
        if not app.is_running:
            return
        app.call_from_thread(self._leave_for, draft)
        if word:
            app.call_from_thread(app.inform, word)

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Where nothing could be opened at first, keep what is typed all the same, as a new draft."""
        if name == "_find" and not self._is_loaded:
            self._open = OpenDraft(Draft(), what_failed=error.message)
            self._is_loaded = True
            self._show_status(count_words(self.editor.text))
            self.changed()

    def _leave_for(self, draft: Draft) -> None:
        """Keep the draft that is open and show another; the one that is open stays as it is."""
        if self._is_loaded and self._open.is_ahead_of(draft, self.editor.text):
            self.editor.focus()
            return
        if self._is_loaded and (not draft.id or draft.id != self._open.number):
            self._keep(self._look())
        self._shown += 1
        self._open, self._kept = OpenDraft(draft), SaveResult(is_saved=draft.is_saved, today=self._kept.today)
        editor = self.editor
        typed = "" if self._is_loaded else editor.text
        self._is_loaded = False
        editor.load_text(draft.text)
        editor.move_cursor(editor.location_at(draft.cursor), center=True)
        editor.space_taken = draft.space_taken
        self._is_loaded = True
        if typed:  # while the draft was being read
            editor.insert(typed)
        self.query_one(FindBar).display = False
        editor.focus()
        self._show_welcome()
        self._show_status(count_words(draft.text))
        self._ask()
        if draft.text and not draft.id:
            self._keep(self._look())

    # Saving

    def action_save(self) -> None:
        """Save to the draft's file; ask for one where it has none."""
        if self._open.draft.file is None:
            self.action_save_as()
        else:
            self._save(self._look(), self._open.draft.file, sure=False)

    def action_save_as(self) -> None:
        """Save to another file."""
        from rnnchat.app.screens.dialogs import AskPath

        file = self._open.draft.file
        before = str(file.path) if file is not None else f"{start_folder()}/".replace("//", "/")

        def named(path: str | None) -> None:
            if path:
                self._save_to(path)

        self.app.push_screen(AskPath("Save this draft as", before, new_file), named)

    def _save_to(self, named: str) -> None:
        file = new_file(named)
        mine = self._open.draft.file
        self._save(self._look(), mine if mine is not None and mine.path == file.path else file, sure=False)

    @work(thread=True, group="save")
    def _save(self, look: DraftSnapshot, file: TextFile, *, sure: bool) -> None:
        """Write the file, unless somebody else has changed it, which is asked about first."""
        app = self.services
        if not sure and has_changed(file):
            app.call_from_thread(self._confirm_save, look, file)
            return
        written = save_text(file, look.draft.text)
        app.call_from_thread(self._saved, look.of, written)

    def _confirm_save(self, look: DraftSnapshot, file: TextFile) -> None:
        from rnnchat.app.screens.dialogs import Confirm

        question = f"{file.path.name} {'was changed by another program' if file.digest else 'exists'}."
        more = "Write this draft over it? Nothing of what is in the file now is kept by rnnchat."

        def decide(sure: bool | None) -> None:
            if sure:
                self._save(look, file, sure=True)

        self.app.push_screen(Confirm(question, more, yes="Write over it", no="Leave it"), decide)

    def _saved(self, opened: OpenDraft, file: TextFile) -> None:
        before = opened.draft.file
        if before is None or before.path != file.path:
            self.services.inform(f"Saved as {file.path}.")
        opened.draft = replace(opened.draft, file=file)
        self._keep(self._look() if opened is self._open else opened.snapshot_again())

    # Finding

    def action_find(self) -> None:
        """Find and replace."""
        selected = self.editor.selected_text
        self.query_one(FindBar).open(selected if "\n" not in selected else "")

    # What is shown

    def action_discretion(self) -> None:
        """Set how sure rnnchat must be to suggest something."""
        from rnnchat.app.screens.sampling import SuggestingScreen

        self.app.push_screen(SuggestingScreen())

    def _show_welcome(self) -> None:
        welcome = self.query_one("#draft-welcome", Static)
        welcome.display = self._is_loaded and self.editor.is_empty
        if welcome.display:
            welcome.update(WELCOME.format(model=self.services.settings.model))

    def _say_opening(self) -> None:
        if not self._is_loaded:
            self.query_one(DraftStatus).say("Opening …")

    def _show_status(self, words: int) -> None:
        is_empty = self.editor.is_empty
        self.query_one(DraftStatus).show(
            self._open.draft, words, is_empty, self._kept, self._open.what_failed
        )
