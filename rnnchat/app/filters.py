"""The last filter before the terminal: no text can become an escape sequence."""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_DANGEROUS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class SanitizingFilter(LineFilter):
    """Removes control characters and marks of writing direction from everything that is drawn.

    They take no cell on the screen, so nothing moves.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return `segments` without invisible characters."""
        if not any(_DANGEROUS.search(text) for text, _, _ in segments):
            return segments
        return [Segment(_DANGEROUS.sub("", text), style, control) for text, style, control in segments]
