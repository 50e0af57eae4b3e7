"""The status line of a draft: its file, its number of words, whether it is saved, and the keys saved."""

from __future__ import annotations

import re
from functools import lru_cache

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from rnnchat.app.draft_snapshots import SaveResult
from rnnchat.library.drafts import Draft
from rnnchat.storage.display import display_path

LONGEST_NAME = 24
"""The number of characters shown of a file's name at most; of a longer one its end is shown."""
SAVED = "saved"
NOT_AUTOSAVED = "not autosaved"
STATE_STYLES = {SAVED: "$success", NOT_AUTOSAVED: "$error bold"}
"""The styles of the states that are not shown as plain text."""
FEWEST_CHARACTERS = 20
"""The number of characters written from which the share of keys saved is shown."""
SMALLEST_SHARE = 0.005
"""The smallest share of keys saved that is shown."""
READ_FOR_UNIT = 2_000
"""So many characters show whether words or characters are counted."""

_SINGLE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_](?:[^\W_]|['’_-](?=\w))*")
"""A word, or a single Chinese or Japanese character."""


class DraftStatus(Widget):
    """One line about a draft, with as many of its parts as fit."""

    def __init__(self) -> None:
        super().__init__()
        self._forms = [Content("")]
        """The texts to choose from, the longest first."""

    def show(
        self, draft: Draft, words: int, is_empty: bool, result: SaveResult, open_error: str = ""
    ) -> None:
        """Show a draft, the result of its last autosave, and why another draft could not be opened, if so."""
        state = _state(draft, is_empty, result)
        parts = [
            Content(f"{words:,} {unit_of(draft.text)}{'' if words == 1 else 's'}"),
            Content.styled(state, STATE_STYLES.get(state, "")),
        ]
        if draft.file is not None:
            parts.insert(0, Content.styled(_shortened(display_path(draft.file.path.name)), "bold"))
        counts = ((draft.keys, draft.characters), "here"), (result.today, "today")
        shares = [(share_saved(*pair), when) for pair, when in counts if pair[1] >= FEWEST_CHARACTERS]
        saved = [f"{share:.0%} {when}" for share, when in shares if share >= SMALLEST_SHARE]
        between = Content("  ·  ")
        failures = [open_error, "not opened"] if open_error and draft.file is None else []
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

    def show_message(self, text: str) -> None:
        """Show `text` in place of anything about a draft."""
        self._forms = [Content(text)]
        self.refresh()

    def render(self) -> RenderResult:
        """Draw the longest text that fits."""
        width = self.content_size.width
        return next((form for form in self._forms if form.cell_length <= width), self._forms[-1])


def unit_of(text: str) -> str:
    """Return what is counted in a text: in Chinese and Japanese, most words are single characters."""
    counted = _WORDS.findall(text[:READ_FOR_UNIT])
    single = sum(_SINGLE.match(word) is not None for word in counted)
    return "character" if single * 2 > len(counted) else "word"


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"


def share_saved(keys: int, characters: int) -> float:
    """Return the share of keys saved, 1 - keys / characters, or 0 where that is negative."""
    return max(0.0, 1 - keys / characters) if characters else 0.0


def count_words(text: str) -> int:
    """Return the number of words; a Chinese or Japanese character counts as one."""
    return sum(map(_count_line, text.split("\n")))


@lru_cache(maxsize=65_536)
def _count_line(line: str) -> int:
    """Return the number of words of a line; most lines are the same as in the last count, hence the cache."""
    return sum(1 for _ in _WORDS.finditer(line))


def _state(draft: Draft, is_empty: bool, result: SaveResult) -> str:
    """Return whether the draft is autosaved here, and whether it is saved to its file."""
    if result.has_failed:
        return NOT_AUTOSAVED
    if draft.file is None:
        return "empty" if is_empty else "autosaved, no file"
    if not draft.file.digest:
        return "new file, not saved"
    return SAVED if result.is_saved else "autosaved, not in file"
