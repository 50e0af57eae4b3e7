"""Titles for a draft, and file names made of them; for any thread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnnchat.errors import ModelError

if TYPE_CHECKING:
    from rnnchat.storage.paths import Paths

LONGEST_NAME = 80
"""A file name that is made of a title has at most so many characters without its ending."""
LONGEST_BYTES = 200
"""It has at most so many bytes in UTF-8, since file systems allow 255."""
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_ENDING = ".md"


def titles_of_draft(paths: Paths, model: str, text: str) -> list[str]:
    """Return titles for a draft, the best first: the one that it has, or else suggested ones.

    They are in the style of the titles of the notes that `model` learned, if it learned any.
    """
    from rnnchat.library.title_notes import learned_title_writer
    from rnnchat.tasks.summarising.prose import read_prose
    from rnnchat.tasks.summarising.titles import plain_writer

    prose = read_prose(text)
    if prose.title:
        return [prose.title]
    try:
        writer = learned_title_writer(paths, model)
    except ModelError:
        writer = plain_writer()
    return writer.suggest(prose)


def names_of(titles: Sequence[str]) -> list[str]:
    """Return a file name for each title, without what is not allowed in file names."""
    from rnnchat.text.notes.clean import sanitize

    names = []
    for title in titles:
        name = " ".join(_NOT_IN_NAMES.sub(" ", sanitize(title)).split()).lstrip(".")[:LONGEST_NAME]
        name = name.encode()[:LONGEST_BYTES].decode("utf-8", "ignore").strip(" .")
        if name:
            names.append(f"{name}{_ENDING}")
    return names
