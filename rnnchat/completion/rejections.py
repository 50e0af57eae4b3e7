"""Suggestions that the writer rejected at a place of a draft: dismissed for good, or ignored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_FIRST_WORD = re.compile(r"\W*\w[\w'’]*")
"""Matches the first word of a suggestion, with what comes before it."""
_TAIL = 200
"""A place in the draft is recognised by this many characters."""


def begins_with_any(phrase: str, rejected: Collection[str]) -> bool:
    """Whether `phrase` is one of `rejected`, or begins with one of them and goes on with another word."""
    return any(
        phrase.startswith(text) and not phrase[len(text) : len(text) + 1].isalnum() for text in rejected
    )


@dataclass(frozen=True)
class _Rejection:
    """One suggestion that was rejected."""

    since: int
    """The length of the draft at that time."""
    end: int
    """The length it would have had with the suggestion."""
    tail: str
    """How it would have ended."""

    @classmethod
    def of(cls, before: str, text: str) -> _Rejection:
        """Return the rejection of `text` after `before`."""
        return cls(len(before), len(before) + len(text), (before[-_TAIL:] + text)[-_TAIL:])

    def remaining(self, before: str) -> str:
        """Return what of it is not typed yet where the draft ends with `before`; nothing elsewhere."""
        typed = len(self.tail) - (self.end - len(before))
        return self.tail[typed:] if 0 <= typed < len(self.tail) and before.endswith(self.tail[:typed]) else ""


class Rejections:
    """The rejections in one draft."""

    def __init__(self) -> None:
        self._dismissed: set[_Rejection] = set()
        self._ignored: set[_Rejection] = set()

    def dismiss(self, before: str, text: str) -> None:
        """Reject `text`, or its first word, for good."""
        word = _FIRST_WORD.match(text)
        self._dismissed.add(_Rejection.of(before, word.group() if word else text))

    def ignore(self, before: str, texts: Iterable[str]) -> None:
        """Reject `texts` for the rest of the word, or until that is deleted."""
        here = len(before)
        active = {rejection for rejection in self._ignored if rejection.since < here < rejection.end}
        self._ignored = active | {_Rejection.of(before, text) for text in texts}

    def dismissed_at(self, before: str) -> set[str]:
        """Return what was dismissed and must not be suggested after `before`."""
        return {rejection.remaining(before) for rejection in self._dismissed}

    def ignored_at(self, before: str) -> Counter[str]:
        """Return what was ignored and could still be suggested after `before`, and how often it was."""
        here = len(before)
        remaining = (one.remaining(before) for one in self._ignored if one.since < here)
        return Counter(text for text in remaining if text)
