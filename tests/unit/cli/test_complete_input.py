"""Parts of the command line that need no process of their own."""

from __future__ import annotations

import os
from pathlib import Path

from rnnchat.cli.complete import is_ready


def test_whether_an_editor_has_asked_already(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stream, os.fdopen(writing, "w", buffering=1) as editor:
        assert not is_ready(stream)
        editor.write("{}\n")
        assert is_ready(stream)
        stream.readline()
        assert not is_ready(stream)
    file = tmp_path / "questions.jsonl"
    file.write_text("{}\n{}\n")
    with file.open() as stream:
        assert not is_ready(stream), "nobody waits for the answers to a file"
