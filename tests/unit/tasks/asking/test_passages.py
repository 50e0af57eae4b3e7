"""Cutting notes into passages and passages into sentences: nothing is lost, nothing is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.asking.notes import MASK, passages_of, plain_text
from rnnchat.tasks.asking.passages import WANTED, split_passages
from rnnchat.tasks.asking.sentences import split_sentences

NOTE = """# Undo things

Some words before.

## The last commit

Use reset for it:

```bash
# not a heading
git reset --soft HEAD~1

git status
```

## Empty section

Setext heading
--------------

- a point
- another one
"""


def test_passages_stand_under_their_headings() -> None:
    title, passages = split_passages(NOTE)
    assert title == "Undo things"
    assert [passage.heading for passage in passages] == [
        "Undo things",
        "Undo things > The last commit",
        "Undo things > Setext heading",
    ]


def test_a_block_of_code_is_never_cut() -> None:
    code = "```\n" + "print('a line of code')\n\n" * 60 + "```"
    _, passages = split_passages(f"Before.\n\n{code}\n\nAfter.")
    assert any(code in passage.text for passage in passages)


def test_a_fence_that_is_never_closed_hides_no_heading() -> None:
    title, passages = split_passages("```\nno end\n\n# Heading\n\nText.")
    assert title == "Heading"
    assert passages[-1].text == "Text."


def test_long_notes_become_several_passages_of_about_the_wanted_size() -> None:
    text = "\n\n".join("A sentence that is neither short nor long. " * 8 for _ in range(20))
    _, passages = split_passages(text)
    assert len(passages) > 5
    assert all(len(passage.text) < 2 * WANTED for passage in passages)


@given(
    st.lists(
        st.sampled_from(["# a", "text b", "", "```", "    c", "---", "- d", "1. e", "~~~~"]), max_size=30
    )
)
def test_a_passage_is_its_lines_of_the_file(lines: list[str]) -> None:
    text = "\n".join(lines)
    _, passages = split_passages(text)
    last = 0
    for passage in passages:
        assert passage.text == "\n".join(lines[passage.line - 1 : passage.end])
        assert text[passage.start :].startswith(passage.text)
        assert passage.line > last
        last = passage.end


@given(st.text(alphabet="ab A.!?。\n`-|1~", max_size=300))
def test_a_sentence_is_where_it_says(text: str) -> None:
    for sentence in split_sentences(text):
        assert text[sentence.start :].startswith(sentence.text)
        assert sentence.text.strip()


def test_sentences_end_after_full_stops_but_not_after_abbreviations() -> None:
    found = [
        sentence.text for sentence in split_sentences("Ask Dr. Smith, e.g. Tuesday. Then go! 好的。再见。")
    ]
    assert found == ["Ask Dr. Smith, e.g. Tuesday.", "Then go!", "好的。", "再见。"]


@pytest.mark.parametrize("link", ["[source](https://a.org/b#)", "- [h/t Jo](http://x.y)", "https://a.org/b."])
def test_a_link_alone_answers_nothing(link: str) -> None:
    found = split_sentences(f"It works.\n\n{link}\n\nSee [this](https://a.org) for more.")
    assert [sentence.text for sentence in found] == ["It works.", "See [this](https://a.org) for more."]


def test_code_is_a_candidate_without_its_fence() -> None:
    found = split_sentences("Run this:\n\n```sh\ngit reset\n```\n\nDone.")
    assert [(one.text, one.is_code) for one in found] == [
        ("Run this:", False),
        ("git reset", True),
        ("Done.", False),
    ]


def test_the_title_is_in_the_front_matter_or_is_the_first_line() -> None:
    title, passages = passages_of('---\ntitle: "A day at sea"\ntags: [x]\n---\n\nText here.\n')
    assert (title, [passage.line for passage in passages]) == ("A day at sea", [6])
    assert passages_of("Shopping list\n\nmilk")[0] == "Shopping list"


def test_secrets_are_masked_and_places_stay() -> None:
    text = "One\r\npassword: hunter2secretXY9\r\nThree\x1b"
    plain = plain_text(text)
    assert plain.split("\n")[0] == "One"
    assert plain.split("\n")[1] == MASK * len("password: hunter2secretXY9")
    assert plain.split("\n")[2] == "Three "


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("To list files:\n\n    ls -la\n    pwd\n\nDone.", ["    ls -la\n    pwd"]),
        ("Build it::\n\n    make html\n\n    make clean\n", ["    make html\n\n    make clean"]),
        ("To list files:\n\n\tls -la", ["\tls -la"]),
        ("- a point\n\n    more of the point\n\n    and more", []),
        ("1. a point\n\n    more of the point", []),
        ("Words\n    that go on here.", []),
        ("    indented from the start", []),
        ("One.\n\n    two\n\nThree.\n\n    four\n", ["    two", "    four"]),
        ("One.\n\n    two\n\n```\nthree\n```\n\nFour.\n\n    five", ["    two", "three", "    five"]),
    ],
)
def test_indented_code_is_code_unless_it_belongs_to_a_list(text: str, code: list[str]) -> None:
    found = split_sentences(text)
    assert [one.text for one in found if one.is_code] == code
    assert all(text[one.start :].startswith(one.text) for one in found)
    words = " ".join(one.text for one in found).split()
    assert [word for word in words if word.isalpha()] == [word for word in text.split() if word.isalpha()]


def test_a_block_of_code_that_is_never_closed_ends_with_the_note() -> None:
    found = split_sentences("To load it, run this:\n\n```sh\nmodprobe foo\nlsmod\n")
    assert [(one.text, one.is_code) for one in found] == [
        ("To load it, run this:", False),
        ("modprobe foo\nlsmod\n", True),
    ]
    assert not any(one.is_code for one in split_sentences("Write ```code``` inline.\nAnd go on."))
