"""The line below a draft: what it is called, how long it is, where it is kept, how many keys were saved."""

from __future__ import annotations

import re
from functools import lru_cache

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from rnnchat.app.autosave import SaveResult
from rnnchat.library.drafts import Draft
from rnnchat.storage.display import display_path

LONGEST_NAME = 24
"""Of a longer file's name the end is shown, in characters."""
SAVED = "saved"
NOT_KEPT = "not kept"
STYLES = {SAVED: "$success", NOT_KEPT: "$error bold"}
FEW_KEYS = 20
"""Of fewer characters written, no share of keys saved is shown."""
SMALLEST_SHARE = 0.005
"""Nor a smaller one."""

_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_](?:[^\W_]|['’_-](?=\w))*")


class DraftStatus(Widget):
    """How a draft stands, in one line: as much of it as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._forms = [Content("")]
        """What may be shown, the longest first."""

    def show(self, draft: Draft, words: int, is_empty: bool, kept: SaveResult, what_failed: str = "") -> None:
        """Show how `draft` stands, what came of keeping it last, and why something else was not opened."""
        state = _state(draft, is_empty, kept)
        parts = [
            Content(f"{words:,} word{'' if words == 1 else 's'}"),
            Content.styled(state, STYLES.get(state, "")),
        ]
        if draft.file is not None:
            parts.insert(0, Content.styled(_shortened(display_path(draft.file.path.name)), "bold"))
        counts = ((draft.keys, draft.characters), "here"), (kept.today, "today")
        shares = [(share_saved(*pair), when) for pair, when in counts if pair[1] >= FEW_KEYS]
        saved = [f"{share:.0%} {when}" for share, when in shares if share >= SMALLEST_SHARE]
        between = Content("  ·  ")
        failures = [what_failed, "not opened"] if what_failed and draft.file is None else []
        self._forms = [
            between.join(
                [
                    *([Content.styled(failure, "$error")] if failure else []),
                    *parts,
                    *([Content(f"keys saved {', '.join(saved[:count])}")] if count else []),
                ]
            )
            for failure in failures or [""]
            for count in range(len(saved), -1, -1)
        ]
        self.refresh()

    def say(self, words: str) -> None:
        """Show `words` and nothing of a draft."""
        self._forms = [Content(words)]
        self.refresh()

    def render(self) -> RenderResult:
        """Draw the longest form that fits."""
        width = self.content_size.width
        return next((form for form in self._forms if form.cell_length <= width), self._forms[-1])


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"


def share_saved(keys: int, characters: int) -> float:
    """Return the share of keys that were saved where `keys` wrote so many characters; never below 0."""
    return max(0.0, 1 - keys / characters) if characters else 0.0


def count_words(text: str) -> int:
    """Return the number of words; a Chinese or Japanese character counts as one."""
    return sum(map(_count_line, text.split("\n")))


@lru_cache(maxsize=65_536)
def _count_line(line: str) -> int:
    """Return the number of words of a line; hardly any has changed since all were counted last."""
    return sum(1 for _ in _WORDS.finditer(line))


def _state(draft: Draft, is_empty: bool, kept: SaveResult) -> str:
    if kept.has_failed:
        return NOT_KEPT
    if draft.file is None:
        return "nothing yet" if is_empty else "kept here, in no file"
    if not draft.file.digest:
        return "a new file, unsaved"
    return SAVED if kept.is_saved else "kept, not saved yet"
