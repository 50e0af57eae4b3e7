"""The names that a model can have, in any script."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from rnnchat.errors import ModelError
from rnnchat.library.card_validation import is_control_character

MAXIMUM_CHARACTERS = 64
"""A name has at most this many characters."""
MAXIMUM_BYTES = 200
"""A name has at most this many bytes in UTF-8: the bin adds a number to it, and 255 are possible."""
_JOINERS = "\u200c\u200d"
"""Scripts such as Persian and Hindi need these invisible characters within a word."""
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""These letters and marks are invisible, as are variation selectors."""


def checked_model_name(typed: str) -> str:
    """Return what was typed as the name of a model, in normal form (NFC).

    Raises ModelError, whose hint says what is allowed, where no model can have that name.
    """
    name = unicodedata.normalize("NFC", typed.strip())
    if not _is_allowed(name):
        raise ModelError(
            f"A model cannot be called {_shortened(name)!r}.",
            f"Use up to {MAXIMUM_CHARACTERS} letters, digits, spaces, dots and dashes, "
            "with a letter or digit at both ends.",
        )
    if len(name.encode()) > MAXIMUM_BYTES:
        raise ModelError(
            f"The name {_shortened(name)!r} is too long for a folder.",
            f"Use at most {MAXIMUM_BYTES} bytes of UTF-8: 50 characters fit in every script.",
        )
    return name


def comparison_key(name: str) -> str:
    """Return what is equal for two names that count as the same: they may differ in case and width."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def displayed_name(folder: Path) -> str:
    """Return the name of a model's folder as text that can be shown.

    Control characters and bytes that are not UTF-8 become escapes, as in ``caf\\xe9``.
    """
    name = os.fsencode(folder.name).decode("utf-8", "backslashreplace")
    return "".join(
        character.encode("unicode_escape").decode() if is_control_character(character) else character
        for character in name
    )


def _is_allowed(name: str) -> bool:
    if (
        not 0 < len(name) <= MAXIMUM_CHARACTERS
        or not (name[0].isalnum() or name[0] == "_")
        or name[-1] in " .-"
    ):
        return False
    before = ""
    for position, character in enumerate(name):
        category = unicodedata.category(character)
        after = name[position + 1 : position + 2]
        if character in _JOINERS:
            # Only one at a time, between two letters.
            fits = _is_letter(before) and _is_letter(after)
        elif category[0] == "M":
            fits = _is_letter(before) or before in _JOINERS
        else:
            fits = character.isalnum() or character in "_ .-"
        if not fits or _is_invisible(character):
            return False
        before = character
    return True


def _is_letter(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "LM" and not _is_invisible(character)


def _is_invisible(character: str) -> bool:
    return (
        character in _INVISIBLE
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def _shortened(name: str) -> str:
    return name if len(name) <= 2 * MAXIMUM_CHARACTERS else f"{name[: 2 * MAXIMUM_CHARACTERS]}…"
