"""What is never suggested: an echo, and markup in a plain draft."""

from __future__ import annotations

import pytest

from rnnchat.completion.exclusions import Exclusions


@pytest.mark.parametrize("end", [". ", "! ", ".\n", "\n\n"])
def test_the_sentence_just_written_is_not_offered_again(end: str) -> None:
    before = f"We met. The river runs past the mill{end}The river r"
    assert Exclusions(before).exclude(["uns past the mill", "uns past", "uns"]) == {"uns past the mill"}


def test_short_answers_may_be_repeated_and_so_may_older_sentences() -> None:
    assert Exclusions("Yes, he did. ").exclude(["Yes"]) == set()
    assert Exclusions("Oh no. Oh ").exclude(["no"]) == set()
    before = "The river runs past the mill. We left. The river "
    assert Exclusions(before).exclude(["runs past the mill"]) == set()


@pytest.mark.parametrize("text", ["<div", "</b", "&nbsp;x", "link](http", "{{ name", "**bold", "![[file"])
def test_no_suggestion_brings_the_first_markup(text: str) -> None:
    assert Exclusions("A plain letter, ").exclude([text, "plain"]) == {text}
    assert Exclusions("A note with **bold** words, ").exclude([text]) == set()


def test_signs_of_prose_are_no_markup() -> None:
    texts = ["it's 3 < 4", "a & b", "(see", "“so", "R&D", "snake_case", "1 * 2"]
    assert Exclusions("Plain. ").exclude(texts) == set()
