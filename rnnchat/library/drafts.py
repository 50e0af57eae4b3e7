"""Drafts, kept in SQLite: what is typed is on the disk moments later, saved to a file or not."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from rnnchat.library.database import open_database
from rnnchat.library.files import TextFile
from rnnchat.library.display import display_path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS drafts (
    id INTEGER PRIMARY KEY, version INTEGER NOT NULL, created REAL NOT NULL, changed REAL NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, cursor INTEGER NOT NULL,
    keys INTEGER NOT NULL, characters INTEGER NOT NULL,
    path TEXT, newline TEXT NOT NULL, has_mark INTEGER NOT NULL, digest TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS days (
    day TEXT PRIMARY KEY, keys INTEGER NOT NULL, characters INTEGER NOT NULL
);
"""
_COLUMNS = "id, version, text, cursor, keys, characters, path, newline, has_mark, digest"
TITLE_LENGTH = 60


@dataclass(frozen=True)
class Draft:
    """A draft as it stands; `id` is 0 until it is kept for the first time."""

    id: int = 0
    version: int = 0
    """How often it was kept; it tells whether another rnnchat has changed it meanwhile."""
    text: str = ""
    cursor: int = 0
    """Where the cursor stands, in characters from the beginning."""
    keys: int = 0
    """Keys pressed to write."""
    characters: int = 0
    """Characters that these keys wrote."""
    file: TextFile | None = None

    @property
    def title(self) -> str:
        """What a list calls it: its file's name, or its first words."""
        if self.file is not None:
            return display_path(self.file.path.name)
        first = next((line for line in self.text[:4096].splitlines() if line.strip()), "")
        return " ".join(first.split())[:TITLE_LENGTH] or "Untitled"

    @property
    def is_saved(self) -> bool:
        """Whether its file, as last read or written here, holds the same text."""
        from rnnchat.library.atomic import sha256

        return self.file is not None and sha256(self.file.encode(self.text)) == self.file.digest


@dataclass(frozen=True)
class KeptDraft:
    """A draft as a list shows it; ``changed`` is in seconds since 1970."""

    id: int
    title: str
    changed: float
    characters: int


class Drafts:
    """The drafts of this person. One object may be used from any thread; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, draft: Draft) -> Draft:
        """Keep a draft as it stands now and return it with its number and version.

        Where another rnnchat has kept it meanwhile, both stay: this one becomes a draft of its own.
        """
        now = time.time()
        with self._connection() as connection:
            values = {**_row(draft), "changed": now, "id": draft.id, "version": draft.version}
            if draft.id:
                sets = ", ".join(f"{name} = :{name}" for name in values if name not in ("id", "version"))
                updated = connection.execute(
                    f"UPDATE drafts SET version = version + 1, {sets} WHERE id = :id AND version = :version",
                    values,
                ).rowcount
                if updated:
                    return replace(draft, version=draft.version + 1)
            names = [name for name in values if name not in ("id", "version")]
            cursor = connection.execute(
                f"INSERT INTO drafts (version, created, {', '.join(names)})"
                f" VALUES (1, :changed, {', '.join(f':{name}' for name in names)})",
                values,
            )
            return replace(draft, id=int(cursor.lastrowid or 0), version=1)

    def load(self, draft: int | None = None) -> Draft | None:
        """Return a draft, the one last worked on where no number is given; None where there is none."""
        where, values = ("WHERE id = ?", (draft,)) if draft is not None else ("", ())
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM drafts {where} ORDER BY changed DESC LIMIT 1", values
            ).fetchone()
        return None if row is None else _draft(row)

    def of_file(self, path: Path) -> Draft | None:
        """Return the draft that was last opened from the file at `path`, if any was."""
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM drafts WHERE path = ? ORDER BY changed DESC LIMIT 1",
                (_stored(path),),
            ).fetchone()
        return None if row is None else _draft(row)

    def touch(self, draft: int) -> None:
        """Make a draft the one last worked on."""
        with self._connection() as connection:
            connection.execute("UPDATE drafts SET changed = ? WHERE id = ?", (time.time(), draft))

    def find(self, words: str = "", limit: int = 200) -> list[KeptDraft]:
        """Return the drafts that hold all of `words` in their text or name, the latest first."""
        terms = [f"%{_as_like(word)}%" for word in words.split()]
        where = " AND ".join(["(title LIKE ? ESCAPE '\\' OR text LIKE ? ESCAPE '\\')"] * len(terms))
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, title, changed, length(text) FROM drafts"
                f" {'WHERE ' + where if terms else ''} ORDER BY changed DESC LIMIT ?",
                (*(term for term in terms for _ in range(2)), limit),
            ).fetchall()
        return [KeptDraft(*row) for row in rows]

    def delete(self, draft: int) -> None:
        """Remove a draft for good; its file, if it has one, stays."""
        with self._connection() as connection:
            connection.execute("DELETE FROM drafts WHERE id = ?", (draft,))

    def count_keys(self, keys: int, characters: int) -> None:
        """Add to the keys of today and the characters that they wrote."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE"
                " SET keys = keys + excluded.keys, characters = characters + excluded.characters",
                (_today(), keys, characters),
            )

    def keys_today(self) -> tuple[int, int]:
        """Return the keys of today and the characters that they wrote."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT keys, characters FROM days WHERE day = ?", (_today(),)
            ).fetchone()
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def _connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_database(self._path, _SCHEMA, "the drafts")


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
    }


def _stored(path: Path) -> str | bytes:
    """Return `path` as SQLite can hold it: a name that is no Unicode as its bytes."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return str(path)


def _draft(row: tuple[int, int, str, int, int, int, str | bytes | None, str, int, str]) -> Draft:
    number, version, text, cursor, keys, characters, path, newline, has_mark, digest = row
    file = None if path is None else TextFile(Path(os.fsdecode(path)), newline, bool(has_mark), digest)
    return Draft(number, version, text, cursor, keys, characters, file)


def _as_like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _today() -> str:
    return time.strftime("%Y-%m-%d")
