"""The lines of an editor, and whether it has sent the next one already."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest

from rnnchat.cli import line_reader
from rnnchat.cli.line_reader import LineReader


def test_whether_an_editor_has_asked_already() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as editor:
        lines = LineReader(stream, 100)
        assert not lines.is_ready()
        editor.write(b"{}\n")
        assert lines.is_ready()
        assert lines.read() == b"{}\n"
        assert not lines.is_ready()


def test_lines_that_come_in_one_write_are_seen() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream:
        lines = LineReader(stream, 100)
        with os.fdopen(writing, "wb", buffering=0) as editor:
            editor.write(b"1\n2\n3\nhal")
            for line in (b"1\n", b"2\n", b"3\n"):
                assert lines.is_ready()
                assert lines.read() == line
            assert not lines.is_ready(), "the rest of the fourth line has not come yet"
            editor.write(b"f\n")
            assert lines.is_ready()
            assert lines.read() == b"half\n"
            assert not lines.is_ready()
        assert lines.is_ready(), "the end has come"
        assert lines.read() == b""


def test_a_file_has_always_come_already(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"{}\n{}")
    with file.open("rb") as stream:
        lines = LineReader(stream, 100)
        assert lines.is_ready()
        assert lines.read() == b"{}\n"
        assert lines.is_ready()
        assert lines.read() == b"{}"
        assert lines.read() == b""


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_of_a_line_that_is_too_long_only_the_beginning_is_read(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_reader, "CHUNK", chunk)
    lines = LineReader(BytesIO(b"12345678901234567890\n1234\n\n12345678"), 5)
    assert [lines.read() for _ in range(5)] == [b"123456", b"1234\n", b"\n", b"123456", b""]
