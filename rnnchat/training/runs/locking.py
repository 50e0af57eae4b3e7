"""Locks that keep a run to one process: the operating system's, or a file on disks that have no locks."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rnnchat.errors import TrainingError, from_os_error
from rnnchat.storage.paths import make_private

LOCK = "lock"
"""The file that the operating system locks."""
HOLDER = "lock.holder"
"""The file that names the process that has a run locked, on a disk without locks."""
REFRESH_SECONDS = 2.0
"""A holder updates the time of its file at intervals of this many seconds."""
STALE_SECONDS = 30.0
"""A holder on another machine is taken for dead when its file is older than this many seconds."""

_BUSY = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Lock `folder` for this process; yield whether the disk itself supports the lock.

    Some network disks do not: there, a file names the holder. Raises TrainingError while another process
    has it locked, and where it cannot be locked at all.
    """
    name = folder.name
    descriptor = _open(make_private(folder) / LOCK, name)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _BUSY:
                raise _busy(name) from None
            with _held_by_file(folder):
                yield False
            return
        yield True
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Return whether a process has `folder` locked; one that cannot be read counts as unlocked."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _BUSY or _is_alive(folder / HOLDER)
    finally:
        os.close(descriptor)
    return False


def _busy(name: str, where: str = "") -> TrainingError:
    return TrainingError(f"{name} is being trained right now{where}.", "Wait for it, or stop it first.")


def _open(path: Path, name: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        if error.errno in (errno.EISDIR, errno.ELOOP):
            raise TrainingError(
                f"The training of {name} cannot be locked: something else is called {path}.",
                "Move that away, and try again.",
            ) from error
        raise from_os_error(error, f"locking the training of {name}") from error


@contextlib.contextmanager
def _held_by_file(folder: Path) -> Iterator[None]:
    """Lock `folder` with a file that names this process; raise TrainingError where another has it locked."""
    path = folder / HOLDER
    mine = _this_process()
    for _ in range(3):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if _is_alive(path):
                host = (_read(path) or mine).get("host")
                raise _busy(folder.name, "" if host == mine["host"] else f" on {host}") from None
            with contextlib.suppress(OSError):
                path.unlink()
            continue
        except OSError as error:
            raise _cannot_lock(folder) from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(mine, file)
        break
    else:
        raise _busy(folder.name)
    released = threading.Event()
    threading.Thread(target=_keep_fresh, args=(path, released), daemon=True).start()
    try:
        yield
    finally:
        released.set()
        with contextlib.suppress(OSError):
            if _read(path) == mine:
                path.unlink()


def _cannot_lock(folder: Path) -> TrainingError:
    return TrainingError(
        f"The training of {folder.name} cannot be locked on this disk.",
        "Set RNNCHAT_HOME to a folder on another disk, such as one in this machine.",
    )


def _keep_fresh(path: Path, released: threading.Event) -> None:
    while not released.wait(REFRESH_SECONDS):
        with contextlib.suppress(OSError):
            os.utime(path)


def _read(path: Path) -> dict[str, Any] | None:
    """Return the holder that a file names, or None; a file that is just being written gets a moment."""
    for _ in range(5):
        try:
            holder = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            time.sleep(0.05)
            continue
        return holder if isinstance(holder, dict) else None
    return None


def _is_alive(path: Path) -> bool:
    """Return whether the process that the file at `path` names is alive, as far as can be known."""
    holder, mine = _read(path), _this_process()
    if holder is None:
        return False
    if holder.get("host") == mine["host"]:
        number = holder.get("process")
        if not isinstance(number, int) or number <= 0:
            return False
        try:
            os.kill(number, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except OSError:
            pass  # somebody else's process: it is alive
        if holder.get("started") and _start_time(number):
            return bool(_start_time(number) == holder["started"])
    try:
        return time.time() - path.stat().st_mtime < STALE_SECONDS
    except OSError:
        return False


def _this_process() -> dict[str, Any]:
    return {"host": os.uname().nodename, "process": os.getpid(), "started": _start_time(os.getpid())}


def _start_time(process: int) -> str:
    """Return when a process was started, as the system writes it; empty where that is not known.

    It tells two processes with the same id apart: ids are used again, above all after a restart.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
        return f"{boot} {fields[2].split()[19]}"
    except (OSError, ValueError, IndexError):
        return ""
