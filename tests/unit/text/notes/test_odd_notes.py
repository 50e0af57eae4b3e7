"""Notes that lost words, or kept what is none of them: each is read as its writer meant it."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest

from rnnchat.text.notes.corpus import scan
from rnnchat.text.notes.decode import decode, decode_text

PROSE = "We walked to the mill and the river was high after the rain, and nobody said much on the way home.\n"


def _learned(folder: Path, text: str | bytes) -> str:
    (folder / "note.md").write_bytes(text.encode() if isinstance(text, str) else text)
    return "\n".join(note.text for note in scan([folder]).notes)


def test_signs_of_a_secret_within_a_picture_take_no_words(tmp_path: Path) -> None:
    data = base64.b64encode(random.Random(5).randbytes(30_000)).decode()
    # What stands before the figures is a word that announces a key.
    data = f"{data[:900]}/00{'x7Kq' * 10}Z+{data[950:]}=="
    for words in ("password=", "00" + "aB3_" * 10, "AKIA" + "Q7" * 8):
        text = f"Before it ![x](data:image/png;base64,{data[:400]}/{words}/{data[400:]}) after it.\n"
        learned = _learned(tmp_path, text)
        assert "Before it" in learned
        assert "after it" in learned
        assert data[:60] not in learned


def test_a_secret_beside_a_picture_is_left_out(tmp_path: Path) -> None:
    text = f"password: {'hunter2' * 2} ![x](data:image/png;base64,{'QUJD' * 40})\n\n{PROSE}"
    learned = _learned(tmp_path, text)
    assert "hunter2" not in learned
    assert "We walked" in learned


@pytest.mark.parametrize(
    "text",
    [
        "It’s late and she’s gone.",
        "“Go,” she said. “Go…”",
        "It rained – and so we stayed.",
        "Es kostet 5 € im Laden.",
        "We’ll see.",
        "From 1914–1918 they were away.",
        "He said so—“and now,” he said.",
    ],
)
def test_marks_of_word_processors_are_cp1252(text: str) -> None:
    assert decode((text + "\n").encode("cp1252")).strip() == text


@pytest.mark.parametrize(
    "text",
    ["El río está allí, mañana será así.", "aquí llovió, el niño comió así", "Müller’s “Grüße”, spät."],
)
def test_letters_of_the_macintosh_stay_letters(text: str) -> None:
    assert decode((text + "\n").encode("mac_roman")).strip() == text


@pytest.mark.parametrize("times", [1, 5, 40])
def test_arabic_is_read_as_arabic(times: int) -> None:
    text = "مرحبا بالعالم، اليوم تمطر السماء.\n" * times
    assert decode(text.encode("cp1256")) == text


def test_japanese_of_mail_programs_is_read() -> None:
    text = "今日は雨が降っていた。\n"
    assert decode(text.encode("iso2022_jp")) == text
    assert "$ and more" in decode(b"\x1b$ and more\n")


def test_a_few_nulls_make_no_text_binary() -> None:
    text = ("Grüße. " + PROSE * 5).encode()
    for data in (text + b"\0" * 500, b"\0" * 3 + text, text + b"\0" + text):
        decoded = decode_text(data)
        assert decoded.replaced
        assert "Grüße. We walked" in decoded.text
        assert "\0" not in decoded.text
    for encoding in ("utf-16-le", "utf-16-be"):
        assert "วันนี้" in decode(("สวัสดีวันนี้ฝนตก\n" * 20).encode(encoding))


def test_words_that_a_foreign_alphabet_tells_apart_are_no_copies(tmp_path: Path) -> None:
    for name, text in (("a.md", "Masse"), ("b.md", "Maße"), ("c.md", "MASSE")):
        (tmp_path / name).write_text(text + "\n")
    assert [note.text.strip() for note in scan([tmp_path]).notes] == ["Masse", "Maße"]


@pytest.mark.parametrize(
    "words", ["ថ្ងៃនេះអាកាសធាតុល្អណាស់", "วันนี้อากาศดีมากเราไปเดินเล่น", "ယနေ့ရာသီဥတုသာယာသည်", "དེ་རིང་གནམ་གཤིས་ཡག་པོ་འདུག"]
)
def test_long_lines_of_scripts_whose_vowels_are_marks_stay(tmp_path: Path, words: str) -> None:
    assert words * 3 in _learned(tmp_path, words * 3_000 + "\n")


def test_paragraphs_between_two_mentions_of_a_drawing_stay(tmp_path: Path) -> None:
    learned = _learned(tmp_path, "A <svg> here.\n\nProse about the river.\n\nAnd </svg> there.\n")
    assert "Prose about the river." in learned
    label = "<svg>\n\n<text>The mill.</text>\n\n<path d='M1.25 2.5'/></svg>\nAfter it.\n"
    assert "M1.25" not in _learned(tmp_path, label)


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("请看https://example.com/abc这个网站。", "这个网站", "example.com"),
        ("ここにhttps://example.com/abcがある。", "がある", "example.com"),
        ("![The mill](mill.png){width=50%} at dusk", "at dusk", "{width"),
        ('![The mill](mill.png){ width="50%" height=3cm } at dusk', "at dusk", "{"),
        ("It is so.<ref>A book, page 3</ref> And on.", "A book, page 3", "<ref>"),
    ],
)
def test_more_markup_goes_and_words_stay(tmp_path: Path, text: str, kept: str, gone: str) -> None:
    learned = _learned(tmp_path, f"{text}\n\n{PROSE}")
    assert kept in learned
    assert gone not in learned


def test_braces_of_a_person_stay(tmp_path: Path) -> None:
    for words in ("The set {a, b} is f(x){y}", "Write f(x){width} and git show <ref>"):
        assert words in _learned(tmp_path, f"{words}\n\n{PROSE}")


@pytest.mark.parametrize(
    "words",
    [
        "The value $x_{i}^{2} = \\frac{a}{b}$ is known to all of us here. ",
        "Anna; Tom; Ben; ",
        "**Mill** and _river_ and `house` and so on. ",
    ],
)
def test_a_long_line_of_words_with_many_marks_stays(tmp_path: Path, words: str) -> None:
    assert words * 3 in _learned(tmp_path, words * 600 + "\n")


@pytest.mark.parametrize(
    "data", ['{"a": [1.5, 2.5], "b": "x y"}, ', "2024;12;0.5;a=1|", "var a=b(c);if(d){e();} "]
)
def test_a_long_line_of_data_goes(tmp_path: Path, data: str) -> None:
    assert data not in _learned(tmp_path, data * 600 + f"\n\n{PROSE}")


def test_a_mention_of_scripts_is_no_script(tmp_path: Path) -> None:
    text = "Use <style> and <script> tags; close with </script> and </style>. More words.\n"
    learned = _learned(tmp_path, text)
    assert "close with" in learned
    assert "<style>" not in learned
    code = "<script>\nvar x = 1;\n</script>\n<style>p { color: red }</style>\nAfter it.\n"
    learned = _learned(tmp_path, code)
    assert learned.strip() == "After it."


def test_a_diary_in_chinese_between_rules_is_no_front_matter(tmp_path: Path) -> None:
    text = "---\n今天: 我们去了磨坊，河水很高，没有人说话，直到回家\n---\n以后的话\n"
    assert "我们去了磨坊" in _learned(tmp_path, text)
    assert "title" not in _learned(
        tmp_path, "---\ntitle: 我们去了磨坊，河水很高，没有人说话，直到回家\n---\n以后的话\n"
    )


@pytest.mark.parametrize("text", ["**https://example.com/abc** and on", "_https://example.com/abc and on"])
def test_an_address_in_emphasis_goes(tmp_path: Path, text: str) -> None:
    learned = _learned(tmp_path, f"{text}\n\n{PROSE}")
    assert "example.com" not in learned
    assert "and on" in learned
