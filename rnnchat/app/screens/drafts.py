"""The dialog that opens a draft or a file: search, open, delete."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from rnnchat.app.screens.dialogs import is_absolute
from rnnchat.app.screens.search import Row, SearchScreen
from rnnchat.app.widgets.path_suggester import PathSuggester
from rnnchat.errors import RnnchatError
from rnnchat.library.drafts import DraftSummary
from rnnchat.storage.paths import parse_path, start_folder

PREVIEWS = 30
"""The first drafts of the list, so many of them, have their key sentence in a second line."""
PREVIEW_CHARACTERS = 120
"""At most so many characters of a key sentence are shown."""
PREVIEW_REPEATS = 24
"""A key sentence that begins with so many characters of the title is not shown."""


class DraftsScreen(SearchScreen[Path]):
    """A list of the drafts that match what is typed; a path opens a file instead.

    Gives back the number of a draft, the path of a file, or None.
    """

    BINDINGS: ClassVar = [
        Binding(
            "ctrl+t", "browse", "Folders", id="drafts.browse", tooltip="Choose a file in a tree of folders"
        ),
    ]

    heading = "Open a draft or a file"
    placeholder = "Words of a draft, or a path like ~/notes/today.md"
    empty_text = "No drafts yet."
    no_match_text = "No matching drafts. Enter opens the file of this name."
    open_entry_text = "This draft is open. Start a new one first (Ctrl+N)."
    delete_question = "Delete this draft permanently?"
    delete_note = "If it was saved to a file, the file stays."

    def __init__(self, current: int) -> None:
        super().__init__(current, PathSuggester())

    def find(self, words: str) -> Sequence[Row]:
        """Return the drafts that contain all `words`; none where a path is typed."""
        if _is_path(words):
            return []
        found = self.services.drafts.find(words)
        return [
            (draft.id, _line(draft, _preview(draft.beginning) if place < PREVIEWS else ""))
            for place, draft in enumerate(found)
        ]

    def delete(self, number: int) -> None:
        """Delete a draft; a file that it was saved to stays."""
        self.services.drafts.delete(number)

    def show(self, found: Sequence[Row], hint: str) -> None:
        """Fill the list; where a path is typed, say that Enter opens it."""
        super().show(found, "Enter opens this file." if _is_path(self.query_one(Input).value) else hint)

    def take(self, typed: str) -> None:
        """Open the file if `typed` is a path or matches no draft, or else the highlighted draft."""
        is_file = _is_path(typed) or not self.query_one(OptionList).option_count
        if is_file and typed.strip():
            self.open_file(typed)
        else:
            super().take(typed)

    def open_file(self, typed: str) -> None:
        """Open the file whose path is typed, or say why that is no path."""
        try:
            path = parse_path(typed)
        except RnnchatError as error:
            self.query_one("#nothing", Static).update(f"{error.message} {error.hint}")
        else:
            self.dismiss(path)

    def action_browse(self) -> None:
        """Choose a file in a tree of folders."""
        from rnnchat.app.screens.browse import BrowseScreen

        def chosen(path: Path | None) -> None:
            if path is not None:
                self.dismiss(path)

        self.app.push_screen(BrowseScreen(start_folder()), chosen)


def _is_path(value: str) -> bool:
    return is_absolute(value) or value.strip().startswith(("./", "../"))


def _line(draft: DraftSummary, preview: str) -> Content:
    when = time.strftime("%d %b %H:%M", time.localtime(draft.changed))
    size = f"  {draft.characters:,} character{'s' * (draft.characters != 1)}"
    # The title of a draft without a file is how it begins.
    is_new = preview and not preview.startswith(draft.title[:PREVIEW_REPEATS])
    shown = f"\n  {preview}" if is_new else ""
    return Content.assemble((f"{when}  ", "dim"), draft.title, (size, "dim"), (shown, "dim"))


@lru_cache(maxsize=256)
def _preview(beginning: str) -> str:
    """Return the key sentence of a draft; nothing where the text has no sentence."""
    from rnnchat.tasks.summarising.summary import preview

    return preview(beginning, PREVIEW_CHARACTERS)
