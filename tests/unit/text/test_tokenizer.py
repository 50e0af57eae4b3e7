from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError, NotesError
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer, vocabulary_size_for

TRICKY = [
    "▁",
    " ▁ ",
    "<user>",
    "</s><s>",
    "<0x41>",
    "a\0b",
    "\r\n\t",
    "  two  spaces ",
    "\ufeff",
    "漢字🙂é",
    "\x1b[0m",
    "",
]


@settings(max_examples=300)
@given(st.text() | st.lists(st.sampled_from([*TRICKY, "the ", "\n"])).map("".join))
def test_any_text_survives(tokenizer: Tokenizer, text: str) -> None:
    pieces = tokenizer.encode(text)
    assert tokenizer.decode(pieces) == text
    assert tokenizer.encode_all([text])[0] == pieces


@settings(max_examples=200)
@given(st.text() | st.sampled_from(TRICKY))
def test_no_text_spells_a_role(tokenizer: Tokenizer, text: str) -> None:
    roles = tokenizer.roles
    assert not {0, roles.start, roles.end, roles.user, roles.model} & set(tokenizer.encode(text))


@settings(max_examples=200)
@given(st.text())
def test_a_stream_shows_whole_characters_only(tokenizer: Tokenizer, text: str) -> None:
    decoder = tokenizer.stream()
    shown = [decoder.feed(piece) for piece in tokenizer.encode(text)]
    if "\ufffd" not in text:
        assert not any("\ufffd" in part for part in shown)
    assert "".join(shown) + decoder.finish() == text


def test_half_a_character_is_held_back_and_then_marked(tokenizer: Tokenizer) -> None:
    pieces = tokenizer.encode("🙂")
    assert len(pieces) == 4, "the emoji should be spelled in bytes"
    decoder = tokenizer.stream()
    assert [decoder.feed(piece) for piece in pieces[:3]] == ["", "", ""]
    assert decoder.finish() == "\ufffd"


def test_roles_decode_to_nothing(tokenizer: Tokenizer) -> None:
    roles = tokenizer.roles
    assert tokenizer.decode([roles.start, roles.user, roles.model, roles.end]) == ""
    assert len({roles.start, roles.end, roles.user, roles.model}) == 4


def test_a_damaged_tokenizer_is_refused() -> None:
    with pytest.raises(ModelError):
        Tokenizer(b"not a model")


def test_too_little_text_is_refused() -> None:
    with pytest.raises(NotesError):
        train_tokenizer([], 400)


def test_a_script_of_thousands_of_characters_has_a_tokenizer() -> None:
    random = np.random.default_rng(0)
    common = "".join(chr(0x4E00 + int(n)) for n in random.zipf(1.2, 20_000) if n < 3_000)
    rare = "".join(map(chr, range(0x5000, 0x6000)))
    own = train_tokenizer([common, rare], 512)
    assert own.size >= 512
    for text in (common[:200], rare[:50], "Bread"):
        assert own.decode(own.encode(text)) == text
    assert len(own.encode(common)) < 2 * len(common)


def test_the_vocabulary_grows_with_the_corpus() -> None:
    sizes = [vocabulary_size_for(size) for size in (1_000, 500_000, 1_200_000, 2_000_000)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 4


def test_a_space_does_not_break_up_a_text_for_whose_tokenizer_spaces_are_new() -> None:
    tokenizer = train_tokenizer(["今天下了一整天的雨，河水上涨，所以我们留在家里看书。\n" * 20], 400)
    without, spaces = tokenizer.encode("今天下了一整天的雨"), tokenizer.encode(" ")
    assert len(without) < 9
    text = "今天下了一整天的雨  ok 今天下了一整天的雨"
    assert tokenizer.encode(text) == [*without, *spaces, *spaces, *tokenizer.encode("ok "), *without]
    assert tokenizer.encode_all([text]) == [tokenizer.encode(text)]
    for one in (text, " ", "", "▁ ▁雨 "):
        assert tokenizer.decode(tokenizer.encode(one)) == one
