"""What the writer did in earlier drafts: words and pairs of words, and suggestions that were dismissed.

It makes suggestions better and is kept on this machine alone, in a database of its own. Everything in it
counts less as time goes by: half as much every HALF_LIFE days. `forget` removes all of it. Lines that look
like they hold a secret are left out, and so is whatever has more than a few digits.
"""

from __future__ import annotations

import math
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from rnnchat.completion.used_words import UsedWords
from rnnchat.completion.words import tokens_of
from rnnchat.storage.sqlite import DamagedDatabaseError, DatabaseSchema, open_database, remove_database
from rnnchat.text.notes.secrets import screen

HALF_LIFE = 30.0
"""The days after which a use of a word counts half as much."""
SAME_FOLDER = 4.0
"""Uses in drafts of files in the same folder count this many times as much."""
MOST_ENTRIES = 20_000
"""At most this many words, pairs and dismissals are kept; those that count least go first."""
LONGEST = 32
"""A word of more characters is not kept."""
MOST_DIGITS = 3
"""A word with more digits is not kept: it may be the number of an account or the like."""
LARGEST_TEXT = 200_000
"""At most this many characters are read at once, the last ones."""

_DAY = 24 * 3600.0
"""The seconds of a day."""
_WORD, _PAIR, _DISMISSED = range(3)
"""The kinds of entries: a word, two words in a row, and a suggestion that was dismissed."""
_WORD_FORM = re.compile(r"[^\W\d_][\w'’]*")
"""Matches a word."""
_SEPARATOR = "\t"
"""What is between the words of a pair; no word has it."""


class WriterHistory:
    """The history in the database at `path`. Any thread may call the methods; each is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record_text(self, text: str, folder: str = "", known: Collection[str] = ()) -> None:
        """Count the words and the pairs of words in `text`, which was written in a draft of `folder`.

        The lines in `known` are not counted; they only help to see which others hold a secret.
        """
        lines = screen(text[-LARGEST_TEXT:]).text.split("\n")
        kept = "\n".join(line for line in lines if line not in known)
        counts: Counter[tuple[int, str]] = Counter()
        tokens = tokens_of(kept)
        for previous, word in zip(["\n", *tokens], tokens, strict=False):
            if _may_be_kept(word):
                counts[_WORD, word] += 1
                if _may_be_kept(previous):
                    counts[_PAIR, previous + _SEPARATOR + word] += 1
        self._add(counts, folder)

    def record_dismissed(self, words: Iterable[str]) -> None:
        """Count that the writer dismissed suggestions of `words`."""
        self._add(Counter((_DISMISSED, word) for word in words if _may_be_kept(word)), "")

    def load(self, folder: str = "") -> UsedWords:
        """Return what counts now in a draft of `folder`; an entry that makes no sense is left out."""
        if not self._path.exists():
            return UsedWords()
        with self._connection() as connection:
            rows = connection.execute("SELECT kind, text, folder, weight, day FROM entries").fetchall()
        rows = [row for row in rows if _is_entry(*row)]
        today = _today()
        counted: tuple[Counter[str], Counter[str], Counter[str]] = Counter(), Counter(), Counter()
        for kind, text, place, weight, day in rows:
            own = weight * _decay(today - day)
            counted[kind][text] += own * SAME_FOLDER if folder and place == folder else own
        pairs = {
            (first, second): one
            for text, one in counted[_PAIR].items()
            for first, second in [text.split(_SEPARATOR)]
        }
        return UsedWords(counted[_WORD], pairs, counted[_DISMISSED])

    def forget(self) -> int:
        """Remove everything; return how many entries there were.

        A damaged database is removed as a whole, and counts as one entry.
        """
        if not self._path.exists():
            return 0
        try:
            with self._connection() as connection:
                connection.execute("PRAGMA secure_delete = ON")
                return connection.execute("DELETE FROM entries").rowcount
        except DamagedDatabaseError:
            remove_database(self._path)
            return 1

    def _add(self, counts: Counter[tuple[int, str]], folder: str) -> None:
        """Add `counts` of entries of a folder, and drop those that count least where there are too many."""
        if not counts:
            return
        today = _today()
        with self._connection() as connection:
            connection.create_function("decay", 1, _decay, deterministic=True)
            connection.executemany(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " weight = weight * decay(excluded.day - day) + excluded.weight, day = excluded.day",
                [(kind, text, folder, count, today) for (kind, text), count in counts.items()],
            )
            connection.execute(
                "DELETE FROM entries WHERE rowid IN (SELECT rowid FROM entries"
                " ORDER BY weight * decay(? - day) DESC LIMIT -1 OFFSET ?)",
                (today, MOST_ENTRIES),
            )

    def _connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_database(self._path, _SCHEMA)


def _is_entry(kind: object, text: object, folder: object, weight: object, day: object) -> bool:
    """Whether a row is an entry as `_add` writes them; other programs may have changed the database."""
    if not isinstance(text, str) or not isinstance(folder, str) or kind not in (_WORD, _PAIR, _DISMISSED):
        return False
    numbers = [number for number in (weight, day) if isinstance(number, float) and math.isfinite(number)]
    return len(numbers) == 2 and numbers[0] >= 0 and text.count(_SEPARATOR) == (kind == _PAIR)


def _may_be_kept(word: str) -> bool:
    """Whether a lexical token is a word, and not a long number, a key or the like."""
    digits = sum(map(str.isdigit, word))
    return len(word) <= LONGEST and digits <= MOST_DIGITS and _WORD_FORM.fullmatch(word) is not None


def _decay(days: float) -> float:
    """Return how much of its weight an entry keeps after some days; a clock that was set back is ignored."""
    return float(0.5 ** (max(0.0, days) / HALF_LIFE))


def _today() -> float:
    """Return the time in days since 1970."""
    return time.time() / _DAY


def _migrate_to_1(connection: sqlite3.Connection) -> None:
    """Create the table."""
    connection.execute(
        "CREATE TABLE entries (kind INTEGER NOT NULL, text TEXT NOT NULL, folder TEXT NOT NULL,"
        " weight REAL NOT NULL, day REAL NOT NULL, PRIMARY KEY (kind, text, folder))"
    )


_SCHEMA = DatabaseSchema("the words of earlier drafts", (_migrate_to_1,))
"""The schema of the database of the writer's history."""
