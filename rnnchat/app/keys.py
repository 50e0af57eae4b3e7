"""Alt and a digit, as terminals without the newer keyboard protocol send it.

Textual takes Escape followed by a digit for what a Mac's Option key types ("™" for 2), and would write that.
"""

from __future__ import annotations

from typing import Any, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

_SEQUENCES = cast("dict[str, Any]", ANSI_SEQUENCES_KEYS)


_SHOWN = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def shown_key(key: str) -> str:
    """Return a key's name as the help writes it: ``Ctrl+R`` for ``ctrl+r``."""
    return "+".join(_SHOWN.get(part, part.capitalize()) for part in key.split("+"))


def know_alt_digits() -> None:
    """Let the keys Alt+1 to Alt+9 be what they are in every terminal."""
    for digit in "123456789":
        # Without an entry of its own, Escape and what follows it are read as Alt and that key.
        _SEQUENCES.pop(f"\x1b{digit}", None)
