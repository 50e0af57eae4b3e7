"""Where a draft is written: an editor that shows how the text may go on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.document._document import EditResult, Location
from textual.document._edit import Edit
from textual.document._wrapped_document import WrappedDocument
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from rnnchat.app.completion import Alternative
from rnnchat.library.open_draft import MAXIMUM_LINE

LARGEST = 6_000_000
"""A draft holds at most so many characters."""
WINDOW = 1_000
"""What is before the cursor is cut at a multiple of so many lines, at least as many back."""

_CLOSING = re.compile(r"[\s)\]}>\"'”’»,.;:!?*_`]*\Z")
_NO_SPACE_BEFORE = frozenset(".,;:!?)]}’”»")
_NEXT_WORD = re.compile(r"\s*\S+ ?")


class WrappedDraft(WrappedDocument):
    """The lines as they are wrapped; how many there are is asked once for each that is drawn."""

    @property
    def height(self) -> int:
        """How many lines there are, without counting them again."""
        return len(self._offset_to_line_info)


class DraftEditor(TextArea):
    """Tab takes what is suggested, Ctrl+Right a word of it, Esc refuses it, Alt+1 to Alt+6 take another."""

    @dataclass
    class Wrote(Message):
        """Keys have written characters."""

        keys: int
        characters: int

    @dataclass
    class Refused(Message):
        """What was suggested here is not wanted."""

        before: str
        texts: tuple[str, ...]

    BINDINGS = [  # noqa: RUF012
        Binding("tab", "take", "Take", id="draft.take", tooltip="Take all that is suggested (Tab)"),
        Binding("ctrl+right", "cursor_word_right", "Word", id="draft.take-word", key_display="^→"),
        Binding("ctrl+@,ctrl+space", "choose", "Others", id="draft.choose", key_display="^space"),
        Binding("alt+a,alt+backslash", "choose", "Others", show=False, id="draft.choose-too"),
        Binding("ctrl+home", "cursor_to(0)", "First line", show=False, id="draft.first"),
        Binding("ctrl+end", "cursor_to(-1)", "Last line", show=False, id="draft.last"),
        Binding("alt+z", "redo", "Redo", show=False, id="draft.redo"),
    ]

    alternatives: reactive[tuple[Alternative, ...]] = reactive(())
    """The ways to go on here."""
    choosing: reactive[int] = reactive(-1)
    """Which of them is highlighted; -1 while none is being chosen."""

    # Set here since the editor is used before its __init__ has ended.
    _all: str | None = None
    _is_editing = False
    _space_taken: Location | None = None
    """The end of a space that came with a word."""

    def __init__(self) -> None:
        super().__init__(
            soft_wrap=True, tab_behavior="indent", show_line_numbers=False, highlight_cursor_line=False
        )

    # The text

    @property
    def text(self) -> str:
        """The whole draft."""
        if self._all is None:
            self._all = self.document.text
        return self._all

    @text.setter
    def text(self, value: str) -> None:
        self.load_text(value)

    def load_text(self, text: str) -> None:
        """Show another text."""
        self._all = None
        self._space_taken = None
        self.quiet()
        super().load_text(text)

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        self.wrapped_document.__class__ = WrappedDraft  # to make another would wrap all lines again

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written."""
        return self.document.line_count == 1 and not self.document[0]

    @property
    def offset_of_cursor(self) -> int:
        """Where the cursor stands, in characters from the beginning."""
        return self.offset_at(self.cursor_location)

    def offset_at(self, location: Location) -> int:
        """Return how many characters are before a row and column."""
        row, column = location
        return sum(len(self.document[line]) for line in range(row)) + row + column

    def location_at(self, offset: int) -> Location:
        """Return the row and column so many characters from the beginning, or the end of the draft."""
        before = self.text[: max(0, offset)]
        return before.count("\n"), len(before) - before.rfind("\n") - 1

    @property
    def space_taken(self) -> bool:
        """Whether the space before the cursor came with a word: one that is typed now is the same."""
        return self.selection.is_empty and self._space_taken == self.cursor_location

    @space_taken.setter
    def space_taken(self, value: bool) -> None:
        row, column = self.cursor_location
        is_space = self.document[row][max(0, column - 1) : column] == " "
        self._space_taken = (row, column) if value and is_space else None

    def before_cursor(self) -> tuple[int, str]:
        """Return the text before the cursor, and the line it begins with: the first but in long drafts."""
        row, column = self.cursor_location
        first = max(0, row // WINDOW - 1) * WINDOW
        lines = [self.document[line] for line in range(first, row)]
        return first, "\n".join([*lines, self.document[row][:column]])

    @property
    def takes_suggestions(self) -> bool:
        """Whether something may be suggested: the cursor is where text goes on."""
        row, column = self.cursor_location
        return self.selection.is_empty and bool(_CLOSING.match(self.document[row], column))

    # Editing

    def edit(self, edit: Edit) -> EditResult:
        """Change the text, if it stays small enough; what is suggested shrinks by what is typed of it."""
        if len(edit.text) > 1 and not self._fits(edit):
            edit = Edit("", edit.to_location, edit.to_location, edit.maintain_selection_offset)
        if not edit.text or not self.selection.is_empty:
            self.quiet()
        self._all = None
        self._space_taken = None
        self._is_editing = True
        try:
            return super().edit(edit)
        finally:
            self._is_editing = False

    def undo(self) -> None:
        """Take back the last change."""
        self._all = None
        self.quiet()
        super().undo()

    def redo(self) -> None:
        """Make the last change that was taken back again."""
        self._all = None
        self.quiet()
        super().redo()

    def _fits(self, edit: Edit) -> bool:
        if len(edit.text) + sum(map(len, self.document.lines)) <= LARGEST:
            return True
        self.app.notify(
            f"A draft holds at most {LARGEST:,} characters. Nothing was added.",
            severity="warning",
            markup=False,
        )
        return False

    async def _on_paste(self, event: events.Paste) -> None:
        from rnnchat.text.notes.clean import sanitize

        event.prevent_default()
        event.stop()
        lines = sanitize(event.text).split("\n")
        if any(len(line) > MAXIMUM_LINE for line in lines):
            self.app.notify(
                f"Lines of over {MAXIMUM_LINE:,} characters were broken.", severity="warning", markup=False
            )
        text = "\n".join(
            line[start : start + MAXIMUM_LINE]
            for line in lines
            for start in range(0, max(1, len(line)), MAXIMUM_LINE)
        )
        if self._replace_via_keyboard(text, *self.selection):
            self.move_cursor(self.cursor_location)

    async def _on_key(self, event: events.Key) -> None:
        if self._chooses(event.key) or self._answers(event.key):
            event.prevent_default()
            event.stop()
            return
        space_taken = self.space_taken
        if event.character == " " and space_taken:
            self._space_taken = None
            self.post_message(self.Wrote(1, 0))  # it is there already
            event.prevent_default()
            event.stop()
            return
        if event.is_printable and event.character:
            self.post_message(self.Wrote(1, 1))
            if event.character in _NO_SPACE_BEFORE and space_taken:
                self.action_delete_left()
        elif event.key == "enter":
            self.post_message(self.Wrote(1, 1))
        await super()._on_key(event)

    def _answers(self, key: str) -> bool:
        """Do what the keys for suggestions do, and say whether this was one."""
        if key == "tab" and self.suggestion:
            self.action_take()
        elif key.startswith("alt+") and key[4:].isdigit():
            self._take_alternative(int(key[4:]) - 1)
        elif key == "escape":
            self._refuse()
        else:
            return False
        return True

    def _chooses(self, key: str) -> bool:
        """Move among the alternatives while one is being chosen, and say whether this key does that."""
        if self.choosing < 0:
            return False
        count = len(self.alternatives)
        if key in ("left", "up"):
            self.choosing = (self.choosing - 1) % count
        elif key in ("right", "down", "tab", "alt+a", "alt+backslash", "ctrl+@", "ctrl+space"):
            self.choosing = (self.choosing + 1) % count
        elif key == "enter":
            self._take_alternative(self.choosing)
        elif key.isdigit():
            self._take_alternative(int(key) - 1)
        elif key == "escape":
            self.choosing = -1
        else:
            self.choosing = -1
            return False
        return True

    # What is suggested

    def suggest(self, inline: str, alternatives: tuple[Alternative, ...]) -> None:
        """Show how the text may go on. What is shown already stays, unless this says more of the same."""
        if self.suggestion and not inline.startswith(self.suggestion):
            inline = self.suggestion
        self.suggestion = inline
        self.alternatives = alternatives

    def quiet(self) -> None:
        """Suggest nothing."""
        self.suggestion = ""
        self.alternatives = ()
        self.choosing = -1

    def watch_selection(self, _before: Selection, _now: Selection) -> None:
        """Suggest nothing where the cursor was only passing."""
        if not self._is_editing:
            self._space_taken = None
            self.quiet()

    def action_take(self) -> None:
        """Take all that is suggested."""
        self._take(self.suggestion)

    def action_cursor_word_right(self, select: bool = False) -> None:
        """Take the next word that is suggested; where nothing is, go a word on."""
        word = _NEXT_WORD.match(self.suggestion)
        if word and not select:
            self._take(word.group())
        else:
            super().action_cursor_word_right(select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Take what is suggested at the end of a line; else go on by a character."""
        if self.suggestion and not select and self.cursor_at_end_of_line:
            self._take(self.suggestion)
        else:
            if self.suggestion:
                self.quiet()
            super().action_cursor_right(select)

    def action_cursor_to(self, row: int) -> None:
        """Go to the beginning (0) or the end (-1) of the draft."""
        self.move_cursor(self.document.end if row else (0, 0))

    def action_choose(self) -> None:
        """Choose among the alternatives, with arrows and Enter or by number."""
        if self.alternatives:
            self.choosing = 0

    def _take(self, text: str) -> None:
        """Insert what was suggested, and the space after it where a word is likely to follow."""
        if not text:
            return
        row, column = self.cursor_location
        rest = self.suggestion.removeprefix(text)
        is_end = column == len(self.document[row]) and (not rest or rest == self.suggestion)
        spaced = is_end and text[-1:].isascii() and text[-1:].isalnum()
        if spaced:
            text += " "
        self.history.checkpoint()
        self.insert(text)
        self.history.checkpoint()
        self._space_taken = self.cursor_location if spaced else None
        self.post_message(self.Wrote(1, len(text)))

    def _take_alternative(self, index: int) -> None:
        """Take another way to go on."""
        if 0 <= index < len(self.alternatives):
            text = self.alternatives[index].text
            self.quiet()
            self._take(text)

    def _refuse(self) -> None:
        """Suggest this here no more."""
        if self.suggestion:
            self.post_message(self.Refused(self.before_cursor()[1], (self.suggestion,)))
        self.quiet()

    def action_copy(self) -> None:
        """Copy what is selected; with nothing selected, say how to leave, which Ctrl+C often means."""
        if self.selected_text:
            super().action_copy()
        else:
            self.app.action_help_quit()
