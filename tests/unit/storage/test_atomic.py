"""Atomic writes: names of any length, permissions, and what is left when a write fails."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rnnchat.errors import StorageError
from rnnchat.storage.atomic import (
    remove_unfinished,
    replace_file,
    temporary_beside,
    write_bytes,
    write_folder,
)
from rnnchat.storage.files import TextFile, save_text


@pytest.mark.parametrize("name", ["日" * 80 + ".md", "x" * 255, "é" * 127 + "x", "a.md"])
def test_a_name_of_any_length_is_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_bytes(path, b"one")
    assert save_text(TextFile(path), "two").path == path
    assert path.read_text() == "two"
    write_folder(tmp_path / "folder" / name, [("file", b"x")])
    assert len(list(tmp_path.iterdir())) == 2, "nothing else stays"


def test_a_temporary_name_fits_where_names_are_short(tmp_path: Path) -> None:
    names = {temporary_beside(tmp_path / ("x" * 143)).name for _ in range(100)}
    assert len(names) == 100
    assert max(map(len, names)) <= 32
    left = temporary_beside(tmp_path / "x")
    left.write_text("")
    os.utime(left, (0, 0))
    remove_unfinished(tmp_path)
    assert not left.exists()


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    replace_file(path, b"new")
    assert (path.read_bytes(), permissions(path)) == (b"new", 0o600)


def test_another_file_keeps_its_permissions(tmp_path: Path) -> None:
    path, new = tmp_path / "file", tmp_path / "new"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new", private=False)
    assert (path.read_bytes(), permissions(path)) == (b"new", 0o640)
    replace_file(new, b"x", private=False)
    mask = os.umask(0)
    os.umask(mask)
    assert permissions(new) == 0o666 & ~mask


@pytest.mark.parametrize("private", [True, False])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new", private=private)
    with pytest.raises(StorageError, match="disk is full"):
        write_bytes(path, b"new")
    with pytest.raises(StorageError, match="disk is full"):
        save_text(TextFile(path), "new")
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("file", b"old")]
