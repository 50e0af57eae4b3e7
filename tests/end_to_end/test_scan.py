from __future__ import annotations

from pathlib import Path

from tests.end_to_end.helpers import json_lines, rnnchat


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
    assert "1 note, 23 bytes; 0 skipped;" in shown
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
