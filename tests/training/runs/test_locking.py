"""One process at a time works on a run, on disks without locks, too."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnnchat.errors import RnnchatError, TrainingError
from rnnchat.storage.paths import Paths
from rnnchat.training.runs.locking import HOLDER, LOCK, STALE_SECONDS, is_locked, locked
from rnnchat.training.runs.run import Run, unfinished_runs
from rnnchat.training.runs.settings import RunSettings
from tests.helpers.places import NOTES, ROOT

NO_LOCKS = [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EIO]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def without_locks(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def fails(descriptor: int, operation: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", fails)


def test_a_lock_holds_and_lets_go(folder: Path) -> None:
    with locked(folder) as known:
        assert known
        assert is_locked(folder)
        with pytest.raises(TrainingError, match="right now"), locked(folder):
            pass
    assert not is_locked(folder)


@pytest.mark.parametrize("code", [errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES])
def test_what_says_that_another_one_holds_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    with locked(folder):
        pass
    without_locks(monkeypatch, code)
    assert is_locked(folder)
    with pytest.raises(TrainingError, match="right now"), locked(folder):
        pass


@pytest.mark.parametrize("code", NO_LOCKS, ids=errno.errorcode.get)
def test_a_disk_without_locks(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    without_locks(monkeypatch, code)
    for _ in range(2):
        with locked(folder) as known:
            assert not known
            assert is_locked(folder)
            assert (folder / HOLDER).stat().st_mode & 0o777 == 0o600
            with pytest.raises(TrainingError, match="right now"), locked(folder):
                pass
            assert is_locked(folder), "whoever was refused has left the lock alone"
        assert not is_locked(folder)
        assert not (folder / HOLDER).exists()


def test_a_holder_that_was_killed_holds_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import errno, fcntl, os, sys, time\n"
        "from pathlib import Path\n"
        "def fails(*_): raise OSError(errno.ENOLCK, 'no locks')\n"
        "fcntl.flock = fails\n"
        "from rnnchat.training.runs.locking import locked\n"
        "with locked(Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    without_locks(monkeypatch, errno.ENOLCK)
    assert is_locked(folder)
    process.kill()
    process.communicate()
    assert not is_locked(folder)
    with locked(folder):
        pass


@pytest.mark.parametrize(
    ("holder", "age", "held"),
    [
        ({"host": "another machine", "process": 1, "started": ""}, 0.0, True),
        ({"host": "another machine", "process": 1, "started": ""}, STALE_SECONDS + 1, False),
        ({"host": "here", "process": "self", "started": ""}, 0.0, True),
        ({"host": "here", "process": "self", "started": "another boot 1"}, 0.0, False),
        ({"host": "here", "process": 2**40, "started": ""}, 0.0, False),
        ({"host": "here", "process": -1, "started": ""}, 0.0, False),
        ({"host": "here", "process": "x", "started": ""}, 0.0, False),
        (["no holder"], 0.0, False),
        ({}, STALE_SECONDS + 1, False),
    ],
    ids=str,
)
def test_who_holds_it_by_a_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, holder: object, age: float, held: bool
) -> None:
    with locked(folder):
        pass
    if isinstance(holder, dict):
        if holder.get("host") == "here":
            holder = {**holder, "host": os.uname().nodename}
        if holder.get("process") == "self":
            holder = {**holder, "process": os.getpid()}
    path = folder / HOLDER
    path.write_text(json.dumps(holder))
    os.utime(path, (time.time() - age,) * 2)
    without_locks(monkeypatch, errno.ENOLCK)
    assert is_locked(folder) is held


def test_a_holder_file_that_says_nothing_is_no_holder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with locked(folder):
        pass
    without_locks(monkeypatch, errno.ENOLCK)
    for content in (b"", b"\xff\xfe", b"[" * 100_000):
        (folder / HOLDER).write_bytes(content)
        with locked(folder) as known:
            assert not known


@pytest.mark.parametrize("what", ["folder", "link"])
def test_something_else_where_the_lock_should_be(folder: Path, what: str) -> None:
    folder.mkdir()
    if what == "folder":
        (folder / LOCK).mkdir()
    else:
        (folder / LOCK).symlink_to("/dev/null")
    assert not is_locked(folder)
    with pytest.raises(TrainingError, match="cannot be locked") as caught, locked(folder):
        pass
    assert caught.value.hint


def test_a_full_disk_is_not_a_training_under_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    folder.mkdir()
    monkeypatch.setattr(os, "open", full)
    with pytest.raises(RnnchatError, match="disk is full"), locked(folder):
        pass


def test_the_notes_are_learned_on_a_disk_without_locks(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = RunSettings(name="me", paths=(str(NOTES),))
    without_locks(monkeypatch, errno.ENOLCK)
    run = Run.create(paths, settings)
    assert not run.is_busy()
    with run.locked():
        assert run.is_busy()
        with pytest.raises(TrainingError, match="right now"):
            Run.create(paths, settings)
    Run.create(paths, settings)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_a_run_that_may_not_be_entered_is_none_that_waits(paths: Paths) -> None:
    run = Run.create(paths, RunSettings(name="me", paths=(str(NOTES),)))
    run.folder.chmod(0)
    try:
        assert unfinished_runs(paths) == []
        assert not run.is_busy()
    finally:
        run.folder.chmod(0o700)


def test_what_cannot_be_read_is_no_run_that_waits(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    Run.create(paths, RunSettings(name="me", paths=(str(NOTES),)))
    assert len(unfinished_runs(paths)) == 1

    def denied(self: Path) -> bool:
        raise PermissionError(errno.EACCES, "denied", str(self))

    monkeypatch.setattr(Path, "is_file", denied)
    assert unfinished_runs(paths) == []
