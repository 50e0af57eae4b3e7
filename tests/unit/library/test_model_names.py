"""Models are called as people write, in every script."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.library.model_names import checked_model_name, comparison_key, displayed_name
from rnnchat.library.models import Library
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny

NAMES = {
    "Hindi": "मेरी हिंदी",
    "Tamil": "தமிழ் குறிப்புகள்",
    "Thai": "บันทึกของฉัน",
    "Arabic with vowels": "مُلَاحَظَات",
    "Hebrew with points": "שָׁלוֹם",
    "Bengali": "আমার নোট",
    "Burmese": "မှတ်စု",
    "Khmer": "កំណត់ត្រា",
    "Vietnamese": "ghi chú tiếng Việt",
    "Persian with a joiner": "می\u200cخواهم",
    "Hindi with a joiner": "क्\u200dष",
    "Chinese": "我的筆記 2",
    "Korean": "나의 노트",
    "Arabic digits": "دفتر ٣",
    "Yoruba": "ọ̀rọ̀ mi",
}


@pytest.mark.parametrize("script", NAMES)
def test_names_in_every_script(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape, script: str
) -> None:
    name = unicodedata.normalize("NFC", NAMES[script])
    assert checked_model_name(NAMES[script]) == name
    typed = unicodedata.normalize("NFD", NAMES[script])
    publish_tiny(library, typed, tokenizer, tiny_shape)
    assert library.find(typed).name == library.find(name).name == name
    assert library.rename(name, "other") == "other"
    assert library.rename("other", typed) == name
    assert library.restore(library.delete(typed)) == name


@pytest.mark.parametrize(
    "name",
    [
        "\u0301x",  # a mark on nothing
        "x \u0301",
        "1\u20e3",
        "-\u0301x",
        "x\ufe0f",
        "x\U000e0100y",
        "\u200dx",
        "x\u200d",
        "x\u200c\u200cy",
        "x\u200c y",
        "x\u200b y",
        "x\u202ey",
        "x\u2066y\u2069",
        "\u3164",
        "x\u034fy",
        "x\x00y",
        "x\x7fy",
        "x\x85y",
        "caf\udce9",
        "🙂",
        "a/b",
        "a:b",
        "𞤀" * 64,  # 256 bytes
        "न" * 65,
        "ｂａｓｅ",
        "BASE",
        "baſe",
        "x" * 10_000,
    ],
)
def test_names_that_cannot_be_told_apart_or_kept(library: Library, name: str) -> None:
    with pytest.raises(ModelError) as caught:
        library.check_name(name)
    assert caught.value.hint
    assert len(caught.value.message) < 300
    caught.value.message.encode()


@pytest.mark.parametrize(
    ("one", "other"), [("Straße", "STRASSE"), ("Ｎotes", "notes"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ﬁsh", "FISH")]
)
def test_names_that_count_as_one(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape, one: str, other: str
) -> None:
    assert comparison_key(one) == comparison_key(other)
    publish_tiny(library, one, tokenizer, tiny_shape)
    publish_tiny(library, "third", tokenizer, tiny_shape)
    with pytest.raises(ModelError, match="already"):
        library.rename("third", other)
    publish_tiny(library, other, tokenizer, tiny_shape)
    assert [entry.name for entry in library.entries() if not entry.shipped] == sorted(
        [unicodedata.normalize("NFC", one), "third"], key=str.casefold
    )
    assert library.find(other).versions == 2, "another training of it is another version"


@given(st.text(max_size=80))
def test_a_name_is_refused_or_is_the_name_of_a_folder(text: str) -> None:
    try:
        name = checked_model_name(text)
    except ModelError:
        return
    assert len(name.encode()) <= 200
    assert name == unicodedata.normalize("NFC", name) == name.strip()
    assert "/" not in name and not name.startswith((".", "-"))
    assert checked_model_name(name) == name
    assert displayed_name(Path(name)) == name


def test_a_folder_whose_name_is_no_text_is_shown_all_the_same(library: Library, tmp_path: Path) -> None:
    models = library._paths.models
    models.mkdir(parents=True)
    for name in (b"caf\xe9", b"x\x1b]0;title", "x\u202ey".encode()):
        folder = models / os.fsdecode(name)
        folder.mkdir()
        (folder / "something").write_text("x")
    names = [entry.name for entry in library.entries() if not entry.shipped]
    assert sorted(names) == ["caf\\xe9", "x\\u202ey", "x\\x1b]0;title"]
    assert library.restore(library.delete("caf\\xe9")) == "caf\\xe9"
