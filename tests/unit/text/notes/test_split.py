"""The validation split keeps back the same notes again, and never those that were learned."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rnnchat.text.notes.split import (
    LARGEST_NOTE,
    LONGEST_CUT,
    VALIDATION_LIMIT,
    VALIDATION_SHARE,
    place_to_cut,
    split_notes,
    validation_bytes_for,
)


def test_about_a_twentieth_is_kept_back_up_to_a_limit() -> None:
    assert validation_bytes_for(100_000) == 100_000 * VALIDATION_SHARE
    assert validation_bytes_for(10**9) == VALIDATION_LIMIT


@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=60), data=st.data())
def test_a_split_keeps_back_notes_or_cuts_one(sizes: list[int], data: st.DataObject) -> None:
    names = [f"{number}.md" for number in range(len(sizes))]
    learned = data.draw(st.sets(st.integers(0, len(sizes) - 1)))
    split = split_notes(names, sizes, learned)
    assert split == split_notes(names, sizes, learned)
    assert not split.kept_back & learned
    assert bool(split.kept_back) == (split.cut_note is None)
    assert sum(sizes[number] for number in split.kept_back) <= LARGEST_NOTE * split.wanted
    if split.cut_note is not None:
        assert sizes[split.cut_note] == max(sizes)


def test_the_choice_follows_the_names_and_not_their_order() -> None:
    names = [f"{number}.md" for number in range(100)]
    there = split_notes(names, [100] * 100)
    back = split_notes(names[::-1], [100] * 100)
    assert {names[number] for number in there.kept_back} == {names[::-1][n] for n in back.kept_back}


def test_a_note_is_cut_between_paragraphs_where_there_are_any() -> None:
    text = "A first paragraph that is long enough. " * 20 + "\n\n" + "The end. " * 8
    assert text[place_to_cut(text, 130) :] == "The end. " * 8
    words = "word " * 100
    place = place_to_cut(words, 50)
    assert words[place - 1] == " " and words[place] == "w"
    assert place_to_cut("x" * 1000, 10_000) == 1000 * (1 - LONGEST_CUT)
