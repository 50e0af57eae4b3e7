"""Texts exactly as they are, to be scored: nothing is cleaned or left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rnnchat.errors import NotesError
from rnnchat.text.notes.decode import UnreadableError, decode, read_file
from rnnchat.text.notes.walk import MAXIMUM_BYTES, Skipped, walk


def read_raw(paths: Iterable[Path]) -> list[str]:
    """Return the exact text of every readable file under `paths`.

    Raises NotesError where there is none.
    """
    texts = []
    reasons = set()
    for item in walk(paths):
        if isinstance(item, Skipped):
            reasons.add(item.reason)
            continue
        try:
            texts.append(decode(read_file(item.path, MAXIMUM_BYTES)))
        except UnreadableError as reason:
            reasons.add(str(reason))
    if not any(texts):
        shown = "; ".join(sorted(reasons)[:3])
        raise NotesError(
            "There is no text to score here.", f"Skipped: {shown}." if shown else "The folder is empty."
        )
    return texts
