"""Drafts in SQLite: what is typed is on the disk moments later, whether it is saved to a file or not.

`app/autosave.py` decides when, and retries what failed.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from rnnchat.errors import StorageError
from rnnchat.library.text_folding import fold_lines, query_words
from rnnchat.storage.display import display_path
from rnnchat.storage.files import TextFile
from rnnchat.storage.sqlite import DatabaseSchema, all_words_condition, number_by_last_change, open_database

_COLUMNS = "id, version, text, cursor, keys, characters, path, newline, has_mark, digest, space_taken"
"""The columns of a draft, in the order in which they are read."""
_NEXT = "(SELECT COALESCE(MAX(used), 0) + 1 FROM drafts)"
"""SQL for a number above those of all drafts, which records the order of their last use."""
TITLE_LENGTH = 60
"""The title of a draft has at most this many characters of its first line."""

LISTED_CHARACTERS = 3_000
"""A list of drafts has so many characters from the beginning of each."""


@dataclass(frozen=True)
class Draft:
    """A draft; `id` is 0 until it is saved to the database for the first time."""

    id: int = 0
    version: int = 0
    """How often it was saved to the database; shows whether another rnnchat has changed it meanwhile."""
    text: str = ""
    cursor: int = 0
    """The position of the cursor, in characters from the beginning."""
    keys: int = 0
    """How many keys were pressed to write it."""
    characters: int = 0
    """How many characters these keys wrote; a suggestion writes several with one key."""
    file: TextFile | None = None
    space_taken: bool = False
    """Whether the space before the cursor came with an accepted suggestion; typing one then adds none."""

    @property
    def title(self) -> str:
        """Its title in lists: the name of its file, or its first words."""
        if self.file is not None:
            return display_path(self.file.path.name)
        first = next((line for line in self.text[:4096].splitlines() if line.strip()), "")
        return " ".join(first.split())[:TITLE_LENGTH] or "Untitled"

    @property
    def is_saved(self) -> bool:
        """Whether its file held the same text when rnnchat last read or wrote it."""
        from rnnchat.storage.atomic import sha256

        return self.file is not None and sha256(self.file.encode(self.text)) == self.file.digest


@dataclass(frozen=True)
class DraftSummary:
    """A draft in a list; ``changed`` is in seconds since 1970, ``characters`` is its length."""

    id: int
    title: str
    changed: float
    characters: int
    beginning: str = ""
    """The first characters of its text."""


class Drafts:
    """The drafts in the database at `path`. Any thread may call the methods; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, draft: Draft) -> Draft:
        """Save a draft to the database and return it with its number and version.

        Where another rnnchat has saved it meanwhile, both texts stay: this one becomes a new draft.
        """
        now = time.time()
        with self._connection() as connection:
            values = {**_row(draft), "changed": now, "id": draft.id, "version": draft.version}
            if draft.id:
                sets = ", ".join(f"{name} = :{name}" for name in values if name not in ("id", "version"))
                updated = connection.execute(
                    f"UPDATE drafts SET version = version + 1, used = {_NEXT}, {sets}"
                    " WHERE id = :id AND version = :version",
                    values,
                ).rowcount
                if updated:
                    return replace(draft, version=draft.version + 1)
            names = [name for name in values if name not in ("id", "version")]
            cursor = connection.execute(
                f"INSERT INTO drafts (version, used, created, {', '.join(names)})"
                f" VALUES (1, {_NEXT}, :changed, {', '.join(f':{name}' for name in names)})",
                values,
            )
            return replace(draft, id=int(cursor.lastrowid or 0), version=1)

    def load(self, draft: int | None = None) -> Draft | None:
        """Return a draft by its number, or the one used last; None where there is none."""
        where, values = ("WHERE id = ?", (draft,)) if draft is not None else ("", ())
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM drafts {where} ORDER BY used DESC LIMIT 1", values
            ).fetchone()
        return None if row is None else _draft(row)

    def of_file(self, path: Path) -> Draft | None:
        """Return the draft of the file at `path` that was used last; None where there is none."""
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM drafts WHERE path = ? ORDER BY used DESC LIMIT 1", (_stored(path),)
            ).fetchone()
        return None if row is None else _draft(row)

    def touch(self, draft: int) -> None:
        """Make a draft the one used last."""
        with self._connection() as connection:
            connection.execute(
                f"UPDATE drafts SET changed = ?, used = {_NEXT} WHERE id = ?", (time.time(), draft)
            )

    def find(self, words: str = "", limit: int = 200) -> list[DraftSummary]:
        """Return the drafts whose text or title contains all of `words`, the last used first.

        Case, accents and the width of letters are ignored, and parts of words match.
        """
        sought = query_words(words)
        fresh: list[tuple[int, int, str]] = []
        with self._connection() as connection:
            found = ""
            if sought:
                fresh = _not_yet_folded(connection)
                new = [row[0] for row in fresh if all(word in row[2] for word in sought)]
                found = (
                    f"WHERE id IN (SELECT id FROM folded WHERE {all_words_condition(sought, 'text')}"
                    " AND version = (SELECT version FROM drafts WHERE drafts.id = folded.id))"
                    f" OR id IN ({', '.join(map(str, new))})"
                )
            rows = connection.execute(
                f"SELECT id, title, MIN(changed, ?), length(text), substr(text, 1, ?) FROM drafts {found}"
                " ORDER BY used DESC LIMIT ?",
                (time.time(), LISTED_CHARACTERS, *sought, limit),
            ).fetchall()
        if fresh:
            # This speeds up the next search, which folds them again where it cannot be saved.
            with contextlib.suppress(StorageError), self._connection() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO folded"
                    " SELECT id, version, ?3 FROM drafts WHERE id = ?1 AND version = ?2",
                    fresh,
                )
        return [DraftSummary(*row) for row in rows]

    def delete(self, draft: int) -> None:
        """Remove a draft permanently; its file, if it has one, stays."""
        with self._connection() as connection:
            connection.execute("DELETE FROM drafts WHERE id = ?", (draft,))
            connection.execute("DELETE FROM folded WHERE id = ?", (draft,))

    def count_keys(self, keys: int, characters: int) -> None:
        """Add to the number of keys pressed today and of the characters that they wrote."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE"
                " SET keys = keys + excluded.keys, characters = characters + excluded.characters",
                (_today(), keys, characters),
            )

    def keys_today(self) -> tuple[int, int]:
        """Return how many keys were pressed today and how many characters they wrote."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT keys, characters FROM days WHERE day = ?", (_today(),)
            ).fetchone()
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def _connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_database(self._path, _SCHEMA)


def _row(draft: Draft) -> dict[str, object]:
    file = draft.file
    return {
        "title": draft.title,
        "text": draft.text,
        "cursor": draft.cursor,
        "keys": draft.keys,
        "characters": draft.characters,
        "path": None if file is None else _stored(file.path),
        "newline": "\n" if file is None else file.newline,
        "has_mark": 0 if file is None else int(file.has_mark),
        "digest": "" if file is None else file.digest,
        "space_taken": int(draft.space_taken),
    }


def _stored(path: Path) -> str | bytes:
    """Return `path` as SQLite can hold it: as text, or as bytes where it is not valid Unicode."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return str(path)


def _draft(row: tuple[int, int, str, int, int, int, str | bytes | None, str, int, str, int]) -> Draft:
    number, version, text, cursor, keys, characters, path, newline, has_mark, digest, space_taken = row
    file = None if path is None else TextFile(Path(os.fsdecode(path)), newline, bool(has_mark), digest)
    return Draft(number, version, text, cursor, keys, characters, file, bool(space_taken))


def _not_yet_folded(connection: sqlite3.Connection) -> list[tuple[int, int, str]]:
    """Return the number, version and folded text of the drafts that have changed since the last search.

    Saving does not fold them: a draft may be large and is saved twice a second.
    """
    rows = connection.execute(
        "SELECT drafts.id, drafts.version, title, drafts.text FROM drafts"
        " LEFT JOIN folded ON folded.id = drafts.id WHERE folded.version IS NOT drafts.version"
    )
    return [(number, version, fold_lines(f"{title}\n{text}")) for number, version, title, text in rows]


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _migrate_to_1(connection: sqlite3.Connection) -> None:
    """Create the tables of version 0.1 where they are missing: it wrote no version number."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS drafts ("
        "id INTEGER PRIMARY KEY, version INTEGER NOT NULL, created REAL NOT NULL, changed REAL NOT NULL,"
        " title TEXT NOT NULL, text TEXT NOT NULL, cursor INTEGER NOT NULL,"
        " keys INTEGER NOT NULL, characters INTEGER NOT NULL,"
        " path TEXT, newline TEXT NOT NULL, has_mark INTEGER NOT NULL, digest TEXT NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS days"
        " (day TEXT PRIMARY KEY, keys INTEGER NOT NULL, characters INTEGER NOT NULL)"
    )


def _migrate_to_2(connection: sqlite3.Connection) -> None:
    """Order drafts by when they were used, add folded text for searches and the column ``space_taken``."""
    connection.execute("ALTER TABLE drafts ADD COLUMN used INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE drafts ADD COLUMN space_taken INTEGER NOT NULL DEFAULT 0")
    connection.execute("CREATE INDEX drafts_by_use ON drafts (used)")
    number_by_last_change(connection, "drafts")
    connection.execute(
        "CREATE TABLE folded (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, text TEXT NOT NULL)"
    )


_SCHEMA = DatabaseSchema("the drafts", (_migrate_to_1, _migrate_to_2))
"""The schema of the database of drafts."""
