from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.helpers import COMMAND, environment, json_lines, rnnchat

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_scan_says_what_it_drops_inside_a_note(tmp_path: Path) -> None:
    note = tmp_path / "notes" / "a.md"
    note.parent.mkdir()
    note.write_text(
        "---\ntitle: x\ntags: [a]\n---\nHello <b>world</b>.\n\n<br>\nSee https://a.example/b now.\n"
    )
    shown = rnnchat(tmp_path / "home", "scan", note.parent).stdout
    assert f"  left out  front matter, lines 1–4 of {note}\n" in shown
    assert f"  left out  HTML, 3 places, the first in line 5 of {note}\n" in shown
    assert f"  left out  bare URL, line 8 of {note}\n" in shown
    assert "Read 1 note (23 bytes), skipped 0 items;" in shown
    (found,) = json_lines(rnnchat(tmp_path / "home", "scan", note.parent, "--json").stdout)
    assert found["bytes"] == len("Hello world.\n\nSee now.\n")
    assert [(item["kind"], item["line"]) for item in found["dropped"]] == [
        ("front matter", 1),
        ("HTML", 5),
        ("bare URL", 8),
    ]
    assert found["dropped"][0] == {
        "path": str(note),
        "line": 1,
        "end": 4,
        "kind": "front matter",
        "characters": len("---\ntitle: x\ntags: [a]\n---\n"),
        "places": 1,
    }


def test_a_terminal_gets_lines_that_break_between_words(tmp_path: Path) -> None:
    import pexpect

    folder = tmp_path / "a folder of notes"
    folder.mkdir()
    (folder / "an essay.docx").write_bytes(b"PK")
    arguments = [*COMMAND[1:], "scan", str(folder)]
    home = tmp_path / "home"
    shown, status = pexpect.run(
        " ".join([COMMAND[0], *(f"'{word}'" for word in arguments)]),
        env=environment(home, COLUMNS="40"),
        timeout=60,
        encoding="utf-8",
        withexitstatus=True,
    )
    assert status == 0
    lines = shown.replace("\r", "").split("\n")
    assert lines[:3] == [
        "  skip  a docx document (export it as",
        "    text or Markdown first):",
        f"    {folder}/an essay.docx",
    ]
    assert all(len(line) <= 40 for line in lines[3:])
    piped = rnnchat(home, "scan", folder).stdout
    assert f"  skip  a docx document (export it as text or Markdown first): {folder}/an essay.docx\n" in piped
