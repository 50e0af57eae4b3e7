"""What the command `sort` says besides its suggestions."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.cli.commands import commands
from tests.unit.tasks.helpers import write_topic_notes


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of sorted notes, six of whose folders are links, beside an empty inbox."""
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "home"))
    (tmp_path / "inbox").mkdir()
    folder = write_topic_notes(tmp_path / "notes")
    for number in range(6):
        (tmp_path / f"linked{number}").mkdir()
        (folder / f"link{number}").symlink_to(tmp_path / f"linked{number}")
    return folder


def test_folders_that_are_links_are_told_on_standard_error(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sort", str(notes.parent / "inbox"), "--like", str(notes), "--apply", "--json"]
    commands.main(words, standalone_mode=False)
    told = capsys.readouterr()
    assert "6 folders of" in told.err
    assert "link0, link1, link2, link3, link4 and 1 more" in told.err
    assert "link0" not in told.out
    commands.main([*words, "--follow"], standalone_mode=False)
    assert not capsys.readouterr().err
