"""The sources of a reply: which passages stand in the notes, and in which line of which file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.key_footer import KeyFooter
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import shortened_path

if TYPE_CHECKING:
    from rnnchat.generation.attribution import Attribution


class AttributionScreen(Dialog[None]):
    """A reply with its copied passages numbered, and the places in the notes they stand at."""

    BINDINGS: ClassVar = [Binding("escape,f8,q", "dismiss", "Back", id="attribution.back", key_display="esc")]

    def __init__(self, model: str, text: str, found: Sequence[Attribution] | None) -> None:
        super().__init__()
        self._model, self._text, self._found = model, text, found

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="dialog", classes="wide tall"):
            yield Static("Sources of this reply", classes="title", markup=False)
            yield Static(summary(self._model, self._text, self._found), markup=False)
            if self._found:
                yield Static(_marked(self._text, self._found), classes="quoted", markup=False)
                yield Static(_places(self._found), markup=False)
        yield KeyFooter()


def summary(model: str, text: str, found: Sequence[Attribution] | None) -> str:
    """Return how much of a reply stands in the notes; `found` is None where the model has no notes."""
    if found is None:
        return f"{model} comes with rnnchat and has none of your notes to search."
    if not found:
        return "No passage of this reply appears word for word in your notes."
    copied = sum(len(origin.text) for origin in found)
    share = min(1.0, copied / max(1, len(text)))
    return f"{share:.0%} of this reply appears word for word in your notes:"


def _marked(text: str, found: Sequence[Attribution]) -> Content:
    """Return the text with the passages underlined and numbered."""
    parts: list[Content] = []
    end_before = 0
    for number, origin in enumerate(found, start=1):
        end = origin.start + len(origin.text)
        parts += [
            Content(text[end_before : origin.start]),
            Content.styled(text[origin.start : end], "underline $accent"),
            Content.styled(f"[{number}]", "$text-muted"),
        ]
        end_before = end
    return Content("").join([*parts, Content(text[end_before:])])


def _places(found: Sequence[Attribution]) -> Content:
    lines = []
    for number, origin in enumerate(found, start=1):
        where = shortened_path(display_path(origin.path)) if origin.path else "a note in an unknown file"
        lines.append(Content.assemble((f"[{number}] ", "$text-muted"), f"{where}, line {origin.line}"))
    return Content("\n").join(lines)
