"""The line below a draft: what it is called, how long it is, where it is kept, how many keys were saved."""

from __future__ import annotations

import re
from functools import lru_cache

from textual.content import Content
from textual.widgets import Static

from rnnchat.library.drafts import Draft

LONGEST_NAME = 24
"""Of a longer file's name the end is shown, in characters."""
SAVED = "saved"
FEW_KEYS = 20
"""Of fewer characters written, no share of keys saved is shown."""
SMALLEST_SHARE = 0.005
"""Nor a smaller one."""

_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_](?:[^\W_]|['’_-](?=\w))*")


class DraftStatus(Static):
    """How a draft stands, in one line."""

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def show(self, draft: Draft, words: int, is_empty: bool, is_saved: bool, today: tuple[int, int]) -> None:
        """Show how `draft` stands; `today` has today's keys and the characters that they wrote."""
        parts = [f"{words:,} word{'' if words == 1 else 's'}", _state(draft, is_empty, is_saved)]
        counts = ((draft.keys, draft.characters), "here"), (today, "today")
        shares = [(share_saved(*pair), when) for pair, when in counts if pair[1] >= FEW_KEYS]
        saved = [f"{share:.0%} {when}" for share, when in shares if share >= SMALLEST_SHARE]
        if saved:
            parts.append(f"keys saved {', '.join(saved)}")
        name = "" if draft.file is None else draft.file.path.name
        if len(name) > LONGEST_NAME:
            name = f"…{name[1 - LONGEST_NAME :]}"
        looks = [(name, "bold")] if name else []
        looks += [(part, "$success" if part == SAVED else "") for part in parts]
        between = Content("  ·  ")
        self.update(between.join(Content.styled(*look) for look in looks), layout=False)


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


def _state(draft: Draft, is_empty: bool, is_saved: bool) -> str:
    if draft.file is None:
        return "nothing yet" if is_empty else "kept here, in no file"
    if not draft.file.digest:
        return "a new file, unsaved"
    return SAVED if is_saved else "kept, not saved yet"
