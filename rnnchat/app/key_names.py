"""Names of keys as people read them, and keys that terminals send in their own way.

What a key does stands in the `BINDINGS` of the screen, widget or app that handles it.
"""

from __future__ import annotations

from typing import Any, cast

# Textual has no public way to change how its parser reads a sequence.
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

_SEQUENCES = cast("dict[str, Any]", ANSI_SEQUENCES_KEYS)

_DISPLAY_NAMES = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
"""Names that are not simply the key's own with a capital letter."""


def display_key(key: str) -> str:
    """Return a key's name as the help writes it: ``Ctrl+R`` for ``ctrl+r``."""
    return "+".join(_DISPLAY_NAMES.get(part, part.capitalize()) for part in key.split("+"))


def recognize_alt_digits() -> None:
    """Let Alt+1 to Alt+9 be these keys in terminals without the newer keyboard protocol.

    Such terminals send Escape followed by the digit, which Textual takes for what a Mac's Option key
    types ("™" for 2), and would insert.
    """
    for digit in "123456789":
        # Without an entry of its own, Escape and what follows it are read as Alt and that key.
        _SEQUENCES.pop(f"\x1b{digit}", None)
