"""Chats, kept in SQLite: every turn is on the disk as soon as it is said."""

from __future__ import annotations

import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from rnnchat.library.database import open_database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chats (
    id INTEGER PRIMARY KEY, created REAL NOT NULL, changed REAL NOT NULL, title TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    role TEXT NOT NULL, text TEXT NOT NULL, model TEXT NOT NULL, created REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_by_chat ON turns (chat, id);
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (text, content='turns', content_rowid='id');
CREATE TRIGGER IF NOT EXISTS turn_added AFTER INSERT ON turns BEGIN
    INSERT INTO search (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER IF NOT EXISTS turn_removed AFTER DELETE ON turns BEGIN
    INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text);
END;
"""
TITLE_LENGTH = 60


@dataclass(frozen=True)
class StoredTurn:
    """A turn as it is kept: its number, who said it, what, and with which model."""

    id: int
    role: str
    text: str
    model: str


@dataclass(frozen=True)
class StoredChat:
    """A chat as a list shows it; ``changed`` is in seconds since 1970."""

    id: int
    title: str
    changed: float
    turns: int


class Chats:
    """The chats of this person. One object may be used from any thread; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add_turn(self, chat: int | None, role: str, text: str, model: str) -> tuple[int, int]:
        """Keep a turn, in a new chat where `chat` is None; return the chat's and the turn's numbers."""
        now = time.time()
        with self._connection() as connection:
            if chat is None:
                title = " ".join(text.split())[:TITLE_LENGTH] or "Chat"
                row = (now, now, title)
                chat = connection.execute(
                    "INSERT INTO chats (created, changed, title) VALUES (?, ?, ?)", row
                ).lastrowid
            cursor = connection.execute(
                "INSERT INTO turns (chat, role, text, model, created) VALUES (?, ?, ?, ?, ?)",
                (chat, role, text, model, now),
            )
            connection.execute("UPDATE chats SET changed = ? WHERE id = ?", (now, chat))
            return int(chat or 0), int(cursor.lastrowid or 0)

    def remove_turn(self, turn: int) -> None:
        """Remove one turn, as a reply that is asked for again."""
        with self._connection() as connection:
            connection.execute("DELETE FROM turns WHERE id = ?", (turn,))

    def turns(self, chat: int) -> list[StoredTurn]:
        """Return the turns of a chat in order."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, role, text, model FROM turns WHERE chat = ? ORDER BY id", (chat,)
            ).fetchall()
        return [StoredTurn(*row) for row in rows]

    def find(self, words: str = "", limit: int = 200) -> list[StoredChat]:
        """Return the chats in which all of `words` occur (word beginnings count), the latest first."""
        terms = " ".join('"' + word.replace('"', '""') + '"*' for word in words.split())
        where = (
            "WHERE chats.id IN (SELECT turns.chat FROM search JOIN turns ON turns.id = search.rowid"
            " WHERE search MATCH ?)"
        )
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT chats.id, chats.title, chats.changed, COUNT(turns.id) FROM chats"
                f" JOIN turns ON turns.chat = chats.id {where if terms else ''}"
                " GROUP BY chats.id ORDER BY chats.changed DESC LIMIT ?",
                (terms, limit) if terms else (limit,),
            ).fetchall()
        return [StoredChat(*row) for row in rows]

    def delete(self, chat: int) -> None:
        """Remove a chat for good."""
        with self._connection() as connection:
            connection.execute("DELETE FROM turns WHERE chat = ?", (chat,))
            connection.execute("DELETE FROM chats WHERE id = ?", (chat,))

    def _connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_database(self._path, _SCHEMA, "the chats")
