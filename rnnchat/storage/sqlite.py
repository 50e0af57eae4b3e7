"""A small SQLite database that loses nothing: what a block writes is on the disk when it ends.

Its layout has a number (`PRAGMA user_version`) and comes about in steps, each of which is a function. A
database of an older rnnchat is brought up to date in one transaction; one of a newer one is left as it is.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.storage.paths import make_private

PATIENCE = 5.0
"""Seconds to wait for another program that is writing."""
SMALLEST_ROOM = 256_000
"""With fewer bytes left, a disk is full."""
_COMPANIONS = ("-wal", "-shm", "-journal")
_STAYS = "What is on the screen stays there, and is tried again."


@dataclass(frozen=True)
class DatabaseSchema:
    """What a database holds, and the steps that its tables came about in."""

    what: str
    """Its contents, as messages call them."""
    steps: tuple[Callable[[sqlite3.Connection], None], ...]
    """Each brings a database from its own index to the next number. Steps are added, never changed."""


@contextlib.contextmanager
def open_database(path: Path, layout: DatabaseSchema) -> Iterator[sqlite3.Connection]:
    """Yield a connection to the database at `path`, made or brought up to date where need be.

    The block is one transaction. Raises StorageError where the disk is full or may not be written, or where
    the file is damaged, was emptied, is in use by another program or was written by a newer rnnchat.
    """
    make_private(path.parent)
    try:
        _prepare_file(path, layout.what)
        connection = sqlite3.connect(path, timeout=PATIENCE)
        try:
            _bring_up_to_date(connection, path, layout)
            with connection:
                yield connection
        finally:
            connection.close()
        _note_known(path)
    except OSError as error:
        raise from_os_error(error, f"keeping {layout.what}") from error
    except sqlite3.Error as error:
        raise _explained(error, path, layout.what) from error


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, layout: DatabaseSchema) -> None:
    newest = len(layout.steps)
    version = _version(connection)
    if version > newest:
        raise StorageError(
            f"{_capital(layout.what)} were written by a newer rnnchat.",
            f"Update rnnchat to read them. The file {path} is left as it is.",
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if version == newest:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for step in layout.steps[_version(connection) :]:  # another rnnchat may have been faster
            step(connection)
        connection.execute(f"PRAGMA user_version = {newest}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _prepare_file(path: Path, what: str) -> None:
    """Make the file where there is none; move an empty one away that had something in it, and say so."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        _known(path).unlink(missing_ok=True)  # it was moved away on purpose
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return
    if size == 0 and (_known(path).exists() or _has_log(path)):
        aside = _move_aside(path)
        raise StorageError(
            f"The file of {what} is empty: what it held is gone from it.",
            f"It was moved to {aside}. A copy from a backup can take its place, as {path}; what is said or "
            "written from now on is kept in a new file.",
        )


def _move_aside(path: Path) -> Path:
    """Move a database away with all that belongs to it, over nothing that exists; return where it is now."""
    stem = f"{path.name}-damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    aside = next(
        path.with_name(name)
        for name in (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
        if not path.with_name(name).exists()
    )
    # What belongs to it goes first: a log that stayed behind would be taken for one of the new file.
    for ending in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{ending}").rename(f"{aside}{ending}")
    path.rename(aside)
    _known(path).unlink(missing_ok=True)
    return aside


def _has_log(path: Path) -> bool:
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _known(path: Path) -> Path:
    """Return the file that tells that there was something in a database: an empty database cannot tell."""
    return path.with_name(f"{path.name}.known")


def _note_known(path: Path) -> None:
    known = _known(path)
    if not known.exists():
        with contextlib.suppress(OSError):
            os.close(os.open(known, os.O_WRONLY | os.O_CREAT, 0o600))


def _explained(error: sqlite3.Error, path: Path, what: str) -> StorageError:
    """Return what an error of SQLite means for a person, and what helps."""
    told = str(error)
    message = f"{_capital(what)} could not be read or kept"
    if any(word in told for word in ("malformed", "not a database", "no such table", "no such column")):
        return StorageError(
            f"{message}: their file is damaged.",
            f"The file {path} is damaged and was left as it is. Quit, and put a copy from a backup in its "
            f"place. Or start afresh: Move it away, with {path.name}-wal if that is there.",
        )
    if "full" in told or ("I/O error" in told and _is_full(path)):
        return StorageError(f"{message}: the disk is full.", f"Free some space. {_STAYS}")
    if "locked" in told or "busy" in told:
        return StorageError(
            f"{message}: their file is in use by another program.",
            f"Close the program that has {path} open. {_STAYS}",
        )
    if "readonly" in told or "unable to open" in told:
        return StorageError(
            f"{message}: their file may not be written.",
            f"Check who owns {path} and its folder, or set RNNCHAT_HOME to a folder of yours. {_STAYS}",
        )
    if "I/O error" in told:
        return StorageError(
            f"{message}: the disk did not answer as it should.",
            f"Check the disk that holds {path}, and the space on it. {_STAYS}",
        )
    return StorageError(f"{message}: {told}.", _STAYS)


def _is_full(path: Path) -> bool:
    """Whether the disk has no room: its log and its index say so as an error of input or output."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < SMALLEST_ROOM


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def number_by_last_change(connection: sqlite3.Connection, table: str) -> None:
    """Number the rows of a `table` by when they were last changed, and bring times to come back to now.

    The order of use is a number from then on: by the time, what was written while the clock was ahead would
    stay first for ever.
    """
    rows = connection.execute(f"SELECT id FROM {table} ORDER BY changed, id").fetchall()
    connection.executemany(
        f"UPDATE {table} SET used = ? WHERE id = ?",
        [(used, row[0]) for used, row in enumerate(rows, start=1)],
    )
    connection.execute(f"UPDATE {table} SET changed = min(changed, ?)", (time.time(),))


def all_words_condition(words: list[str], column: str) -> str:
    """Return the condition that all of so many words stand in a column of folded text."""
    return " AND ".join([f"instr({column}, ?)"] * len(words))
