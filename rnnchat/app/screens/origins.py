"""Where the words of a reply come from: what of it stands in the notes, and in which line of which file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.storage.paths import shortened_path

if TYPE_CHECKING:
    from rnnchat.generation.attribution import Attribution


class OriginsScreen(Dialog[None]):
    """A reply, with what is copied set apart, and the places it was copied from."""

    BINDINGS: ClassVar = [Binding("escape,f8,q", "dismiss", "Back", id="origins.back", key_display="esc")]

    def __init__(self, model: str, text: str, found: Sequence[Attribution] | None) -> None:
        super().__init__()
        self._model, self._text, self._found = model, text, found

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(id="dialog", classes="wide tall"):
            yield Static("Where this comes from", classes="title", markup=False)
            yield Static(self._summary(), markup=False)
            if self._found:
                yield Static(_marked(self._text, self._found), classes="quoted", markup=False)
                yield Static(_places(self._found), markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def _summary(self) -> str:
        if self._found is None:
            return f"{self._model} keeps no notes to look the words up in: it came with rnnchat."
        if not self._found:
            return "No passage of this reply stands word for word in your notes."
        copied = sum(len(origin.text) for origin in self._found)
        share = min(1.0, copied / max(1, len(self._text)))
        return f"{share:.0%} of this reply stands word for word in your notes:"


def _marked(text: str, found: Sequence[Attribution]) -> Content:
    """Return the text with the stretches underlined and numbered."""
    parts: list[Content] = []
    done = 0
    for number, origin in enumerate(found, start=1):
        end = origin.start + len(origin.text)
        parts += [
            Content(text[done : origin.start]),
            Content.styled(text[origin.start : end], "underline $accent"),
            Content.styled(f"[{number}]", "$text-muted"),
        ]
        done = end
    return Content("").join([*parts, Content(text[done:])])


def _places(found: Sequence[Attribution]) -> Content:
    lines = []
    for number, origin in enumerate(found, start=1):
        where = shortened_path(origin.path) if origin.path else "a note whose file is not known"
        lines.append(Content.assemble((f"[{number}] ", "$text-muted"), f"{where}, line {origin.line}"))
    return Content("\n").join(lines)
