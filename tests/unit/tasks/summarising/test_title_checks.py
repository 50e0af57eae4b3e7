"""What is no title."""

from __future__ import annotations

import pytest

from rnnchat.tasks.summarising.prose import read_prose
from rnnchat.tasks.summarising.title_checks import is_no_title, says_the_same
from rnnchat.tasks.summarising.title_words import body_words
from rnnchat.tasks.summarising.titles import plain_writer


@pytest.mark.parametrize(
    "text", ["250 g red lentils", "1 tsp cumin", "2026-05-20 Wed", "20 May", "½ cup of oil", "Hi Tom"]
)
def test_amounts_dates_and_greetings_are_no_titles(text: str) -> None:
    assert is_no_title(text)


@pytest.mark.parametrize("text", ["3 ways to undo a commit", "Diary of 20 May", "5 guests", "2 lentils"])
def test_other_titles_with_numbers_may_stay(text: str) -> None:
    assert not is_no_title(text)


def test_a_title_inside_another_says_the_same() -> None:
    assert says_the_same("Rahul disagrees", ["Rahul disagrees about the cover"])
    assert says_the_same("The old book cover", ["Book cover"])
    assert not says_the_same("Book", ["Bookshelf"])


def test_brackets_inside_a_word_are_kept_whole() -> None:
    found = body_words("`git reset HEAD@{2}` (see main()) {x} [a].")
    assert [word.text for word in found] == ["git", "reset", "HEAD@{2}", "see", "main", "x", "a"]
    title = plain_writer().suggest(
        read_prose("`git reset --hard HEAD@{2}` goes back two steps in the reflog.")
    )[0]
    assert "HEAD@{2}" in title


def test_an_abbreviation_before_a_name_ends_no_title() -> None:
    note = "Dr. Smith met Mrs. Jones at the garden gate this morning. They talked about the pear tree."
    titles = plain_writer().suggest(read_prose(note))
    assert titles
    assert not any(title.endswith(("Mrs", "Dr")) or title.startswith("Smith") for title in titles)


def test_no_title_runs_into_what_somebody_says() -> None:
    note = "Rahul disagrees and says the cover is too dark. Ines said the book goes to print on Monday."
    titles = plain_writer().suggest(read_prose(note))
    assert titles
    assert not any("says" in title or "said" in title for title in titles)


def test_titles_are_not_made_of_ingredients() -> None:
    note = "- 250 g red lentils\n- 1 tsp cumin\n\nFry the onions with the cumin until they are soft."
    titles = plain_writer().suggest(read_prose(note))
    assert titles
    assert not any("250" in title or "tsp" in title for title in titles)
