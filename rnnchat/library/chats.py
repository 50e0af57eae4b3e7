"""Chats in SQLite: every turn is on the disk as soon as it is sent."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from rnnchat.library.text_folding import fold, query_words
from rnnchat.storage.sqlite import DatabaseSchema, all_words_condition, number_by_last_change, open_database

TITLE_LENGTH = 60
"""The title of a chat has at most this many characters of its first turn."""
_NEXT = "(SELECT COALESCE(MAX(used), 0) + 1 FROM chats)"
"""SQL for a number above those of all chats, which records the order of their last use."""


@dataclass(frozen=True)
class StoredTurn:
    """A turn in the database: its number, role (``user`` or ``model``) and text, and the model in use."""

    id: int
    role: str
    text: str
    model: str


@dataclass(frozen=True)
class ChatSummary:
    """A chat in a list; ``changed`` is in seconds since 1970, ``turns`` is how many turns it has."""

    id: int
    title: str
    changed: float
    turns: int
    turn: int = 0
    """The number of the latest turn in which the words of the query occur; 0 without a query."""


class Chats:
    """The chats in the database at `path`. Any thread may call the methods; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add_turn(self, chat: int | None, role: str, text: str, model: str) -> tuple[int, int]:
        """Save a turn, in a new chat where `chat` is None; return the numbers of the chat and the turn."""
        now = time.time()
        title = " ".join(text.split())[:TITLE_LENGTH] or "Chat"
        with self._connection() as connection:
            known = connection.execute(
                f"UPDATE chats SET changed = ?, used = {_NEXT} WHERE id = ?", (now, chat)
            ).rowcount
            if not known:  # It is new, or another rnnchat has deleted it meanwhile.
                chat = connection.execute(
                    f"INSERT INTO chats (id, created, changed, used, title) VALUES (?, ?, ?, {_NEXT}, ?)",
                    (chat, now, now, title),
                ).lastrowid
            turn = connection.execute(
                "INSERT INTO turns (chat, role, text, model, created) VALUES (?, ?, ?, ?, ?)",
                (chat, role, text, model, now),
            ).lastrowid
            connection.execute("INSERT OR REPLACE INTO folded VALUES (?, ?, ?)", (turn, chat, fold(text)))
            return int(chat or 0), int(turn or 0)

    def remove_turn(self, turn: int) -> None:
        """Remove one turn, such as a reply that is to be generated again."""
        with self._connection() as connection:
            connection.execute("DELETE FROM turns WHERE id = ?", (turn,))
            connection.execute("DELETE FROM folded WHERE id = ?", (turn,))

    def turns(self, chat: int) -> list[StoredTurn]:
        """Return the turns of a chat in order."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, role, text, model FROM turns WHERE chat = ? ORDER BY id", (chat,)
            ).fetchall()
        return [StoredTurn(*row) for row in rows]

    def find(self, words: str = "", limit: int = 200) -> list[ChatSummary]:
        """Return the chats with a turn that contains all of `words`, the last used first.

        Case, accents and the width of letters are ignored, and parts of words match.
        """
        sought = query_words(words)
        hits = (
            "JOIN (SELECT chat, MAX(id) AS turn FROM folded"
            f" WHERE {all_words_condition(sought, 'text')} GROUP BY chat) AS hits ON hits.chat = chats.id"
        )
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT chats.id, title, MIN(changed, ?),"
                " (SELECT COUNT(*) FROM turns WHERE turns.chat = chats.id) AS turns,"
                f" {'hits.turn' if sought else '0'} FROM chats {hits if sought else ''}"
                " WHERE turns > 0 ORDER BY used DESC LIMIT ?",
                (time.time(), *sought, limit),
            ).fetchall()
        return [ChatSummary(*row) for row in rows]

    def delete(self, chat: int) -> None:
        """Remove a chat permanently."""
        with self._connection() as connection:
            connection.execute("DELETE FROM turns WHERE chat = ?", (chat,))
            connection.execute("DELETE FROM folded WHERE chat = ?", (chat,))
            connection.execute("DELETE FROM chats WHERE id = ?", (chat,))

    def _connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_database(self._path, _SCHEMA)


def _migrate_to_1(connection: sqlite3.Connection) -> None:
    """Create the tables of version 0.1 where they are missing: it wrote no version number."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS chats"
        " (id INTEGER PRIMARY KEY, created REAL NOT NULL, changed REAL NOT NULL, title TEXT NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS turns (id INTEGER PRIMARY KEY,"
        " chat INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,"
        " role TEXT NOT NULL, text TEXT NOT NULL, model TEXT NOT NULL, created REAL NOT NULL)"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS turns_by_chat ON turns (chat, id)")


def _migrate_to_2(connection: sqlite3.Connection) -> None:
    """Replace the full-text index by folded text for searches, and order chats by their last use."""
    connection.execute("DROP TRIGGER IF EXISTS turn_added")
    connection.execute("DROP TRIGGER IF EXISTS turn_removed")
    with contextlib.suppress(sqlite3.OperationalError):  # SQLite without full-text search cannot drop it.
        connection.execute("DROP TABLE IF EXISTS search")
    connection.execute("ALTER TABLE chats ADD COLUMN used INTEGER NOT NULL DEFAULT 0")
    connection.execute("CREATE INDEX chats_by_use ON chats (used)")
    number_by_last_change(connection, "chats")
    connection.execute(
        "CREATE TABLE folded (id INTEGER PRIMARY KEY, chat INTEGER NOT NULL, text TEXT NOT NULL)"
    )
    rows = connection.execute("SELECT id, chat, text FROM turns")
    connection.executemany(
        "INSERT INTO folded VALUES (?, ?, ?)", ((turn, chat, fold(text)) for turn, chat, text in rows)
    )


_SCHEMA = DatabaseSchema("the chats", (_migrate_to_1, _migrate_to_2))
"""The schema of the database of chats."""
