"""Translating phrases: what is written on the left is translated on the right, with where that is from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Select, Static
from textual.worker import Worker, get_current_worker

from rnnchat.app.phrase_translator import PhraseTranslator
from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.widgets.phrase_editor import PhraseEditor
from rnnchat.errors import RnnchatError

if TYPE_CHECKING:
    from rnnchat.app.widgets.composer import Composer
    from rnnchat.tasks.translation.result import Translation

HOW_TO_MAKE = Content.assemble(
    ("No translator yet", "bold"),
    "\n\nA translator learns from pairs of sentences that you have: a file with a sentence, a tab and its"
    " translation on each line. Train one in a terminal:\n\n  ",
    ("rnnchat translate train pairs.tsv --name fr --languages English,French", "$accent"),
    "\n\nA few dozen pairs are enough to look phrases up. A network that translates others needs thousands.",
)
"""What is shown where there is no translator."""
_FROM_MEMORY = "bold $success"
"""The look of a translation that is in the pairs."""
_DOUBT = "bold $warning"
"""The look of what is probably wrong with a translation."""


class _StoppedError(Exception):
    """A translation is no longer wanted."""


class TranslateScreen(AppScreen):
    """Two panes: a text, and its translation; below them, where the translation is from."""

    MODE = "translate"
    BINDINGS: ClassVar = [
        Binding(
            "f6", "copy", "Copy", priority=True, id="translate.copy", tooltip="Copy the translation (F6)"
        ),
        Binding("escape", "stop", "Stop", id="translate.stop", tooltip="Stop translating, or go to the text"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._phrases = PhraseTranslator(lambda: self.services.library)
        self._translator = ""
        """The translator that is used; empty where there is none."""
        self._directions: Mapping[str, str] = {}
        """From which language each translator translates into which."""
        self._translation = ""
        self._translated = ""
        """The text whose translation is shown, or under way."""
        self._waiting = ""
        """What is to be translated as soon as it is known which translators there are."""

    def contents(self) -> ComposeResult:
        """Lay out the panes."""
        with VerticalScroll(id="no-translator"):
            yield Static(HOW_TO_MAKE, markup=False)
        yield Select[str]([("", "")], id="translators", compact=True, allow_blank=False)
        with Horizontal(id="panes"):
            yield PhraseEditor()
            with VerticalScroll(id="translation", can_focus=False):
                yield Static("", id="translated", markup=False)
        with VerticalScroll(id="origins", can_focus=False):
            yield Static("", id="origin", markup=False)

    def on_mount(self) -> None:
        """Be ready for a text, even before it is known which translators there are."""
        self.query_one("#no-translator").display = False
        self.query_one(Select).display = False
        self.query_one(PhraseEditor).focus()

    def on_screen_resume(self) -> None:
        """Look for translators that were trained or deleted meanwhile."""
        super().on_screen_resume()
        self._find_translators()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what a translator is needed for where there is one."""
        return bool(self._translator) if action in ("copy", "stop") else True

    # Translators

    @work(thread=True, group="translators", exclusive=True)
    def _find_translators(self) -> None:
        directions = self._phrases.directions()
        if self.services.is_running:
            self.services.call_from_thread(self._show_translators, directions)

    def _show_translators(self, directions: Mapping[str, str]) -> None:
        """Offer translators by their names, with their `directions`; say how to make one without any."""
        chooser = self.query_one(Select)
        names, self._directions = list(directions), directions
        wanted = (self.services.settings.translator, self._translator, *names)
        self._translator = next((name for name in wanted if name in names), "")
        with self.prevent(Select.Changed):
            if names:
                chooser.set_options([(Content(self._label(name)), name) for name in names])
                chooser.value = self._translator
        chooser.display = len(names) > 1
        self.query_one("#no-translator").display = not names
        self.query_one("#panes").display = self.query_one("#origins").display = bool(names)
        self._show_name()
        if not names:
            self.query_one("#no-translator").focus()
        elif not isinstance(self.focused, (PhraseEditor, Select)):
            self.query_one(PhraseEditor).focus()
        self.refresh_bindings()
        waiting, self._waiting = self._waiting, ""
        self._begin(waiting)

    @on(Select.Changed)
    def translator_chosen(self, event: Select.Changed) -> None:
        """Use another translator from now on, for the text that is there, too."""
        if isinstance(event.value, str) and event.value != self._translator:
            self._translator = event.value
            self.services.update_settings(translator=self._translator)
            editor = self.query_one(PhraseEditor)
            self._show_name()
            editor.focus()
            self._begin(editor.text)

    def _show_name(self) -> None:
        """Show which translator is used above the text."""
        self.query_one(PhraseEditor).border_title = Content(self._label(self._translator))

    def _label(self, name: str) -> str:
        """Return the name of a translator with its languages, where they are known."""
        direction = self._directions.get(name, "")
        return f"{name}: {direction}" if direction else name

    # Translating

    @on(PhraseEditor.Sent)
    def sent(self, event: Composer.Sent) -> None:
        """Translate what was written."""
        if not self._translator:
            self._waiting = event.text
        self._begin(event.text)

    @on(PhraseEditor.Changed)
    def edited(self) -> None:
        """Dim the translation of another text than the one that is written, and do not copy it."""
        self.query_one("#translated").set_class(not self._is_current, "of-other-text")

    @property
    def _is_current(self) -> bool:
        """Whether what is shown is the translation of what is written."""
        return self.query_one(PhraseEditor).text.strip() == self._translated.strip()

    def _begin(self, text: str) -> None:
        if text.strip() and self._translator:
            self._translated = text
            self.query_one("#translated").remove_class("of-other-text")
            self._translation = ""
            self._show("", Content("Translating …"))
            self._translate(self._translator, text)

    @work(thread=True, group="translate", exclusive=True)
    def _translate(self, name: str, text: str) -> None:
        worker = get_current_worker()

        def show_part(part: str) -> None:
            if worker.is_cancelled:
                raise _StoppedError
            self._from_thread(worker, part, Content("Translating …"))

        try:
            found = self._phrases.translate(name, text, show_part)
        except _StoppedError:
            return
        except RnnchatError as error:
            self._from_thread(worker, "", Content(f"{error.message} {error.hint}"))
            return
        self._translation = found.text if not worker.is_cancelled else self._translation
        self._from_thread(worker, _marked(found), _origins(found), is_finished=True)

    def _from_thread(
        self, worker: Worker[object], text: str | Content, origin: Content, is_finished: bool = False
    ) -> None:
        """Show a translation in the app's thread, unless another one is wanted by now."""
        if not worker.is_cancelled and self.services.is_running:
            self.services.call_from_thread(self._show, text, origin, is_finished)

    def _show(self, text: str | Content, origin: Content, is_finished: bool = False) -> None:
        """Show a translation; one that is finished selects its text, so that the next phrase replaces it."""
        if is_finished and self._is_current:
            self.query_one(PhraseEditor).select_all()
        self.query_one("#translated", Static).update(Content(text) if isinstance(text, str) else text)
        self.query_one("#origin", Static).update(origin)

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Say that no translation will arrive."""
        if name == "_translate":
            self._show("", Content(""))

    def action_stop(self) -> None:
        """Stop translating; without a translation under way, go to the text."""
        if self.is_working("translate"):
            self.workers.cancel_group(self, "translate")
            self.query_one("#origin", Static).update("Stopped.")
        elif self._translator:
            self.query_one(PhraseEditor).focus()

    def action_copy(self) -> None:
        """Copy the translation."""
        if self._translation and self._is_current:
            self.app.copy_to_clipboard(self._translation)
            self.services.inform("Copied the translation.")
        else:
            self.services.inform("There is no translation to copy yet.")


def _marked(found: Translation) -> Content:
    """Return a translation in which what is in the pairs is marked."""
    marked, rest = Content(""), found.text
    for part in found.parts or (found,):
        before, _, rest = rest.partition(part.text) if part.text else ("", "", rest)
        style = _FROM_MEMORY if part.source is not None else ""
        marked += Content.assemble(before, (part.text, style))
    return marked + Content(rest)


def _origins(found: Translation) -> Content:
    """Return a line for each sentence that says where its translation is from."""
    return Content("\n").join(map(_origin, found.parts or (found,)))


def _origin(part: Translation) -> Content:
    from rnnchat.tasks.translation.result import FROM_TEXT, UNTRANSLATED, replaced_numbers

    if part.origin == FROM_TEXT:
        return Content("copied: there are no words to translate")
    if part.origin == UNTRANSLATED:
        return Content.assemble((part.doubt, _DOUBT))
    if part.source is None:
        doubt = Content.assemble(", ", (part.doubt, _DOUBT)) if part.doubt else Content("")
        return Content(f"network, confidence {part.confidence:.0%}") + doubt
    where = f"line {part.source.line:,} of your pairs"
    if part.numbers:
        return Content.assemble((f"{where}, with {replaced_numbers(part.numbers)}", _FROM_MEMORY))
    if part.similarity == 1:
        return Content.assemble((where, _FROM_MEMORY))
    return Content.assemble((where, _FROM_MEMORY), f", {part.similarity:.0%} similar: {part.source.source}")
