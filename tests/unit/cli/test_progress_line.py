"""The progress that `classify train` and `sort` show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnnchat.cli import classify
from rnnchat.cli.commands import commands
from rnnchat.errors import NotesError
from tests.unit.tasks.helpers import write_topic_notes


@pytest.fixture(autouse=True)
def _is_standard_error_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(classify, "is_terminal", lambda stream: True)


@pytest.mark.parametrize("as_json", [False, True])
def test_progress_is_shown_on_standard_error_also_with_json(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    show, clear = classify.progress_line("Learning", as_json)
    assert "Learning …" in capsys.readouterr().err, "before the first step, which may take long"
    show(1, 2)
    clear()
    told = capsys.readouterr()
    assert "Learning: step 1 of 2" in told.err
    assert told.err.endswith("\r\x1b[K")
    assert not told.out


def test_a_program_that_follows_gets_json_only(capsys: pytest.CaptureFixture[str]) -> None:
    show, clear = classify.progress_line("Learning", True, follow=True)
    show(1, 2)
    clear()
    told = capsys.readouterr()
    assert json.loads(told.out) == {"event": "progress", "done": 1, "total": 2}
    assert not told.err


def test_reading_is_progress_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = write_topic_notes(tmp_path / "notes")
    (tmp_path / "inbox").mkdir()
    words = ["sort", str(tmp_path / "inbox"), "--like", str(notes), "--json"]
    commands.main(words, standalone_mode=False)
    told = capsys.readouterr()
    assert "Reading your notes …\r\x1b[K" in told.err
    assert json.loads(told.out)["measured"] is None


def test_the_progress_is_removed_before_an_error_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    words = ["classify", "train", str(tmp_path / "table.csv"), "--name", "x", "--json"]
    with pytest.raises(NotesError):
        commands.main(words, standalone_mode=False)
    assert "Learning …\r\x1b[K" in capsys.readouterr().err
