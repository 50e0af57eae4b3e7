"""Summaries in a model's own words: their cue, and what is left of them."""

from __future__ import annotations

import pytest

from rnnchat.tasks.summarising.free import CHINESE_CUE, ENGLISH_CUE, cue_for, free_prompt, tidy


def test_the_cue_is_in_the_language_of_the_text() -> None:
    assert cue_for("我喜欢读书。") == CHINESE_CUE
    assert cue_for("I like to read.") == ENGLISH_CUE
    assert free_prompt(["One.", "Two."], "So, ") == "One. Two.\n\nSo, "


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("the file is kept. And then", "In short, the file is kept."),
        ("the Major Arabella, and M. Smith went", ""),
        ("the Major, and M. Smith went home. More", "In short, the Major, and M. Smith went home."),
        ("no end here", ""),
        ("the first\n\nand the next.", ""),
        ("see [the page](https://example.com/a.b) now.", "In short, see the page now."),
        ("see https://example.com/a and www.x.org .", "In short, see and."),
        ("go to github.com/a/b today.", "In short, go to today."),
        ("version 1.5 is out! Yes.", "In short, version 1.5 is out!"),
        ("...", ""),
    ],
)
def test_the_first_whole_sentence_stays_without_links(written: str, shown: str) -> None:
    assert tidy(written, ENGLISH_CUE) == shown


def test_a_chinese_sentence_ends_without_a_space() -> None:
    assert tidy("读书很好。还有", CHINESE_CUE) == "总之，读书很好。"
