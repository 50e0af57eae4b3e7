"""Drafts on the disk, and the files they come from and go to."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.app.widgets.draft_status import count_words, share_saved
from rnnchat.app.widgets.find_bar import SearchTerm, choose_match
from rnnchat.errors import StorageError
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.library.open_draft import MAXIMUM_LINE, find_draft, open_text
from rnnchat.storage.files import TextFile, has_changed, new_file, save_text
from rnnchat.storage.paths import Paths


@pytest.fixture
def drafts(paths: Paths) -> Drafts:
    return Drafts(paths.drafts)


def test_a_draft_comes_back_as_it_was_kept(drafts: Drafts, paths: Paths) -> None:
    kept = drafts.keep(Draft(text="Dear 雨,\n\nthanks.", cursor=7, keys=3, characters=9))
    assert drafts.load() == kept == drafts.load(kept.id)
    assert stat.S_IMODE(paths.drafts.stat().st_mode) == 0o600
    again = drafts.keep(replace(kept, text="Dear snow"))
    assert (again.id, again.version) == (kept.id, 2)
    assert [one.title for one in drafts.find()] == ["Dear snow"]


def test_two_that_keep_the_same_draft_lose_neither(drafts: Drafts) -> None:
    mine = drafts.keep(Draft(text="first"))
    drafts.keep(replace(mine, text="theirs"))
    forked = drafts.keep(replace(mine, text="mine"))
    assert forked.id != mine.id
    assert {draft.title for draft in drafts.find()} == {"theirs", "mine"}


def test_drafts_are_found_by_all_their_words(drafts: Drafts) -> None:
    for text in ("rain on the roof", "sun on the roof", "100% sure", "a_b"):
        drafts.keep(Draft(text=text))
    assert [one.title for one in drafts.find("roof rain")] == ["rain on the roof"]
    assert [one.title for one in drafts.find("100%")] == ["100% sure"]
    assert [one.title for one in drafts.find("_")] == ["a_b"], "what LIKE would take for a wildcard"
    drafts.delete(drafts.find("sun")[0].id)
    assert drafts.find("sun") == []


def test_keys_are_counted_by_day(drafts: Drafts) -> None:
    assert drafts.keys_today() == (0, 0)
    drafts.count_keys(3, 10)
    drafts.count_keys(1, 2)
    assert drafts.keys_today() == (4, 12)
    assert share_saved(4, 12) == pytest.approx(2 / 3)
    assert share_saved(0, 0) == 0.0


def test_a_damaged_database_is_said_to_be_one(drafts: Drafts, paths: Paths) -> None:
    drafts.keep(Draft(text="x"))
    paths.drafts.write_bytes(b"no database" * 500)
    with pytest.raises(StorageError, match="drafts could not") as caught:
        drafts.load()
    assert "move it away" in caught.value.hint


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200), st.booleans())
def test_what_is_opened_is_written_back_byte_for_byte_or_is_a_copy(
    tmp_path_factory: pytest.TempPathFactory, text: str, mark: bool
) -> None:
    path = tmp_path_factory.mktemp("files") / "note.md"
    data = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    path.write_bytes(data)
    opened = open_text(path)
    assert not set(opened.text) & set("\r\x0b\x0c\x85\u2028")
    if opened.file is None:
        assert opened.why
    else:
        save_text(opened.file, opened.text)
        assert path.read_bytes() == data


def test_line_ends_and_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "dos.txt"
    path.write_bytes(b"one\r\ntwo\r\n")
    path.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(path)
    opened = open_text(link)
    assert opened.file is not None
    written = save_text(opened.file, opened.text + "three\n")
    assert path.read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink(), "what a link leads to is saved, not the link"
    assert not has_changed(written)
    path.write_text("by somebody else")
    assert has_changed(written)


def test_what_cannot_be_edited_exactly_is_a_copy(tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.txt"
    mixed.write_bytes(b"one\r\ntwo\n")
    assert open_text(mixed).file is None
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Zürich, fünf Bäume und ein schöner grüner Hügel. ".encode("latin-1") * 20)
    assert "not UTF-8" in open_text(latin).why
    long = tmp_path / "long.txt"
    long.write_text("x" * 300_000)
    opened = open_text(long)
    assert "lines of over" in opened.why
    assert max(map(len, opened.text.split("\n"))) == MAXIMUM_LINE
    assert opened.text.replace("\n", "") == "x" * 300_000


@pytest.mark.parametrize(
    ("data", "why"), [(b"a\0b", "binary"), (b"x" * 7_000_000, "larger"), (b"half \xed\xa0\x80", "")]
)
def test_what_is_no_text_is_refused_or_a_copy(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "odd"
    path.write_bytes(data)
    if why:
        with pytest.raises(StorageError, match=why):
            open_text(path)
    else:
        try:
            assert open_text(path).file is None
        except StorageError as error:
            assert error.hint
    assert path.read_bytes() == data


def test_what_cannot_be_saved_says_so_and_leaves_the_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no folder"):
        new_file(str(tmp_path / "nowhere" / "x.md"))
    with pytest.raises(StorageError, match="is a folder"):
        new_file(str(tmp_path))
    path = tmp_path / "x.md"
    path.write_text("old")
    target = TextFile(path / "below.md")
    with pytest.raises(StorageError, match=r"below\.md") as caught:
        save_text(target, "new")
    assert "Nothing is lost" in caught.value.hint
    assert path.read_text() == "old"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o500)
    with pytest.raises(StorageError, match="not allowed"):
        save_text(TextFile(folder / "x.md"), "new")


def test_a_file_opens_with_what_was_not_saved_to_it(drafts: Drafts, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    fresh, word = find_draft(drafts, path)
    assert fresh.file is not None
    assert "made when you save it" in word
    path.write_text("on the disk")
    opened, word = find_draft(drafts, path)
    assert (opened.text, word) == ("on the disk", "")
    drafts.keep(replace(opened, text="on the disk and more"))
    opened, word = find_draft(drafts, path)
    assert opened.text == "on the disk and more"
    assert "not yet saved" in word
    path.write_text("changed by another program")
    opened, word = find_draft(drafts, path)
    assert opened.text == "changed by another program"
    assert "Ctrl+O" in word
    assert len(drafts.find("more")) == 1, "what was not saved is still there"


@given(st.text("abA", max_size=30), st.text("ab", min_size=1, max_size=2), st.integers(0, 30))
def test_finding_goes_around(text: str, sought: str, start: int) -> None:
    spans = list(SearchTerm(sought).spans(text))
    assert spans == [found.span() for found in re.finditer(re.escape(sought), text, re.IGNORECASE)]
    back = choose_match(spans, start, -1)
    assert (back is None) == (not spans)
    if spans:
        before = [span for span in spans if span[1] <= start]
        assert back == (before[-1] if before else spans[-1])
        ahead = choose_match(spans, start, 1)
        assert ahead is not None
        assert text[slice(*ahead)].lower() == sought
        assert ahead == next((span for span in spans if span[0] >= start), spans[0])


def test_words_are_counted_as_people_count_them() -> None:
    assert count_words("It isn't a well-known, half–time thing. 2 km!") == 9
    assert count_words("我喜欢雨") == 4
    assert count_words(" -- \n") == 0


def test_a_folder_is_no_draft(drafts: Drafts, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="a folder"):
        find_draft(drafts, tmp_path)


def test_the_status_line_counts_characters_of_chinese() -> None:
    from rnnchat.app.widgets.draft_status import unit_of

    assert unit_of("我喜欢雨") == "character"
    assert unit_of("我喜欢 Hugo") == "character"
    assert unit_of("I like 雨") == unit_of("") == "word"
