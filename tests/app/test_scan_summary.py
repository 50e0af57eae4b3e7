from __future__ import annotations

from pathlib import Path

from rnnchat.app.scan_summary import describe_scan
from rnnchat.text.notes import Scan, Skipped, scan


def test_the_train_screen_says_what_is_cleaned_away(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: x\n---\nSome <b>bold</b> words.\n")
    shown = describe_scan(scan([tmp_path]), None).plain
    assert "24 characters will be removed: front matter, HTML" in shown


def test_nothing_is_said_where_nothing_is_cleaned_away(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Some **bold** words.\n")
    assert "removed" not in describe_scan(scan([tmp_path]), None).plain


def test_every_reason_for_skipping_is_shown(tmp_path: Path) -> None:
    result = Scan((), tuple(Skipped(tmp_path, f"reason {number}") for number in range(20)), (), 0)
    lines = describe_scan(result, None).plain.split("\n")
    assert [f"      1 × reason {number}" in lines for number in range(20)] == [True] * 20


def test_of_very_many_reasons_the_rest_is_counted(tmp_path: Path) -> None:
    reasons = [*("often",) * 9, *(f"reason {number}" for number in range(30))]
    result = Scan((), tuple(Skipped(tmp_path, reason) for reason in reasons), (), 0)
    lines = describe_scan(result, None).plain.split("\n")
    assert "      9 × often" in lines
    assert lines[-1] == "     11 × other reasons"
    assert f"{len(reasons)} skipped" in lines[1]
