"""What a writer did not want at which place of a draft: dismissed for good, or read and typed past."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FIRST_WORD = re.compile(r"\W*\w[\w'’]*")
_TAIL = 200
"""So many characters tell one place from another."""


@dataclass(frozen=True)
class _Refused:
    """How long the draft was then, and where and how it would have ended."""

    since: int
    end: int
    tail: str

    @classmethod
    def of(cls, before: str, text: str) -> _Refused:
        """Return the refusal of `text` after `before`."""
        return cls(len(before), len(before) + len(text), (before[-_TAIL:] + text)[-_TAIL:])

    def left(self, before: str) -> str:
        """Return what of it is not typed yet where the draft ends with `before`; nothing elsewhere."""
        typed = len(self.tail) - (self.end - len(before))
        return self.tail[typed:] if 0 <= typed < len(self.tail) and before.endswith(self.tail[:typed]) else ""


class Rejections:
    """Rejections in one draft."""

    def __init__(self) -> None:
        self._dismissed: set[_Refused] = set()
        self._passed: set[_Refused] = set()

    def dismiss(self, before: str, text: str) -> None:
        """Refuse `text`, or the first word of it, for good."""
        word = _FIRST_WORD.match(text)
        self._dismissed.add(_Refused.of(before, word.group() if word else text))

    def pass_over(self, before: str, texts: Iterable[str]) -> None:
        """Refuse `texts` for the rest of the word, or until that is deleted."""
        here = len(before)
        ahead = {refused for refused in self._passed if refused.since < here < refused.end}
        self._passed = ahead | {_Refused.of(before, text) for text in texts}

    def dismissed_at(self, before: str) -> set[str]:
        """Return what was dismissed and must not be suggested here."""
        return {refused.left(before) for refused in self._dismissed}

    def passed_at(self, before: str) -> set[str]:
        """Return what was passed over and might still be suggested here."""
        return {refused.left(before) for refused in self._passed if refused.since < len(before)} - {""}
