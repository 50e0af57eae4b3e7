from __future__ import annotations

from pathlib import Path

from rnnchat.app.screens.scan_summary import describe_scan
from rnnchat.notes import scan


def test_the_train_screen_says_what_is_cleaned_away(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: x\n---\nSome <b>bold</b> words.\n")
    shown = describe_scan(scan([tmp_path]), None).plain
    assert "24 characters are cleaned away: front matter, HTML" in shown


def test_nothing_is_said_where_nothing_is_cleaned_away(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Some **bold** words.\n")
    assert "cleaned" not in describe_scan(scan([tmp_path]), None).plain
