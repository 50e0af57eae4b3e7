"""A file that may come from anywhere is read only if it is one, and only up to a size."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.errors import StorageError
from rnnchat.storage.safe_reading import read_regular_file


def test_nothing_is_read_beyond_what_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    assert read_regular_file(path, 100) == b"x" * 100
    with pytest.raises(StorageError, match="too large"):
        read_regular_file(path, 99)
    with pytest.raises(StorageError, match="device"):
        read_regular_file(Path("/dev/zero"), 99)
    with pytest.raises(StorageError, match="folder"):
        read_regular_file(tmp_path, 99)
    grows = Path("/proc/self/status")  # says that it is empty, and is not
    if grows.exists():
        assert read_regular_file(grows, 2**20)
        with pytest.raises(StorageError, match="too large"):
            read_regular_file(grows, 10)
    with pytest.raises(StorageError):
        read_regular_file(tmp_path / "a\0b", 9)
    with pytest.raises(StorageError, match="missing"):
        read_regular_file(tmp_path / "none", 9)
