"""What notes say to a question, and the notes related to a draft: lists whose entries open in Draft."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.key_footer import KeyFooter
from rnnchat.storage.display import display_path
from rnnchat.storage.files import PathKind, path_kind

if TYPE_CHECKING:
    from rnnchat.app.protocols import AppServices
    from rnnchat.tasks.asking.asking import FoundAnswer, Reply
    from rnnchat.tasks.asking.related import RelatedNote

SHOWN_CHARACTERS = 300
"""At most this many characters of a passage are shown in the list."""
ANSWER_CHARACTERS = 1_500
"""At most this many characters of an answer are shown."""

HELD_SECONDS = 0.7
"""While somebody was typing when the list opened, Enter and letters do nothing for so many seconds."""
QUESTION_CHARACTERS = 200
"""At most this many characters of a question are shown."""


@dataclass(frozen=True)
class NotePlace:
    """A line of a file."""

    path: str
    line: int


class PlacesScreen(Dialog[NotePlace | None]):
    """A text, and below it a list of places; returns the place that was chosen."""

    BINDINGS: ClassVar = [
        Binding("escape", "dismiss", "Back", id="places.back", key_display="esc"),
        Binding("q", "leave", "Back", show=False, id="places.leave"),
    ]

    def __init__(
        self,
        heading: str,
        text: Content,
        places: Sequence[NotePlace],
        lines: Sequence[Content],
        note: str = "",
    ) -> None:
        super().__init__()
        self.hold_keys = False
        """Whether somebody may still be typing into the screen below when this one opens."""
        self._opened_at = 0.0
        self._heading, self._text, self._places, self._lines, self._note = heading, text, places, lines, note

    def compose(self) -> ComposeResult:
        """Lay out the text and the list."""
        with Vertical(id="dialog", classes="wide"):
            yield Static(self._heading, classes="title", markup=False)
            if self._text:
                with VerticalScroll(id="answer", can_focus=False):
                    yield Static(self._text, markup=False)
            if self._note:
                yield Static(self._note, classes="hint", markup=False)
            yield OptionList(*map(Option, self._lines), compact=True, markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Highlight the first place."""
        self._opened_at = time.monotonic()
        places = self.query_one(OptionList)
        places.display = bool(self._places)
        if self._places:
            places.highlighted = 0
            places.focus()

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Return the place that was chosen, unless its file is gone."""
        place = self._places[event.option_index]
        if not self._is_held() and not report_if_gone(self.services, place.path):
            self.dismiss(place)

    def action_leave(self) -> None:
        """Return nothing."""
        if not self._is_held():
            self.dismiss(None)

    def _is_held(self) -> bool:
        """Whether a key was probably meant for the screen below."""
        return self.hold_keys and time.monotonic() - self._opened_at < HELD_SECONDS


def report_if_gone(app: AppServices, path: str) -> bool:
    """Say so where there is no file at `path` any more, since Draft would begin a new one there."""
    try:
        is_gone = path_kind(Path(path)) is PathKind.MISSING
    except OSError:  # opening it says why
        return False
    if is_gone:
        app.inform(f"{display_path(Path(path).name)} is gone: it was moved, renamed or deleted.")
    return is_gone


def answer_screen(question: str, reply: Reply, name_of: Callable[[str], str]) -> PlacesScreen:
    """Return the screen with what notes say to a question; `name_of` returns the name of a note's file.

    Each passage is shown by its key sentence, which takes milliseconds; call it in a thread.
    """
    from rnnchat.tasks.summarising.summary import preview_sentence
    from rnnchat.text.notes.clean import sanitize

    places, lines = [], []
    text, note = Content(""), "Enter: open the note in Draft"
    if reply.answer is not None:
        text = _answer_text(reply.answer)
        places.append(NotePlace(reply.answer.path, reply.answer.line))
        lines.append(_place_line(name_of(reply.answer.path), reply.answer.line, "the answer above"))
    elif reply.passages:
        note = "Nothing in your notes seems to answer this. The passages nearest to it:"
    else:
        note = "Nothing in your notes has to do with this."
    for passage in reply.passages:
        sentence = preview_sentence(passage.text)
        line = passage.line if sentence is None else passage.line + sentence.line - 1
        text_shown = passage.text if sentence is None else sentence.shown
        places.append(NotePlace(passage.path, line))
        shown = " ".join(sanitize(text_shown[:SHOWN_CHARACTERS]).split())
        lines.append(_place_line(name_of(passage.path), line, shown))
    heading = question
    if len(question) > QUESTION_CHARACTERS:
        heading = f"{question[:QUESTION_CHARACTERS]}…"
    return PlacesScreen(heading, text, places, lines, note)


def _answer_text(answer: FoundAnswer) -> Content:
    """Return an answer with the code after it; the few words that are asked for are bold."""
    from rnnchat.text.notes.clean import sanitize

    before, phrase, after = answer.text, "", ""
    if answer.phrase is not None:
        end = answer.phrase.start + len(answer.phrase.text)
        before, phrase, after = answer.text[: answer.phrase.start], answer.phrase.text, answer.text[end:]
    if answer.code is not None:
        after += f"\n\n{answer.code.text}"
    return Content.assemble(sanitize(before), (sanitize(phrase), "bold"), sanitize(after))[:ANSWER_CHARACTERS]


def related_screen(found: Sequence[RelatedNote], name_of: Callable[[str], str]) -> PlacesScreen:
    """Return the screen with the notes related to a draft; `name_of` returns the name of a note's file."""
    places = [NotePlace(one.path, 1) for one in found]
    lines = [_place_line(name_of(one.path), 0, one.title) for one in found]
    note = "Enter: open it in Draft" if found else "No note has to do with this draft."
    return PlacesScreen("Related notes", Content(""), places, lines, note)


def _place_line(name: str, line: int, text: str) -> Content:
    where = f"{name}:{line}" if line else name
    return Content.assemble((where, "$accent"), "  ", (text, "$text-muted"))
