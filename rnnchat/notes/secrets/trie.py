"""One pattern for many words that is quick to search with: words that begin alike share their beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_ANY_GAP = "[ _.-]?"


def as_pattern(words: Iterable[str], *, gaps: bool = True) -> str:
    """Return a pattern that matches the longest of `words`.

    With `gaps`, each `_`, `-` and `.` in them stands for a blank, any of these signs, or nothing.
    """
    root: dict[str, Any] = {}
    for word in words:
        branch = root
        for character in word:
            branch = branch.setdefault(_ANY_GAP if gaps and character in "_-." else re.escape(character), {})
        branch[""] = {}
    return _branch_pattern(root)


def _branch_pattern(branch: dict[str, Any]) -> str:
    choices = [piece + _branch_pattern(rest) for piece, rest in sorted(branch.items()) if piece]
    if not choices:
        return ""
    pattern = choices[0] if len(choices) == 1 and "" not in branch else f"(?:{'|'.join(choices)})"
    return f"{pattern}?" if "" in branch else pattern
