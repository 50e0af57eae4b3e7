"""What a model may be called, in every script."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from rnnchat.errors import ModelError
from rnnchat.library.card_validation import is_control_character

LONGEST = 64
"""Characters of a name,"""
LONGEST_BYTES = 200
"""and its bytes in UTF-8, as the name of a folder has 255 and is written to the bin with a number."""
_JOINERS = "\u200c\u200d"
"""Scripts as Persian and Hindi need them within a word, where they cannot be seen by themselves."""
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that cannot be seen, beside the selectors of variants."""


def checked_model_name(typed: str) -> str:
    """Return `typed` as the name of a model, its characters composed (NFC).

    Raises ModelError with what is allowed.
    """
    name = unicodedata.normalize("NFC", typed.strip())
    if not _is_allowed(name):
        raise ModelError(
            f"A model cannot be called {_shortened(name)!r}.",
            f"Use up to {LONGEST} letters, digits, spaces, dots and dashes, "
            "with a letter or digit at both ends.",
        )
    if len(name.encode()) > LONGEST_BYTES:
        raise ModelError(
            f"The name {_shortened(name)!r} is too long for a folder.",
            f"Use at most {LONGEST_BYTES} bytes of UTF-8: 50 characters fit in every script.",
        )
    return name


def comparison_key(name: str) -> str:
    """Return what two names have in common that count as one: neither case nor width tells them apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def displayed_name(folder: Path) -> str:
    """Return the name of a folder as text that can be shown.

    Bytes that are not UTF-8, and signs that steer a terminal, become escapes, as in ``caf\\xe9``.
    """
    name = os.fsencode(folder.name).decode("utf-8", "backslashreplace")
    return "".join(
        sign.encode("unicode_escape").decode() if is_control_character(sign) else sign for sign in name
    )


def _is_allowed(name: str) -> bool:
    if not 0 < len(name) <= LONGEST or not (name[0].isalnum() or name[0] == "_") or name[-1] in " .-":
        return False
    before = ""
    for place, sign in enumerate(name):
        category = unicodedata.category(sign)
        after = name[place + 1 : place + 2]
        if sign in _JOINERS:
            # Only between the letters of one word, and never two.
            fits = _is_letter(before) and _is_letter(after)
        elif category[0] == "M":
            fits = _is_letter(before) or before in _JOINERS
        else:
            fits = sign.isalnum() or sign in "_ .-"
        if not fits or _is_unseen(sign):
            return False
        before = sign
    return True


def _is_letter(sign: str) -> bool:
    return bool(sign) and unicodedata.category(sign)[0] in "LM" and not _is_unseen(sign)


def _is_unseen(sign: str) -> bool:
    return sign in _UNSEEN or "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"


def _shortened(name: str) -> str:
    return name if len(name) <= 2 * LONGEST else f"{name[: 2 * LONGEST]}…"
