"""The tags of a note are found, and are no part of the text to learn from."""

from __future__ import annotations

import pytest

from rnnchat.tasks.sorting.tags import tags_of, without_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("---\ntags: [Garden, 'slow food']\n---\nBeans.", ("garden", "slow food")),
        ('---\ntitle: x\ntags:\n  - garden\n  - "#food"\ndate: 2020-01-01\n---\nBeans.', ("garden", "food")),
        ("---\ntags: garden, food\n---\nMore #garden and #bees/honey", ("garden", "food", "bees/honey")),
        ('+++\ntags = ["garden"]\n+++\nBeans.', ("garden",)),
        ("# A heading\n#tag at the start, no#tag, &#39; a/#anchor, issue #12", ("tag",)),
        ("```sh\n# comment\n#!shebang\n#define x\n```\nand `#fff` then #colour", ("colour",)),
        ("#größe #標籤", ("größe", "標籤")),
        ("nothing", ()),
        ("", ()),
    ],
)
def test_tags_come_from_front_matter_and_text(text: str, tags: tuple[str, ...]) -> None:
    assert tags_of(text) == tags


def test_no_tag_is_left_in_the_text() -> None:
    assert without_tags("plant #garden beans #bees/honey now").split() == ["plant", "beans", "now"]
