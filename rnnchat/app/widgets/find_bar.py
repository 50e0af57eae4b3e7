"""Find and replace in a draft: one line above it, while it is wanted."""

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

MOST = 10_000
"""So many finds are counted at most."""


@dataclass(frozen=True)
class Sought:
    """What is looked for: small letters stand for capitals too, unless a capital is among them."""

    text: str

    def spans(self, text: str, start: int = 0) -> Iterator[tuple[int, int]]:
        """Yield where it stands in `text`, from offset `start` on."""
        folding = compatibility_form if self.text != self.text.lower() else fold_keeping_accents
        return _folded(text, folding).spans(folding(self.text), start)

    def is_whole(self, text: str) -> bool:
        """Whether `text` is what is looked for, and nothing besides."""
        return next(self.spans(text), None) == (0, len(text))


class FindBar(Horizontal):
    """What to find in an editor and what to put in its place, and how often it is there."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "leave", "Close", id="find.leave"),
        Binding("enter,down", "go(1)", "Next", id="find.next", key_display="⏎"),
        Binding("up", "go(-1)", "Before", id="find.before", key_display="↑"),
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
    def sought(self) -> Sought | None:
        """What is looked for; None while nothing is typed."""
        typed = self.query_one("#find", Input).value
        return Sought(typed) if typed else None

    @property
    def replacement(self) -> str:
        """What takes its place."""
        return self.query_one("#replacement", Input).value

    def open(self, sought: str) -> None:
        """Begin to look for something, `sought` at first if it is anything."""
        self.display = True
        field = self.query_one("#find", Input)
        if sought:
            field.value = sought
        field.focus()
        field.select_all()

    @on(Input.Changed, "#find")
    def typed(self) -> None:
        """Look for it from here on while it is typed."""
        self.action_go(0)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Go on to the next."""
        self.action_go(1)

    def action_go(self, direction: int) -> None:
        """Go to the next find (1), the one before (-1), or the first from here on (0)."""
        sought, editor = self.sought, self._editor
        if sought is None:
            self._say("")
            return
        start, end = sorted(map(editor.offset_at, editor.selection))
        spans = list(islice(sought.spans(editor.text), MOST))
        found = find(spans, end if direction > 0 else start, direction)
        if len(spans) == MOST and direction >= 0:  # there may be one before the end that is nearer
            found = next(sought.spans(editor.text, end if direction > 0 else start), found)
        if found is None:
            self._say("none")
            return
        total = len(spans)
        self._say("10,000 or more" if total == MOST else f"{total:,} found")
        editor.move_cursor(editor.location_at(found[0]), center=True)
        editor.move_cursor(editor.location_at(found[1]), select=True)

    def action_replace(self, everywhere: bool) -> None:
        """Replace the find that is shown and go on to the next, or replace all; one step to undo."""
        sought, editor = self.sought, self._editor
        if sought is None:
            return
        if everywhere:
            replaced, number = replace_all(editor.text, sought, self.replacement)
            if number:
                editor.replace(replaced, (0, 0), editor.document.end)
            self._say(f"{number:,} replaced")
            return
        start, end = sorted(editor.selection)
        if sought.is_whole(editor.selected_text):
            editor.replace(self.replacement, start, end)
        self.action_go(1)

    def action_leave(self) -> None:
        """Go back to writing."""
        self.display = False
        self._editor.focus()

    def _say(self, text: str) -> None:
        """Show how many there are, or what was done."""
        self.query_one("#found", Static).update(text)


@lru_cache(maxsize=2)
def _folded(text: str, folding: Callable[[str], str]) -> FoldedText:
    """Return a draft folded; it is the same for one key after another."""
    return FoldedText(text, folding)


def find(spans: Iterable[tuple[int, int]], start: int, direction: int) -> tuple[int, int] | None:
    """Return the first find from `start` on, or the last one that ends before it; around the end if need be.

    `spans` are all finds, in order; None where there is none.
    """
    first = last = before = None
    for span in spans:
        first, last = first or span, span
        if direction >= 0 and span[0] >= start:
            return span
        if span[1] <= start:
            before = span
    return first if direction >= 0 else before or last


def replace_all(text: str, sought: Sought, replacement: str) -> tuple[str, int]:
    """Return the text with all that is found replaced, and how often that was."""
    parts: list[str] = []
    done = 0
    for start, end in sought.spans(text):
        parts += [text[done:start], replacement]
        done = end
    return "".join([*parts, text[done:]]), len(parts) // 2
