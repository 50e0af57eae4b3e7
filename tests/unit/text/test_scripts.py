"""Texts are known by their script."""

from __future__ import annotations

import pytest

from rnnchat.text.scripts import count_letters, main_script, script_of


@pytest.mark.parametrize(
    ("character", "script"),
    [
        ("a", "Latin"),
        ("é", "Latin"),
        ("Ａ", "Latin"),
        ("Ж", "Cyrillic"),
        ("雨", "Chinese"),
        ("한", "Korean"),
        ("ع", "Arabic"),
        ("न", "Devanagari"),
        ("7", ""),
        (" ", ""),
        ("。", ""),
        ("🌱", ""),
        ("\ue000", ""),
        ("\x00", ""),
    ],
)
def test_a_letter_has_a_script(character: str, script: str) -> None:
    assert script_of(character) == script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("The river rose, and we stayed at home.", "Latin"),
        ("Река поднялась, и мы остались дома (we read).", "Cyrillic"),
        ("今天下了一整天的雨，河水上涨。", "Chinese"),
        ("今日は雨が降って、川の水が増えた。", "Japanese"),
        ("東京五輪、開会式の入場順が決定", "Japanese"),
        ("カタカナ", "Japanese"),
        ("今天的日语词是「雨」，读作あめ。我们还学了别的词，写了很多句子，明天考试。", "Chinese"),
        ("오늘은 비가 와서 책을 읽었다", "Korean"),
        ("1, 2, 3: 🌱!", ""),
        ("", ""),
    ],
)
def test_a_text_has_a_main_script(text: str, script: str) -> None:
    assert main_script(text) == script


def test_mixed_texts_count_by_bytes() -> None:
    rain = "雨" * 10  # 30 bytes
    assert main_script("a" * 29 + rain) == "Chinese"
    assert main_script("a" * 31 + rain) == "Latin"


def test_letters_are_counted_by_script() -> None:
    counts = count_letters("aba 雨雨, 7")
    assert counts == {"Latin": {"a": 2, "b": 1}, "Chinese": {"雨": 2}}
    assert count_letters("雨が雨") == {"Japanese": {"雨": 2, "が": 1}}
