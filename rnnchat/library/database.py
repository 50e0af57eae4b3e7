"""A small SQLite database that loses nothing: what a block writes is on the disk when it ends."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from rnnchat.errors import StorageError, from_os_error
from rnnchat.library.paths import make_private


@contextlib.contextmanager
def open_database(path: Path, schema: str, what: str) -> Iterator[sqlite3.Connection]:
    """Yield a connection to the database at `path`, made with `schema` where it is missing.

    The block is one transaction. `what` names the contents in messages. Raises StorageError.
    """
    make_private(path.parent)
    try:
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=5)
        try:
            connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + schema)
            with connection:
                yield connection
        finally:
            connection.close()
    except OSError as error:
        raise from_os_error(error, f"keeping {what}") from error
    except sqlite3.Error as error:
        hint = "What is on the screen stays there."
        if "malformed" in str(error) or "not a database" in str(error):
            hint = f"The file {path} is damaged. Move it away to start afresh."
        elif "full" in str(error):
            hint = "The disk is full. Free some space; what is on the screen stays there."
        raise StorageError(f"{what[:1].upper()}{what[1:]} could not be read or kept.", hint) from error
