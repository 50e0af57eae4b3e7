"""Find and replace: a line above a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.library.text_folding import FoldedText, compatibility_form, fold_keeping_accents

MAX_COUNTED = 10_000
"""The number of matches that is counted at most."""


@dataclass(frozen=True)
class SearchTerm:
    """A text to find; it is case-insensitive unless it has a capital letter."""

    text: str

    def spans(self, text: str, start: int = 0) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) offsets of the matches in `text`, from offset `start` on."""
        folding = compatibility_form if self.text != self.text.lower() else fold_keeping_accents
        return _folded(text, folding).spans(folding(self.text), start)

    def matches(self, text: str) -> bool:
        """Return whether `text` is one match from its beginning to its end."""
        return next(self.spans(text), None) == (0, len(text))


class FindBar(Horizontal):
    """The text to find in an editor, its replacement, and the number of matches."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "leave", "Close", id="find.leave"),
        Binding("enter,down", "go(1)", "Next", id="find.next", key_display="⏎"),
        Binding("up", "go(-1)", "Previous", id="find.before", key_display="↑"),
        Binding("tab", "app.focus_next", "Replace with", show=False, id="find.other"),
        Binding("ctrl+r", "replace(False)", "Replace", id="find.replace"),
        Binding("ctrl+t", "replace(True)", "Replace all", id="find.replace-all"),
    ]

    def __init__(self, editor: DraftEditor) -> None:
        super().__init__()
        self._editor = editor

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        yield Static("Find", classes="label", markup=False)
        yield Input(id="find", compact=True)
        yield Static("Replace with", classes="label", markup=False)
        yield Input(id="replacement", compact=True)
        yield Static("", id="found", markup=False)

    @property
    def term(self) -> SearchTerm | None:
        """The text to find; None while the field is empty."""
        typed = self.query_one("#find", Input).value
        return SearchTerm(typed) if typed else None

    @property
    def replacement(self) -> str:
        """The text to put in its place."""
        return self.query_one("#replacement", Input).value

    def open(self, text: str) -> None:
        """Show the bar with `text` as the text to find, or the last one where `text` is empty."""
        self.display = True
        field = self.query_one("#find", Input)
        if text:
            field.value = text
        field.focus()
        field.select_all()

    @on(Input.Changed, "#find")
    def typed(self) -> None:
        """Select the first match from the cursor on while the text is typed."""
        self.action_go(0)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Select the next match."""
        self.action_go(1)

    def action_go(self, direction: int) -> None:
        """Select the next match (1), the previous one (-1), or the first from the cursor on (0)."""
        term, editor = self.term, self._editor
        if term is None:
            self._show("")
            return
        start, end = sorted(map(editor.offset_at, editor.selection))
        spans = list(islice(term.spans(editor.text), MAX_COUNTED))
        found = choose_match(spans, end if direction > 0 else start, direction)
        if len(spans) == MAX_COUNTED and direction >= 0:  # a nearer one may be among those not counted
            found = next(term.spans(editor.text, end if direction > 0 else start), found)
        if found is None:
            self._show("none found")
            return
        total = len(spans)
        self._show(f"{total:,} or more" if total == MAX_COUNTED else f"{total:,} found")
        editor.move_cursor(editor.location_at(found[0]), center=True)
        editor.move_cursor(editor.location_at(found[1]), select=True)

    def action_replace(self, everywhere: bool) -> None:
        """Replace the match that is selected and select the next, or replace all as one step to undo."""
        term, editor = self.term, self._editor
        if term is None:
            return
        if everywhere:
            replaced, number = replace_all(editor.text, term, self.replacement)
            if number:
                editor.replace(replaced, (0, 0), editor.document.end)
            self._show(f"{number:,} replaced")
            return
        start, end = sorted(editor.selection)
        if term.matches(editor.selected_text):
            editor.replace(self.replacement, start, end)
        self.action_go(1)

    def action_leave(self) -> None:
        """Hide the bar and return to the draft."""
        self.display = False
        self._editor.focus()

    def _show(self, text: str) -> None:
        """Show the number of matches or replacements."""
        self.query_one("#found", Static).update(text)


@lru_cache(maxsize=2)
def _folded(text: str, folding: Callable[[str], str]) -> FoldedText:
    """Return a draft folded; the cache serves one key after another."""
    return FoldedText(text, folding)


def choose_match(spans: Iterable[tuple[int, int]], start: int, direction: int) -> tuple[int, int] | None:
    """Return the first match from `start` on, or the last one that ends before it where `direction` is -1.

    The search goes around the end of the text. `spans` are all matches in order; None where there is none.
    """
    first = last = before = None
    for span in spans:
        first, last = first or span, span
        if direction >= 0 and span[0] >= start:
            return span
        if span[1] <= start:
            before = span
    return first if direction >= 0 else before or last


def replace_all(text: str, term: SearchTerm, replacement: str) -> tuple[str, int]:
    """Return the text with all matches replaced, and their number."""
    parts: list[str] = []
    done = 0
    for start, end in term.spans(text):
        parts += [text[done:start], replacement]
        done = end
    return "".join([*parts, text[done:]]), len(parts) // 2
