"""Moving notes into their folders so that every move can be undone, and nothing is ever overwritten.

All moves are written to an undo file before the first one is made. Which of them were made is seen from the
files themselves, so a process that is killed half way leaves nothing that cannot be undone.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rnnchat.errors import StorageError, from_os_error
from rnnchat.storage.atomic import path_exists, sync_folder, temporary_beside, write_text
from rnnchat.storage.safe_reading import read_regular_file

_SCHEMA = 1
"""The number of the undo file's format."""
_MAXIMUM_UNDO_BYTES = 64 * 2**20
"""An undo file has at most this many bytes."""
_MAXIMUM_SUFFIX = 1_000
"""A name that is taken gets a number up to this."""
_LONGEST_NAME = 255
"""The name of a file has at most this many bytes, as on nearly all disks."""
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""With these errors a file is copied instead: it goes to another disk, or the disk has no hard links."""


@dataclass(frozen=True)
class Move:
    """A file that is to be moved, and where to; both paths are absolute."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Moved:
    """What became of a move."""

    move: Move
    problem: str = ""
    """Why it was not made; empty where it was."""


def plan_moves(files: Iterable[tuple[Path, Path]]) -> tuple[list[Move], list[Moved]]:
    """Return the moves of `files` into folders, and those that cannot be made, with the reason.

    Each pair is a file and the folder it goes to. A name that is taken there gets a number.
    """
    planned: list[Move] = []
    refused: list[Moved] = []
    taken: set[str] = set()
    for source, folder in files:
        problem = _folder_problem(folder)
        target = None if problem else _free_name(source, folder, taken)
        if target is None:
            problem = problem or "no free name was found in the folder"
            refused.append(Moved(Move(source, folder / source.name), problem))
        elif source.parent == folder:
            refused.append(Moved(Move(source, source), "it is there already"))
        else:
            taken.add(_comparable(target))
            planned.append(Move(source, target))
    return planned, refused


def new_undo_file(state: Path) -> Path:
    """Return the path of a new undo file in the folder of rnnchat's `state`."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d-%H%M%S")
    return state / "sorting" / f"{now}-{secrets.token_hex(3)}.json"


def write_undo_file(path: Path, moves: Sequence[Move]) -> None:
    """Write the undo file of `moves` before they are made; raise StorageError where that is not possible."""
    record = {
        "schema": _SCHEMA,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "moves": [{"from": os.fsdecode(move.source), "to": os.fsdecode(move.target)} for move in moves],
    }
    write_text(path, json.dumps(record, indent=1) + "\n")


def read_undo_file(path: Path) -> list[Move]:
    """Return the moves of an undo file; raise StorageError where it is missing or not one."""
    damaged = StorageError(f"{path.name} is not an undo file of `rnnchat sort`.", "Name the file it printed.")
    if not os.path.lexists(path):
        raise StorageError(f"{path.name} is missing.", "Name the file that `rnnchat sort --apply` printed.")
    try:
        record = json.loads(read_regular_file(path, _MAXIMUM_UNDO_BYTES))
    except (ValueError, RecursionError) as error:
        raise damaged from error
    if not isinstance(record, dict) or not isinstance(record.get("moves"), list):
        raise damaged
    if record.get("schema") != _SCHEMA:
        raise StorageError(f"{path.name} was written by another version of rnnchat.", "Update rnnchat.")
    return [_read_move(item, damaged) for item in record["moves"]]


def apply_moves(moves: Sequence[Move]) -> list[Moved]:
    """Make `moves` one by one and return what became of each; a name that is taken meanwhile stays."""
    return [Moved(move, _try_to_move(move.source, move.target)) for move in moves]


def undo_moves(moves: Sequence[Move]) -> list[Moved]:
    """Put files back, the last one first, and return what became of each move that was made.

    Moves that were never made are left out. Each returned move leads from where the file was put back from.
    """
    results = []
    for move in reversed(moves):
        back = Move(move.target, move.source)
        was_made, is_there = path_exists(move.target), path_exists(move.source)
        if was_made and is_there and _is_half_moved(move):
            results.append(Moved(back, _remove(move.target)))
        elif was_made and is_there:
            results.append(Moved(back, "another file has its old name now"))
        elif was_made:
            results.append(Moved(back, _try_to_move(move.target, move.source)))
        elif not is_there:
            results.append(Moved(back, "it is in neither of the two places"))
    return results


def _read_move(item: Any, damaged: StorageError) -> Move:
    if not isinstance(item, dict) or not all(isinstance(item.get(key), str) for key in ("from", "to")):
        raise damaged
    try:
        if any(b"\0" in os.fsencode(item[key]) for key in ("from", "to")):
            raise damaged
    except UnicodeEncodeError as error:
        raise damaged from error
    source, target = Path(item["from"]), Path(item["to"])
    if not (source.is_absolute() and target.is_absolute()):
        raise damaged
    return Move(source, target)


def _folder_problem(folder: Path) -> str:
    """Return why files cannot be moved into `folder`; empty where they can."""
    try:
        mode = folder.lstat().st_mode
    except OSError as error:
        return f"its folder cannot be reached ({(error.strerror or 'error').lower()})"
    if not stat.S_ISDIR(mode):
        return "its folder is a link or a file"
    return "" if os.access(folder, os.W_OK | os.X_OK) else "its folder is read-only"


def _free_name(source: Path, folder: Path, taken: set[str]) -> Path | None:
    """Return a name for `source` in `folder` that nothing has, and no other move takes."""
    if source.parent == folder:
        return source
    for number in range(1, _MAXIMUM_SUFFIX):
        target = folder / (source.name if number == 1 else _numbered(source, number))
        if not path_exists(target) and _comparable(target) not in taken:
            return target
    return None


def _numbered(source: Path, number: int) -> str:
    """Return the name of a file with a number before its suffix, cut where it would be too long."""
    end = f" {number}{source.suffix}"
    stem = source.stem
    while stem and len(os.fsencode(stem + end)) > _LONGEST_NAME:
        stem = stem[:-1]
    return stem + end


def _comparable(path: Path) -> str:
    """Return a path as a disk compares it that does not distinguish upper and lower case."""
    return os.fsdecode(path).casefold()


def _try_to_move(source: Path, target: Path) -> str:
    """Move a file to a name that is free; return why that was not possible, or nothing."""
    try:
        _move(source, target)
    except FileExistsError:
        return "its name is taken there"
    except FileNotFoundError:
        return "it, or the folder it goes to, is gone"
    except OSError as error:
        return f"{(error.strerror or 'error').lower()}"
    return ""


def _move(source: Path, target: Path) -> None:
    """Move a regular file; raise OSError, FileExistsError if `target` exists, and then leave `source`."""
    if not stat.S_ISREG(source.lstat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file any more")
    try:
        os.link(source, target, follow_symlinks=False)  # unlike a rename, it never replaces a file
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _copy_to_new(source, target)
    try:
        sync_folder(target.parent)
    except KeyboardInterrupt:
        source.unlink()  # so that the file has one name alone
        raise
    try:
        source.unlink()
    except OSError:
        target.unlink()
        raise
    sync_folder(source.parent)


def _copy_to_new(source: Path, target: Path) -> None:
    """Copy a file with its times and permissions to a name that is free; it is whole or not there."""
    temporary = temporary_beside(target)
    try:
        shutil.copy2(source, temporary, follow_symlinks=False)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        try:
            os.link(temporary, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _is_half_moved(move: Move) -> bool:
    """Return whether a move was interrupted when the file had both names, or was copied and not removed."""
    try:
        if move.source.samefile(move.target):
            return True
        return move.source.read_bytes() == move.target.read_bytes()
    except OSError:
        return False


def _remove(path: Path) -> str:
    try:
        path.unlink()
        sync_folder(path.parent)
    except OSError as error:
        return from_os_error(error, f"removing {path.name}").message
    return ""
