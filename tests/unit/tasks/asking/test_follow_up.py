from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.tasks.asking.collection import open_collection
from rnnchat.tasks.asking.follow_up import subject_of
from rnnchat.tasks.asking.index import PassageIndex

BEFORE = "when is my dentist appointment"


@pytest.fixture
def index(tmp_path: Path) -> PassageIndex:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "dentist.md").write_text("# Dentist\n\nThe dentist appointment is on March 3rd at ten.\n")
    (notes / "cup.md").write_text("# Cup\n\nEngland won the world cup in London.\n")
    return open_collection([notes], tmp_path / "kept").index


@pytest.mark.parametrize("question", ["where is it?", "and the address?", "What about London?", "那呢？"])
def test_a_short_question_that_refers_to_something_keeps_the_subject(
    index: PassageIndex, question: str
) -> None:
    assert "dentist" in subject_of(index, question, BEFORE)


@pytest.mark.parametrize("question", ["who won the world cup", "pancakes", "bread and butter"])
def test_a_short_question_that_refers_to_nothing_is_a_new_one(index: PassageIndex, question: str) -> None:
    assert subject_of(index, question, BEFORE) == ""
