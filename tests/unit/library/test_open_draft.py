"""A file that is not there yet is gone on with where its draft was left."""

from __future__ import annotations

from pathlib import Path

from rnnchat.library.drafts import Draft, Drafts
from rnnchat.library.open_draft import find_draft
from rnnchat.storage.files import new_file
from rnnchat.storage.paths import Paths


def test_what_was_written_for_a_file_that_was_never_saved_comes_back(paths: Paths, tmp_path: Path) -> None:
    drafts, path = Drafts(paths.drafts), tmp_path / "letter.md"
    kept = drafts.keep(Draft(text="Dear Anna,", cursor=10, file=new_file(path)))
    found, said = find_draft(drafts, path)
    assert (found.id, found.text, found.cursor) == (kept.id, "Dear Anna,", 10)
    assert "made when you save it" in said


def test_a_file_that_was_deleted_comes_back_with_its_draft(paths: Paths, tmp_path: Path) -> None:
    drafts, path = Drafts(paths.drafts), tmp_path / "letter.md"
    path.write_text("Dear Anna,\n")
    opened, _ = find_draft(drafts, path)
    drafts.keep(opened)
    path.unlink()
    found, _ = find_draft(drafts, path)
    assert found.text == "Dear Anna,\n"
    assert not found.is_saved


def test_another_file_that_is_not_there_begins_empty(paths: Paths, tmp_path: Path) -> None:
    drafts = Drafts(paths.drafts)
    drafts.keep(Draft(text="Dear Anna,", file=new_file(tmp_path / "letter.md")))
    assert find_draft(drafts, tmp_path / "other.md")[0].text == ""
