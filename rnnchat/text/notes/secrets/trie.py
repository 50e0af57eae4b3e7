"""One pattern for many words that is quick to search with: words that begin alike share their beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def as_pattern(words: Iterable[str]) -> str:
    """Return a pattern that matches the longest of `words` at a place."""
    root: dict[str, Any] = {}
    for word in words:
        branch = root
        for character in word:
            branch = branch.setdefault(re.escape(character), {})
        branch[""] = {}
    return _branch_pattern(root)


def _branch_pattern(branch: dict[str, Any]) -> str:
    choices = [piece + _branch_pattern(rest) for piece, rest in sorted(branch.items()) if piece]
    if not choices:
        return ""
    pattern = choices[0] if len(choices) == 1 and "" not in branch else f"(?:{'|'.join(choices)})"
    return f"{pattern}?" if "" in branch else pattern
