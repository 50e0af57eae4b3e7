"""A file that is one huge line of data is known without being cleaned; prose in one line is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.text.notes import scan
from rnnchat.text.notes.formats.embedded_data import HUGE_LINE, is_huge_data

PROSE = "It rained, and we stayed in the kitchen until the evening. "


@pytest.mark.parametrize("word", ["x ", "1 2 3 ", "{} ; "])
def test_it_is_data_as_a_whole(word: str) -> None:
    assert is_huge_data(word * (HUGE_LINE // len(word) + 9))
    assert not is_huge_data(word * 100)


@pytest.mark.parametrize("first", ["", "<svg>", "data:image/png;base64,", "Q" * 300])
def test_where_prose_may_be_left_it_is_cleaned(first: str) -> None:
    assert not is_huge_data(first + " " + PROSE * (HUGE_LINE // len(PROSE) + 9))
    if first:
        assert not is_huge_data(f"{first} " + "x " * HUGE_LINE)


def test_a_huge_line_is_skipped_and_lines_beside_one_are_read(tmp_path: Path) -> None:
    (tmp_path / "alone.md").write_text("x " * HUGE_LINE)
    (tmp_path / "b.md").write_text(PROSE)
    result = scan([tmp_path])
    assert [note.name for note in result.notes] == ["b.md"]
    assert [item.reason for item in result.skipped] == [
        f"one line has {2 * HUGE_LINE - 1:,} characters: data, not prose"
    ]
