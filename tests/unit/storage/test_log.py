"""The log of unexpected errors: it holds no values, stays small and never raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.errors import RnnchatError
from rnnchat.storage.log import MAXIMUM_BYTES, explain, log_unexpected_error
from rnnchat.storage.paths import Paths


def test_the_log_holds_no_values_and_stays_small(paths: Paths) -> None:
    def deeper(count: int) -> None:
        deeper(count + 1)

    for _ in range(2):
        try:
            deeper(0)
        except RecursionError as error:
            assert str(paths.log) in log_unexpected_error(error)
    assert paths.log.read_text().count("RecursionError") == 2
    assert len(paths.log.read_text().splitlines()) < 200
    assert paths.log.stat().st_mode & 0o777 == 0o600
    paths.log.write_bytes(b"x" * 3 * MAXIMUM_BYTES + b"\xff")
    log_unexpected_error(ValueError("secret"))
    assert paths.log.stat().st_size < MAXIMUM_BYTES + 1000
    assert b"secret" not in paths.log.read_bytes()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RnnchatError("known", "hint"), "known"),
        (MemoryError(), "not enough memory"),
        (PermissionError(13, "Permission denied", "/x"), "No permission"),
        (OSError(36, "File name too long"), "too long"),
        (OSError(40, "Too many levels of symbolic links"), "leads to itself"),
        (UnicodeEncodeError("utf-8", "\udce9", 0, 1, "surrogates not allowed"), "UnicodeEncodeError"),
        (RecursionError(), "RecursionError"),
    ],
)
def test_whatever_goes_wrong_is_told_with_a_hint(paths: Paths, error: Exception, said: str) -> None:
    told = explain(error)
    assert said in told.message
    assert told.hint
    assert paths.log.exists() == (not isinstance(error, RnnchatError))


def test_the_log_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> Path:
        raise RuntimeError

    monkeypatch.setattr("rnnchat.storage.log.make_private", broken)
    assert "report what you did" in log_unexpected_error(ValueError())
