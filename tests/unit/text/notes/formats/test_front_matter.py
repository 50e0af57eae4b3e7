"""Only what parses as properties is front matter; a person's text between rules stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.text.notes.clean import clean

FRONT_MATTER = {
    "yaml": "---\ntitle: My post\ndate: 2024-01-02\n---\n",
    "lists": "---\ntags:\n- a\n- b\naliases:\n  - c\n---\n",
    "block scalar": "---\ntitle: x\nabstract: |\n  One: long.\n\n  Another.\nkey: >-\n  folded\n---\n",
    "nested": "---\nauthor:\n  name: Anna\n  links: {home: 'https://a.example', more: [x,\n    y]}\n---\n",
    "quoted": '---\ntitle: "A: b # c"\nsubtitle: \'it is\'\n"my key": 1\n---\n',
    "quoted, on two lines": '---\nsummary: "it goes\n  on"\n---\n',
    "comments and blanks": "---\n# written by hand\ntitle: x\n\ndraft: false # for now\n---\n",
    "closed by dots": "---\ntitle: x\n...\n",
    "keys of two words": "---\nDate created: 2024-01-02\nLast edited: 2024-01-03\n---\n",
    "emoji": "---\n📅: 2024-01-02\n🏷️ tags: [a]\n---\n",
    "another script": "---\n标题: 你好\n日期: 2024-01-02\n---\n",
    "capitals": "---\nTitle: What I thought of it, at some length\nDate: 2024-01-02\n---\n",
    "after a blank line": "\n---\ntitle: x\n---\n",
    "long": "---\ntitle: x\nkeywords:\n" + "".join(f"  - word {n}\n" for n in range(3_000)) + "---\n",
    "toml": "+++\ntitle = 'x'\ntags = [\n  'a',\n]\n[params]\nn = 1\nlong = '''\nany text\n'''\n+++\n",
    "json": '{\n  "title": "x",\n  "tags": ["a"]\n}\n\n',
    "header": "Title: x\nSlug: y\nDate: 2024-01-02\n\n",
    "windows": "---\r\ntitle: x\r\n---\r\n",
}

PROSE = {
    "a journal": "---\nMonday was quiet.\n---\nTuesday was loud.\n",
    "a deck": "---\n\n# The talk\n\nBy us\n\n---\n\n# Agenda\n",
    "a title slide": "---\n# The talk\n\nAuthor: Anna\n---\n",
    "a letter": "---\nDear Anna: I hope that you are well, as we are.\n---\n",
    "a sentence with a colon": "---\nNote: buy milk.\n---\n",
    "days": "---\nMonday: it rained all day and we read\nTuesday: the river rose by a hand\n---\n",
    "a dialogue": "---\nAnna: Hello\nBen: Hi\nAnna: Bye\n---\n",
    "a time": "---\n12:30 woke up\n---\n",
    "a list": "---\n- milk\n- bread\n---\n",
    "a heading and a list": "---\nToday:\n- we walked to the mill\n---\n",
    "one line that is no key": "---\ntitle: x\nThis is prose.\n---\n",
    "never closed": "---\ntitle: x\n\nProse without an end.\n",
    "an open quotation": '---\nquote: "so it goes\n\nMuch prose.\n"\n---\n',
    "plus signs": "+++\nLoud!\n+++\n",
    "braces": "{curly} words\n\nand more\n",
    "an object alone": '{"title": "x"}\n',
    "a heading of two lines": "Title: x\nDate: today\n\nmore\n",
}


@pytest.mark.parametrize("block", FRONT_MATTER.values(), ids=FRONT_MATTER)
def test_front_matter_is_left_out(block: str) -> None:
    assert clean(f"{block}The text.\n") == "The text.\n"


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_prose_between_rules_stays(text: str) -> None:
    assert clean(text) == text.strip("\n") + "\n"


WORDS = st.text("abcdefghij .,!?'", min_size=1, max_size=60).filter(lambda text: text.strip(" ") != "")


@given(st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(["---", "+++", "***"]))
def test_lines_without_a_key_are_never_front_matter(lines: list[str], rule: str) -> None:
    kept = clean("\n".join([rule, *lines, rule, "The end."]))
    assert all(line.strip() in kept for line in lines)
