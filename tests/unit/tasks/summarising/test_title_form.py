"""Titles are well-formed phrases."""

from __future__ import annotations

import pytest

from rnnchat.tasks.summarising.prose import read_prose
from rnnchat.tasks.summarising.title_form import GRAMMAR, opening_clause
from rnnchat.tasks.summarising.titles import plain_writer

NOTES = (
    "I moved the bread recipe to a colder kitchen today. The dough took four hours to rise instead of two.",
    "To undo the last commit but keep the changes, run `git reset --soft HEAD~1`. The files stay staged.",
    "The meeting with Anna about the garden is on Friday. We need to decide who waters the tomatoes.",
    'She said "we should leave before the snow starts" and closed the door. I finished the report.',
    "Docker images get big because every layer is kept. The image shrinks from 900 MB to 20 MB.",
)


@pytest.mark.parametrize("note", NOTES)
def test_no_title_begins_or_ends_with_a_word_of_grammar(note: str) -> None:
    titles = plain_writer().suggest(read_prose(note))
    assert titles
    for title in titles:
        words = title.lower().split()
        assert len(words) > 1
        assert words[-1] not in GRAMMAR, title
        assert words[0] not in GRAMMAR - {"a", "an", "the", "how", "what", "why"}, title
        assert any(len(word) > 2 and word.isalpha() for word in words), title


def test_a_title_runs_along_the_note() -> None:
    """Words that stand in one sentence are not joined with those of another."""
    titles = plain_writer().suggest(read_prose(NOTES[0]))
    assert titles[0] == "Bread recipe to a colder kitchen"
    assert "Moved the bread" not in titles


def test_code_is_not_cut() -> None:
    titles = plain_writer().suggest(read_prose(NOTES[1]))
    assert "Run git reset --soft HEAD~1" in titles
    assert not any(title.endswith(("reset", "--soft")) for title in titles)


def test_a_quotation_is_not_cut() -> None:
    titles = plain_writer().suggest(read_prose(NOTES[3]))
    assert not any("starts and closed" in title for title in titles)


def test_the_beginning_of_a_sentence_can_stand_for_a_title() -> None:
    assert opening_clause("So we left, and then it rained.") == "We left"
    assert opening_clause("It is in the") == ""
    assert opening_clause("") == ""
