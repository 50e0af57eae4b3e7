"""Which of the saved models translate."""

from __future__ import annotations

from rnnchat.library.models import Library
from rnnchat.tasks.base import TRANSLATE


def translator_names(library: Library) -> list[str]:
    """Return the names of the translators in the library, in its order."""
    return list(translator_directions(library))


def translator_directions(library: Library) -> dict[str, str]:
    """Return from which language each translator translates into which, by name; empty if that is unknown."""
    return {
        entry.name: " → ".join(entry.card.learned_from.get("languages", []))
        for entry in library.entries()
        if entry.card is not None and entry.card.task == TRANSLATE and not entry.is_hidden
    }
