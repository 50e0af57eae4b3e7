"""The sentences of a note: which there are, and in which lines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.summarising.prose import plain, read_prose
from tests.helpers.waiting import patience

NOTE = """---
title: "Lost commits"
---

# Another heading

Run `git reflog` to see
every commit. It is [fast](https://example.com/a.b?c=d)!

```bash
git reflog. Not a sentence.
```

1. Copy the **hash**.
2. Check it out.

| a | table |
|---|---|

    indented code here

The end
"""


def test_sentences_have_their_lines_and_no_markup() -> None:
    prose = read_prose(NOTE)
    assert [(one.text, one.line) for one in prose.sentences] == [
        ("Run `git reflog` to see every commit.", 7),
        ("It is fast!", 8),
        ("Copy the hash.", 14),
        ("Check it out.", 15),
        ("The end", 22),
    ]
    assert prose.title == "Lost commits"
    assert "git reflog. Not" in prose.code
    assert "indented code" in prose.code


def test_the_first_heading_is_the_title() -> None:
    assert read_prose("# One\n\nText.\n\n# Two\n\nMore.").title == "One"
    assert read_prose("Title\n=====\n\nText.").title == "Title"
    assert read_prose("Text first.\n\n# Later\n\nMore.").title == ""


def test_chinese_sentences_end_without_spaces() -> None:
    prose = read_prose("# 书\n\n我喜欢读书。你呢？好的！")
    assert [one.text for one in prose.sentences] == ["我喜欢读书。", "你呢？", "好的！"]
    assert prose.title == "书"


def test_a_note_of_code_has_no_sentences() -> None:
    assert not read_prose("# Title\n\n```\nx = 1. And so on.\n```\n").sentences
    assert not read_prose("```\nnever closed. Really.\n").sentences
    assert not read_prose("1.\n\n---\n\n***\n").sentences


def test_plain_text_keeps_what_is_no_markup() -> None:
    assert plain("- [x] done *now* and 2 * 3 * 4") == "done now and 2 * 3 * 4"
    assert plain("see ![a picture](b.png) the [text][1]") == "see the text"


@pytest.mark.parametrize(
    "unit",
    [
        "![",
        "{%",
        "[",
        "# ",
        "#",
        "*",
        "`",
        "<!--",
        ".  ",
        "\n\n    ",
        "a. ",
        "\n\t- a",
        "\n#+begin_src",
        "1",
        "\n1 g ",
        "Ab: ",
        "\n[[",
    ],
)
def test_a_text_of_one_mark_is_read_quickly(unit: str) -> None:
    began = time.perf_counter()
    read_prose(f"# x{unit * 30_000}x")
    assert time.perf_counter() - began < patience(2)


@given(st.text(alphabet="ab. \n#`-*|[](>)1é。", max_size=200))
def test_each_sentence_begins_in_its_line(text: str) -> None:
    lines = text.split("\n")
    for sentence in read_prose(text).sentences:
        assert 1 <= sentence.line <= len(lines)
        assert "\n" not in sentence.text
        first = next(character for character in sentence.text if character.isalnum())
        assert first in "".join(lines[sentence.line - 1 :])


def test_headings_of_org_are_no_sentences() -> None:
    prose = read_prose("* Practice\n** What it is\nIt is not playing. It is **slow** work.\n")
    assert [one.text for one in prose.sentences][-2:] == ["It is not playing.", "It is slow work."]
    assert not any("What it is" in one.text for one in prose.sentences)


@pytest.mark.parametrize(
    "note",
    [
        "* Bread\nSome text.\n** Second\nMore text.\n",
        "#+TITLE: Bread\n#+DATE: 2020\n\n* Head\nSome text.\n",
        "#####\nBread\n#####\n\n:date: 2010-10-03\n\nSome text.\n",
        "Bread\n-----\n\nSome text.\n",
        "= Bread\n\nSome text.\n",
        '+++\ntitle = "Bread"\n+++\n\nSome text.\n',
        "Title: Bread\nDate: 2020\n\nSome text.\n",
    ],
)
def test_the_titles_of_other_formats(note: str) -> None:
    prose = read_prose(note)
    assert prose.title == "Bread"
    assert prose.sentences[0].text == "Some text."
    assert prose.sentences[0].line == note[: note.index("Some")].count("\n") + 1


def test_a_heading_in_chinese() -> None:
    assert read_prose("面包的做法\n==========\n\n今天我做了面包。").title == "面包的做法"


def test_a_point_of_a_list_is_not_joined_with_the_next_line() -> None:
    prose = read_prose("Text:\n\n- Rye bread\n  with caraway\n- Spelt\nThe list ends here.\n")
    assert [(one.text, one.line) for one in prose.sentences] == [
        ("Text:", 1),
        ("Rye bread with caraway", 3),
        ("Spelt", 5),
        ("The list ends here.", 6),
    ]


def test_links_of_a_wiki_are_shown_as_their_text() -> None:
    assert plain("See [[Garden|the raised bed]] and [[Larch]], not `[[x]]`.") == (
        "See the raised bed and Larch, not `[[x]]`."
    )


def test_the_subject_of_a_mail_is_its_title() -> None:
    for before in ("From: Anna\nTo: Tom\n", ""):
        prose = read_prose(f"{before}Subject: Re: Trip to Lyon\n\nI booked the train.\n")
        assert prose.title == "Trip to Lyon"
        assert not any("Subject" in one.text for one in prose.sentences)
        assert prose.sentences[-1].text == "I booked the train."
    assert read_prose("Line.\n\nSubject: Late\n").title == ""
    assert read_prose("# Letters\n\nSubject: Welcome\n").title == "Letters"


def test_the_tasks_of_org() -> None:
    prose = read_prose(
        "* TODO [#A] Order the larch boards   :garden:\n"
        "DEADLINE: <2026-06-01 Mon> SCHEDULED: <2026-05-20 Wed>\nThe sawmill needs a week.\n"
    )
    assert prose.title == "Order the larch boards"
    assert [(one.text, one.line) for one in prose.sentences] == [("The sawmill needs a week.", 3)]
