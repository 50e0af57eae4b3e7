"""Notes are related where they share words and subjects; where nothing is near, none is listed."""

from __future__ import annotations

import pytest

from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages, passages_of
from rnnchat.tasks.asking.related import known_share, related_to

NOTES = {
    "bread.md": "# Bread\n\nThe dough rests for twelve hours. Bake it with steam in a hot oven.\n",
    "rolls.md": "# Rolls\n\nThe dough for rolls rests for an hour. Bake them with steam.\n",
    "branch.md": "# Branches\n\nA branch that is merged is deleted; list each branch first.\n",
    "heating.md": "# Heating\n\nThe boiler is serviced every autumn. The pressure is 1.5 bar.\n",
}


def note(text: str, path: str = "") -> NotePassages:
    title, passages = passages_of(text, ".md")
    return NotePassages(NoteFile(path, 0, 0, title), tuple(passages))


@pytest.fixture(scope="module")
def index() -> PassageIndex:
    return build_index([note(text, name) for name, text in NOTES.items()])


def test_the_notes_on_the_same_subject_are_listed(index: PassageIndex) -> None:
    found = [one.path for one in related_to(index, note("Rye dough rests, then bake it with steam."))]
    assert set(found[:2]) == {"bread.md", "rolls.md"}
    assert "heating.md" not in found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Aunt Martha's birthday party with cake and candles, and a list of guests from Lisbon.",
        "机器学习是一门有趣的学科",
    ],
)
def test_where_nothing_is_near_nothing_is_listed(index: PassageIndex, text: str) -> None:
    assert related_to(index, note(text)) == []


def test_words_that_no_note_has_count(index: PassageIndex) -> None:
    assert known_share(index, note("dough steam oven")) == 1
    assert 0.3 < known_share(index, note("dough steam zeppelin")) < 0.9
    assert known_share(index, note("zeppelin")) == known_share(index, note("")) == 0
