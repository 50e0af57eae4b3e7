"""The editor of a draft, which shows suggestions for how the text may continue."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from rnnchat.app.suggestion_worker import Alternative
from rnnchat.app.widgets.text_editor import TextEditor
from rnnchat.app.widgets.waiting_keys import BURST, BurstHistory, take_waiting_text, typed_text
from rnnchat.library.open_draft import MAXIMUM_LINE

LARGEST = 6_000_000
"""The number of characters that a draft may have at most."""
CONTEXT_LINES = 1_000
"""The text before the cursor is cut at a multiple of this number of lines, at least this many lines back."""

_CLOSING = re.compile(r"[\s)\]}>\"'”’»,.;:!?*_`]*\Z")
"""What may follow the cursor on a line where a suggestion is shown."""
_NO_SPACE_BEFORE = frozenset(".,;:!?)]}’”»")
"""The signs that take the place of a space that was inserted with a suggestion."""
_NEXT_WORD = re.compile(r"\s*\S+ ?")
"""The next word of a suggestion, with the space after it."""

_SENTENCE = re.compile(r".+?(?:[.!?…]+[\"'”’)]*(?=\s|\Z) ?|[。！？]|\Z)")
"""The first sentence of a suggestion, with the space after it."""


class DraftEditor(TextEditor):
    """A text area with suggestions: one in grey after the cursor, and alternatives to it by number.

    Tab accepts the grey text, Ctrl+Right one word of it, Ctrl+E or End one sentence of it, Esc dismisses it,
    Alt+1 to Alt+6 insert an alternative.
    """

    @dataclass
    class Typed(Message):
        """Keys have added characters to the text; an accepted suggestion is many characters by one key."""

        keys: int
        characters: int

    @dataclass
    class Dismissed(Message):
        """The writer does not want a suggestion at this place."""

        before: str
        """The text before the cursor."""
        suggestion: str

    BINDINGS = [  # noqa: RUF012
        Binding("tab", "accept", "Accept", id="draft.accept", tooltip="Accept the suggestion (Tab)"),
        Binding("ctrl+right", "cursor_word_right", "Word", id="draft.accept-word", key_display="^→"),
        Binding("ctrl+@,ctrl+space", "choose", "More", id="draft.choose", key_display="^spc"),
        Binding("alt+a,alt+backslash", "choose", "More", show=False, id="draft.choose-too"),
        Binding("ctrl+home", "cursor_to(0)", "First line", show=False, id="draft.first"),
        Binding("ctrl+end", "cursor_to(-1)", "Last line", show=False, id="draft.last"),
        Binding("alt+z", "redo", "Redo", show=False, id="draft.redo"),
    ]

    alternatives: reactive[tuple[Alternative, ...]] = reactive(())
    """Other continuations of the text at the cursor."""
    choosing: reactive[int] = reactive(-1)
    """The index of the alternative that is highlighted; -1 while the writer is not choosing one."""

    # Class attributes, because TextArea's __init__ uses them already.
    _all: str | None = None
    """The text, until the next change."""
    _is_editing = False
    _space_taken: Location | None = None
    """The end of the space that was inserted with a suggestion."""

    def __init__(self) -> None:
        super().__init__(
            soft_wrap=True, tab_behavior="indent", show_line_numbers=False, highlight_cursor_line=False
        )
        self._bursts = BurstHistory()

    # The text

    @property
    def text(self) -> str:
        """The text of the draft."""
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
        self.clear_suggestions()
        super().load_text(text)

    @property
    def is_empty(self) -> bool:
        """Whether there is no text."""
        return self.document.line_count == 1 and not self.document[0]

    @property
    def offset_of_cursor(self) -> int:
        """The number of characters before the cursor."""
        return self.offset_at(self.cursor_location)

    def offset_at(self, location: Location) -> int:
        """Return the number of characters before a row and column."""
        row, column = location
        return sum(len(self.document[line]) for line in range(row)) + row + column

    def location_at(self, offset: int) -> Location:
        """Return the row and column after `offset` characters; the end of the draft where it is shorter."""
        before = self.text[: max(0, offset)]
        return before.count("\n"), len(before) - before.rfind("\n") - 1

    @property
    def space_taken(self) -> bool:
        """Whether the space before the cursor came with a suggestion; a space typed now adds no other."""
        return self.selection.is_empty and self._space_taken == self.cursor_location

    @space_taken.setter
    def space_taken(self, value: bool) -> None:
        row, column = self.cursor_location
        is_space = self.document[row][max(0, column - 1) : column] == " "
        self._space_taken = (row, column) if value and is_space else None

    def before_cursor(self) -> tuple[int, str]:
        """Return the text before the cursor and the index of its first line, 0 except in long drafts."""
        row, column = self.cursor_location
        first = max(0, row // CONTEXT_LINES - 1) * CONTEXT_LINES
        lines = [self.document[line] for line in range(first, row)]
        return first, "\n".join([*lines, self.document[row][:column]])

    def after_cursor(self) -> str:
        """Return the text after the cursor on its line and the next."""
        row, column = self.cursor_location
        next_line = self.document[row + 1] if row + 1 < self.document.line_count else ""
        return f"{self.document[row][column:]}\n{next_line}"

    @property
    def can_suggest(self) -> bool:
        """Whether a suggestion makes sense here: nothing but closing signs follows on the line."""
        row, column = self.cursor_location
        return self.selection.is_empty and bool(_CLOSING.match(self.document[row], column))

    # Editing

    def edit(self, edit: Edit) -> EditResult:
        """Change the text unless it would be too long; a suggestion loses the characters that were typed."""
        if len(edit.text) > 1 and not self._fits(edit):
            edit = Edit("", edit.to_location, edit.to_location, edit.maintain_selection_offset)
        if not edit.text or not self.selection.is_empty:
            self.clear_suggestions()
        else:
            self.alternatives = _remaining(self.alternatives, edit.text)
        self._all = None
        self._space_taken = None
        self._is_editing = True
        try:
            return super().edit(edit)
        finally:
            self._is_editing = False

    def undo(self) -> None:
        """Undo the last change."""
        self._all = None
        self.clear_suggestions()
        super().undo()

    def redo(self) -> None:
        """Redo the last change that was undone."""
        self._all = None
        self.clear_suggestions()
        super().redo()

    def _fits(self, edit: Edit) -> bool:
        if len(edit.text) + sum(map(len, self.document.lines)) <= LARGEST:
            return True
        self.app.notify(
            f"A draft can have at most {LARGEST:,} characters. Nothing was added.",
            severity="warning",
            markup=False,
        )
        return False

    def on_paste(self, event: events.Paste) -> None:
        """Insert what is pasted without control characters and with no line too long to edit."""
        from rnnchat.text.notes.clean import sanitize

        event.prevent_default()
        event.stop()
        lines = sanitize(event.text).split("\n")
        if any(len(line) > MAXIMUM_LINE for line in lines):
            self.app.notify(
                f"Lines of over {MAXIMUM_LINE:,} characters were split.", severity="warning", markup=False
            )
        text = "\n".join(
            line[start : start + MAXIMUM_LINE]
            for line in lines
            for start in range(0, max(1, len(line)), MAXIMUM_LINE)
        )
        self.replace(text, *self.selection, maintain_selection_offset=False)
        self.move_cursor(self.cursor_location)

    async def on_key(self, event: events.Key) -> None:
        """Handle the keys for suggestions and many keys at once; TextArea handles all others after this."""
        if self._handle_choosing(event.key) or self._handle_suggestion_key(event.key):
            event.prevent_default()
            event.stop()
            return
        space_taken = self.space_taken
        if event.character == " " and space_taken:
            self._space_taken = None
            self.post_message(self.Typed(1, 0))  # the space is there already
            event.prevent_default()
            event.stop()
            return
        first = typed_text(event)
        if not first:
            return
        if first in _NO_SPACE_BEFORE and space_taken:
            self.action_delete_left()
        text = first + await take_waiting_text(self)
        self.post_message(self.Typed(len(text), len(text)))
        if len(text) > 1:
            event.prevent_default()
            event.stop()
            # Few keys are undone as single keys are, many as one paste.
            for part in [text] if len(text) >= BURST else text:
                self.replace(part, *self.selection, maintain_selection_offset=False)
            if len(text) >= BURST:
                self._bursts.join(self.history)
            self.move_cursor(self.cursor_location)  # an edit alone does not scroll far enough

    def _handle_suggestion_key(self, key: str) -> bool:
        """Accept or dismiss a suggestion if `key` does so; return whether it does."""
        if key == "tab" and self.suggestion:
            self.action_accept()
        elif key.startswith("alt+") and key[4:].isdigit():
            self._accept_alternative(int(key[4:]) - 1)
        elif key == "escape":
            self._dismiss()
        else:
            return False
        return True

    def _handle_choosing(self, key: str) -> bool:
        """Move among the alternatives while the writer is choosing one; return whether `key` does so."""
        if self.choosing < 0:
            return False
        count = len(self.alternatives)
        if key in ("left", "up"):
            self.choosing = (self.choosing - 1) % count
        elif key in ("right", "down", "tab", "alt+a", "alt+backslash", "ctrl+@", "ctrl+space"):
            self.choosing = (self.choosing + 1) % count
        elif key == "enter":
            self._accept_alternative(self.choosing)
        elif key.isdigit():
            self._accept_alternative(int(key) - 1)
        elif key == "escape":
            self.choosing = -1
        else:
            self.choosing = -1
            return False
        return True

    # Suggestions

    def suggest(self, inline: str, alternatives: tuple[Alternative, ...], *, keep: bool = True) -> None:
        """Show suggestions; with `keep`, grey text that is shown stays unless `inline` begins with it."""
        if keep and self.suggestion and not inline.startswith(self.suggestion):
            inline = self.suggestion
        self.suggestion = inline
        self.alternatives = alternatives

    def clear_suggestions(self) -> None:
        """Show no suggestions."""
        self.suggestion = ""
        self.alternatives = ()
        self.choosing = -1

    def watch_selection(self, _before: Selection, _now: Selection) -> None:
        """Clear the suggestions where the cursor has moved without an edit."""
        if not self._is_editing:
            self._space_taken = None
            self.clear_suggestions()

    def action_accept(self) -> None:
        """Accept the suggestion."""
        self._accept(self.suggestion)

    def action_cursor_word_right(self, select: bool = False) -> None:
        """Accept the next word of the suggestion; where there is none, move the cursor by a word."""
        word = _NEXT_WORD.match(self.suggestion)
        if word and not select:
            self._accept(word.group())
        else:
            super().action_cursor_word_right(select)

    def action_cursor_line_end(self, select: bool = False) -> None:
        """Accept the suggestion up to the end of its sentence; without one, go to the end of the line."""
        sentence = _SENTENCE.match(self.suggestion)
        if sentence and not select and self.cursor_at_end_of_line:
            self._accept(sentence.group())
        else:
            super().action_cursor_line_end(select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Accept the suggestion at the end of a line; elsewhere move the cursor by a character."""
        if self.suggestion and not select and self.cursor_at_end_of_line:
            self._accept(self.suggestion)
        else:
            if self.suggestion:
                self.clear_suggestions()
            super().action_cursor_right(select)

    def action_cursor_to(self, row: int) -> None:
        """Move the cursor to the beginning (0) or the end (-1) of the draft."""
        self.move_cursor(self.document.end if row else (0, 0))

    def action_choose(self) -> None:
        """Begin to choose among the alternatives, with arrows and Enter or by number."""
        if self.alternatives:
            self.choosing = 0

    def _accept(self, text: str, replaces: int = 0) -> None:
        """Insert suggested text, with a space after it where a word is likely to follow.

        It takes the place of the last `replaces` characters before the cursor.
        """
        if not text:
            return
        row, column = self.cursor_location
        rest = self.suggestion.removeprefix(text)
        is_end = column == len(self.document[row]) and (not rest or rest == self.suggestion)
        adds_space = is_end and text[-1:].isascii() and text[-1:].isalnum()
        if adds_space:
            text += " "
        self.history.checkpoint()
        if replaces:
            self.replace(
                text, (row, max(0, column - replaces)), (row, column), maintain_selection_offset=False
            )
        else:
            self.insert(text)
        self.history.checkpoint()
        self._space_taken = self.cursor_location if adds_space else None
        self.post_message(self.Typed(1, len(text)))

    def _accept_alternative(self, index: int) -> None:
        """Insert the alternative at `index`, if there is one."""
        if 0 <= index < len(self.alternatives):
            one = self.alternatives[index]
            self.clear_suggestions()
            self._accept(one.text, one.replaces)

    def _dismiss(self) -> None:
        """Remove the grey text and report that it is not wanted here; the alternatives stay."""
        if self.suggestion:
            self.post_message(self.Dismissed(self.before_cursor()[1], self.suggestion))
            self.suggestion = ""

    def action_copy(self) -> None:
        """Copy the selected text; without any, say how to quit, which Ctrl+C is often meant for."""
        if self.selected_text:
            super().action_copy()
        else:
            self.app.action_help_quit()


def _remaining(alternatives: tuple[Alternative, ...], typed: str) -> tuple[Alternative, ...]:
    """Return those of `alternatives` that agree with what was `typed` since, without that."""
    return tuple(
        replace(one, text=one.text[len(typed) :])
        for one in alternatives
        if not one.replaces and one.text.startswith(typed) and len(one.text) > len(typed)
    )
