"""A small SQLite database in which everything is on the disk at the end of each transaction.

`PRAGMA user_version` is the number of migrations that a database has had. The migrations that an older
database lacks are applied in one transaction when it is opened; a newer database is left as it is.
"""

from __future__ import annotations

import contextlib
import glob
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.storage.paths import make_private

PATIENCE = 5.0
"""A transaction waits this many seconds for another program that is writing."""
MINIMUM_FREE = 256_000
"""A disk with fewer free bytes counts as full."""
_COMPANION_SUFFIXES = ("-wal", "-shm", "-journal")
"""SQLite keeps files with these suffixes beside a database."""
_STAYS = "What is on the screen stays there, and rnnchat tries again."
"""The hint of an error after which nothing that the user sees is lost."""


class DamagedDatabaseError(StorageError):
    """The file of a database is damaged."""


@dataclass(frozen=True)
class DatabaseSchema:
    """What a database holds, and the migrations that create its tables."""

    contents: str
    """What messages call the contents, such as "the chats"."""
    migrations: tuple[Callable[[sqlite3.Connection], None], ...]
    """The function at index i brings a database from version i to i + 1. Append to them; never change one."""


@contextlib.contextmanager
def open_database(path: Path, schema: DatabaseSchema) -> Iterator[sqlite3.Connection]:
    """Yield a connection to the database at `path`, which is created or migrated first where necessary.

    The block is one transaction. Raises StorageError where the disk is full or not writable, or where the
    file is damaged, was emptied, is in use by another program or was written by a newer version of rnnchat.
    """
    make_private(path.parent)
    try:
        _prepare_file(path, schema.contents)
        connection = sqlite3.connect(path, timeout=PATIENCE)
        try:
            _migrate(connection, path, schema)
            with connection:
                yield connection
        finally:
            connection.close()
        _record_use(path)
    except OSError as error:
        raise from_os_error(error, f"keeping {schema.contents}") from error
    except sqlite3.Error as error:
        raise _explained(error, path, schema.contents) from error


def _migrate(connection: sqlite3.Connection, path: Path, schema: DatabaseSchema) -> None:
    newest = len(schema.migrations)
    version = _user_version(connection)
    if version > newest:
        raise StorageError(
            f"{_capitalized(schema.contents)} were written by a newer version of rnnchat.",
            f"Update rnnchat to read them. The file {path} is left as it is.",
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if version == newest:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        version = _user_version(connection)  # Another process may have migrated it meanwhile.
        for migration in schema.migrations[version:]:
            migration(connection)
        connection.execute(f"PRAGMA user_version = {newest}")


def _user_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _prepare_file(path: Path, contents: str) -> None:
    """Create the file where it is missing; move one away that was emptied, and raise StorageError."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        _used_marker(path).unlink(missing_ok=True)  # The file was removed on purpose.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return
    if size == 0 and (_used_marker(path).exists() or _has_write_ahead_log(path)):
        aside = _move_aside(path)
        raise StorageError(
            f"The file of {contents} is empty: what it held is no longer in it.",
            f"It was moved to {aside}. You can put a copy from a backup in its place, as {path}. "
            "What you write from now on is saved in a new file.",
        )


def _move_aside(path: Path) -> Path:
    """Rename a database and its companion files to unused names; return the new path."""
    stem = f"{path.name}-damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    aside = next(
        path.with_name(name)
        for name in (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
        if not path.with_name(name).exists()
    )
    # Companions go first: SQLite would take a log that stayed behind for one of the new file.
    for ending in _COMPANION_SUFFIXES:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{ending}").rename(f"{aside}{ending}")
    path.rename(aside)
    _used_marker(path).unlink(missing_ok=True)
    return aside


def remove_database(path: Path) -> None:
    """Remove a database, its companion files, and what was moved aside because it was emptied."""
    try:
        for file in path.parent.glob(f"{glob.escape(path.name)}*"):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise from_os_error(error, f"removing {path.name}") from error


def _has_write_ahead_log(path: Path) -> bool:
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _used_marker(path: Path) -> Path:
    """Return the path of the file that shows that a database was used, even if it was emptied later."""
    return path.with_name(f"{path.name}.known")


def _record_use(path: Path) -> None:
    marker = _used_marker(path)
    if not marker.exists():
        with contextlib.suppress(OSError):
            os.close(os.open(marker, os.O_WRONLY | os.O_CREAT, 0o600))


def _explained(error: sqlite3.Error, path: Path, contents: str) -> StorageError:
    """Return an error of SQLite as a message for the person, with a hint."""
    text = str(error)
    message = f"{_capitalized(contents)} could not be read or saved"
    if any(word in text for word in ("malformed", "not a database", "no such table", "no such column")):
        return DamagedDatabaseError(
            f"{message}: their file is damaged.",
            f"The file {path} is damaged and was left as it is. Quit, and put a copy from a backup in its "
            f"place. Or start with a new one: move it away, together with {path.name}-wal if there is one.",
        )
    if "full" in text or ("I/O error" in text and _is_full(path)):
        return StorageError(f"{message}: the disk is full.", f"Free some space. {_STAYS}")
    if "locked" in text or "busy" in text:
        return StorageError(
            f"{message}: their file is in use by another program.",
            f"Close the program that has {path} open. {_STAYS}",
        )
    if "readonly" in text or "unable to open" in text:
        return StorageError(
            f"{message}: their file is not writable.",
            f"Check who owns {path} and its folder, or set RNNCHAT_HOME to a folder of yours. {_STAYS}",
        )
    if "I/O error" in text:
        return StorageError(
            f"{message}: the disk reported an error.",
            f"Check the disk that holds {path}, and the space on it. {_STAYS}",
        )
    return StorageError(f"{message}: {text}.", _STAYS)


def _is_full(path: Path) -> bool:
    """Return whether the disk is full, which SQLite may report as an input or output error."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < MINIMUM_FREE


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def number_by_last_change(connection: sqlite3.Connection, table: str) -> None:
    """Set the column ``used`` of a `table` to the order in which its rows were last changed.

    Later changes count on from there. A time would not do: a row that was written while the clock was ahead
    would stay first. Times in the future are set to now.
    """
    rows = connection.execute(f"SELECT id FROM {table} ORDER BY changed, id").fetchall()
    connection.executemany(
        f"UPDATE {table} SET used = ? WHERE id = ?",
        [(used, row[0]) for used, row in enumerate(rows, start=1)],
    )
    connection.execute(f"UPDATE {table} SET changed = min(changed, ?)", (time.time(),))


def all_words_condition(words: list[str], column: str) -> str:
    """Return an SQL condition: a column of folded text contains all `words`, which are its parameters."""
    return " AND ".join([f"instr({column}, ?)"] * len(words))
