"""One fast regular expression for many words: a trie, in which words share their common prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def as_pattern(words: Iterable[str]) -> str:
    """Return a pattern that matches, at any position, the longest of `words`."""
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
