"""What a name says about a file: a dot alone makes no suffix."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rnnchat.text.notes import scan
from rnnchat.text.notes.file_types import skip_reason, suffix_of

NO_SUFFIX = (
    *(
        "2024.01.15 Meeting",
        "Mr. Smith",
        "11.1 Topic",
        "v1.2 release notes",
        "notes.2024",
        "v1.2b",
        "Dr.Smith",
    ),
    *(
        "Ende.Später",
        "What...now",
        "U.S.A",
        "R.E.M",
        "2.a",
        "Section 1.b",
        "README",
        "etc.",
        "J.R.R. Tolkien",
    ),
    *(
        "3.14159",
        "2024-01-15.journal entry",
        "a.verylongwordindeed",
        "日記.二",
        "caf\udce9.\udce9",
        "x.y z",
        "1.2.3",
    ),
)
SUFFIXES = {
    **dict.fromkeys(("a.md", "A.MD", "1.1 Topic.md", "Mr. Smith.Md", "caf�.md", "a..md", "x.png.md"), ".md"),
    **{
        "a.PNG": ".png",
        "x.tar.gz": ".gz",
        "report.Docx": ".docx",
        "a.7z": ".7z",
        "plot.R": ".r",
        "a.excalidraw": ".excalidraw",
    },
    **{
        "README.old": ".old",
        "note.bak": ".bak",
        "x.code-workspace": ".code-workspace",
        "libx.a": ".a",
        "a.C": ".c",
    },
}


@pytest.mark.parametrize("name", NO_SUFFIX)
def test_names_with_a_dot_and_no_suffix_are_read(tmp_path: Path, name: str) -> None:
    assert suffix_of(name) == ""
    (tmp_path / name).write_text("We met at nine and talked about the river.")
    assert [note.name for note in scan([tmp_path]).notes] == [name]


@pytest.mark.parametrize(("name", "suffix"), SUFFIXES.items())
def test_suffixes(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.png", "not text"),
        ("a.py", "not a notes format (name the file itself to read it)"),
        ("README.old", "not a notes format (name the file itself to read it)"),
        ("drawing.svg", "not a notes format (name the file itself to read it)"),
        ("note.md~", "an editor's backup file"),
        ("#note.md#", "an editor's backup file"),
        ("talk.key", "may contain keys or passwords"),
        ("a.odt", "a odt document (export it as text or Markdown first)"),
        (".note.md", "hidden file"),
        ("note.md", ""),
        ("#1 Topic", ""),
    ],
)
def test_reasons(name: str, reason: str) -> None:
    assert skip_reason(name, named_by_user=False) == reason


def test_a_file_that_is_named_may_be_any_text(tmp_path: Path) -> None:
    for name in ("README.old", "a.png", "note.md~", ".hidden"):
        (tmp_path / name).write_text("We met at nine and talked about the river.")
        assert len(scan([tmp_path / name]).notes) == 1


def test_deep_folders_and_long_paths_are_no_trouble(tmp_path: Path) -> None:
    here = Path.cwd()
    try:
        for top, name, depth in (("a", "x", 1_300), ("b", "n" * 200, 30)):
            os.chdir(tmp_path)
            for part in (top, *[name] * depth):
                Path(part).mkdir()
                os.chdir(part)
            Path("note.md").write_text(f"We met at nine in {top}.")
    finally:
        os.chdir(here)
    try:
        result = scan([tmp_path])
        assert [note.text for note in result.notes] == ["We met at nine in a.\n"]
        assert len(result.skipped) == 1
        assert "file name too long" in result.skipped[0].reason
    finally:  # pytest and Python would remove them by functions that call themselves
        subprocess.run(["rm", "-rf", tmp_path / "a", tmp_path / "b"], check=True)
