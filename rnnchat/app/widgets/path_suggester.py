"""Suggestions for paths as they are typed."""

from __future__ import annotations

import asyncio
import os

from textual.suggester import Suggester

from rnnchat.errors import RnnchatError
from rnnchat.storage.log import log_unexpected_error
from rnnchat.storage.paths import parse_argument

MAX_ENTRIES = 2_000
"""The number of entries of a folder that is looked at, so that a key never waits for a large one."""


class PathSuggester(Suggester):
    """Suggests the first file or folder whose name begins as typed; → takes it."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the completed path, or None."""
        return await asyncio.to_thread(complete_path, value)


def complete_path(value: str) -> str | None:
    """Return `value` completed to the first name on disk that begins so, folders with a slash.

    It never raises, whatever is typed, as it is called at every key.
    """
    try:
        return _complete(value)
    except RnnchatError:
        return None
    except Exception as error:
        log_unexpected_error(error)
        return None


def _complete(value: str) -> str | None:
    folder, _, start = value.rpartition("/")
    if not value or (not folder and not value.startswith("/")):
        folder, start = ".", value
    if not start:
        return None
    try:
        with os.scandir(parse_argument(folder or "/")) as entries:
            names = []
            for count, entry in enumerate(entries):
                if count >= MAX_ENTRIES:
                    break
                if entry.name.startswith(start) and not entry.name.startswith("."):
                    names.append(entry.name + ("/" if entry.is_dir() else ""))
    except (OSError, ValueError):
        return None
    if not names:
        return None
    return value + min(names)[len(start) :]
