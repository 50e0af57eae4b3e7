"""Damaged, mixed and old text is read as what it is; what is no text is not read."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.library.open_draft import open_text
from rnnchat.storage.files import save_text
from rnnchat.text.notes import scan
from rnnchat.text.notes.corpus import ScannedNote, read_notes
from rnnchat.text.notes.decode import DecodedText, UnreadableError, decode_text

TEXTS = {
    "de": "Das Flüsschen führte über die Wiese; Größe, Maß und „Anführung“ – alles war schön.\n",
    "fr": "Naïve café, déjà vu : où l’on dîne à l’été. « Ça va », dit-il, « c’est l’hôtel ».\n",
    "es": "¿Dónde está el niño? Mañana comeré piñas y jamón; ¡qué rico! El pingüino voló.\n",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy. Dnes je krásný den a půjdeme ven.\n",
    "pl": "Zażółć gęślą jaźń. Wczoraj byłem w sklepie i kupiłem chleb, ser oraz mleko.\n",
    "ru": "Дождь шёл весь день, и река поднялась на ладонь, поэтому мы остались дома и читали.\n",
    "uk": "Ці дні були довгі, і ми їхали до її хати біля річки. Що це було?\n",
    "el": "Το ποτάμι ανέβηκε και μείναμε στο σπίτι διαβάζοντας όλη την ημέρα.\n",
    "he": "ירד גשם כל היום והנהר עלה, אז נשארנו בבית וקראנו.\n",
    "th": "ฝนตกทั้งวันและแม่น้ำสูงขึ้น เราจึงอยู่บ้านอ่านหนังสือ เก็บไว้ก่อน\n",
    "ja": "一日中雨が降って、川の水が増えたので、家にいて本を読んでいました。\n",
    "zh": "今天下了一整天的雨，河水涨了一掌，所以我们呆在家里读书。没什么可做的，那么就睡觉。\n",
    "zh-tw": "今天下了一整天的雨，河水漲了一掌，所以我們待在家裡讀書。沒什麼可做的。\n",
    "ko": "하루 종일 비가 와서 강물이 불었고 우리는 집에서 책을 읽었다. 내일은 시장에 간다.\n",
}
OLD = [
    *(("cp1252", language) for language in ("de", "fr", "es")),
    *(("mac_roman", language) for language in ("de", "fr", "es")),
    *(("cp1250", language) for language in ("cs", "pl")),
    *(("iso8859_2", language) for language in ("cs", "pl")),
    *((encoding, "ru") for encoding in ("cp1251", "koi8_r", "cp866", "mac_cyrillic", "iso8859_5")),
    *(("koi8_u", "uk"), ("cp1251", "uk"), ("cp1253", "el"), ("iso8859_7", "el"), ("cp1255", "he")),
    *(("tis_620", "th"), ("shift_jis", "ja"), ("euc_jp", "ja"), ("gb18030", "zh"), ("big5", "zh-tw")),
    *(("euc_kr", "ko"), ("cp949", "ko")),
]


def is_sound(data: bytes | bytearray) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("bad", [b"\x92", b"\xff", b"\xe9", b"\x81", b"\xc3"])
def test_one_bad_byte_leaves_utf8_as_it_is(language: str, bad: bytes) -> None:
    text = TEXTS[language] * 8
    data = text.encode()
    place = len((TEXTS[language] * 3).encode())
    decoded = decode_text(data[:place] + bad + data[place:])
    assert decoded.text.replace(decoded.text[len(TEXTS[language]) * 3], "", 1).count(text[5:30]) >= 8 - 1
    assert len(decoded.text) == len(text) + 1
    assert decoded.encoding.startswith("utf-8")
    assert decoded.replaced or decoded.encoding != "utf-8"


@pytest.mark.parametrize("language", TEXTS)
def test_bytes_that_are_lost_or_changed_anywhere_cost_little(language: str) -> None:
    chance = random.Random(language)
    text = TEXTS[language] * 12
    for _ in range(12):
        data = bytearray(text.encode())
        high = [place for place, byte in enumerate(data) if byte > 127]
        if chance.random() < 0.5:
            del data[chance.choice(high)]
        else:
            data[chance.choice(high)] = chance.choice([0x20, 0x80, 0xFF, 0xC0])
        if is_sound(data):
            continue
        decoded = decode_text(bytes(data))
        assert decoded.encoding == "utf-8"
        assert 1 <= decoded.replaced <= 4
        assert decoded.text.count(TEXTS[language]) == 11


@pytest.mark.parametrize(("encoding", "language"), OLD)
@pytest.mark.parametrize("times", [1, 20])
def test_old_encodings(encoding: str, language: str, times: int) -> None:
    text = TEXTS[language].encode(encoding, "ignore").decode(encoding) * times
    decoded = decode_text(text.encode(encoding))
    assert decoded.text == text
    assert decoded.encoding != "utf-8"
    assert not decoded.replaced


@pytest.mark.parametrize("languages", ["de fr", "de fr es", "fr es", "cs pl", "ru uk"])
def test_old_encodings_of_several_languages(languages: str) -> None:
    text = "".join(TEXTS[language] for language in languages.split())
    encoding = {"de": "cp1252", "fr": "cp1252", "cs": "cp1250", "ru": "cp1251"}[languages[:2]]
    assert decode_text(text.encode(encoding)).text == text


@pytest.mark.parametrize(("encoding", "language"), OLD)
def test_one_wrong_byte_in_an_old_encoding(encoding: str, language: str) -> None:
    line = TEXTS[language].encode(encoding, "ignore")
    decoded = decode_text(line * 5 + b"\xff" + line * 5)
    assert decoded.text.count(line.decode(encoding)) >= 9


@pytest.mark.parametrize(
    ("encoding", "language"),
    [
        ("cp1252", "de"),
        ("cp1252", "fr"),
        ("cp1250", "cs"),
        ("cp1251", "ru"),
        ("shift_jis", "ja"),
        ("gb18030", "zh"),
    ],
)
@pytest.mark.parametrize(("before", "after"), [(1, 1), (20, 1), (1, 20)])
def test_lines_that_were_added_in_another_encoding(
    encoding: str, language: str, before: int, after: int
) -> None:
    text = TEXTS[language].encode(encoding, "ignore").decode(encoding)
    decoded = decode_text((text * before).encode() + (text * after).encode(encoding))
    assert decoded.text == text * (before + after)
    assert decoded.encoding.startswith("utf-8 and ")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            "Größe\n".encode() * 9 + b"It\x92s \x93here\x94 \x96 10 \x80\n",
            "Größe\n" * 9 + "It’s “here” – 10 €\n",
        ),
        ("Größe ".encode() * 9 + "ü".encode()[:1], "Größe " * 9 + "\ufffd"),
        ("日本語\n".encode() * 9 + "語".encode()[:2], "日本語\n" * 9 + "\ufffd\ufffd"),
        (
            "Größe ".encode() * 9 + b"\xc0\xaf \xe0\x80\xaf x",
            "Größe " * 9 + "\ufffd\ufffd \ufffd\ufffd\ufffd x",
        ),
        ("Größe ".encode() * 9 + b"\xed\xa0\xbd\xed\xb8\x80", "Größe " * 9 + "😀"),
        ("Größe ".encode() * 9 + b"\xed\xa0\xbd x", "Größe " * 9 + "\ufffd\ufffd\ufffd x"),
        (b"\xef\xbb\xbf\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe", "\ufeffGröße"),
        (b"\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe \xff" + b"plain text " * 9, "Größe \ufffd" + "plain text " * 9),
        ("Größe, nur so".encode("utf-16-le"), "Größe, nur so"),
        ("Größe, nur so".encode("utf-16-be"), "Größe, nur so"),
        ("Größe, nur so".encode("utf-32-le"), "Größe, nur so"),
        ((TEXTS["ru"] * 3).encode("utf-16-le"), TEXTS["ru"] * 3),
        ((TEXTS["zh"] * 3).encode("utf-16-be"), TEXTS["zh"] * 3),
        ((TEXTS["de"] * 3).encode("utf-16") + b"x", TEXTS["de"] * 3 + "\ufffd"),
        ((TEXTS["de"] * 3).encode("utf-16-le") + b"x", TEXTS["de"] * 3 + "\ufffd"),
        ((TEXTS["de"] * 3).encode("utf-16") + b"\x3d\xd8x\0", TEXTS["de"] * 3 + "\ufffdx"),
        (b"Caf\xe9", "Café"),
        (b"a note of one stray \x01 byte", "a note of one stray \x01 byte"),
        (b"\x0c\x0b\x1b[1m\x08 bell\x07\x1a marks", "\x0c\x0b\x1b[1m\x08 bell\x07\x1a marks"),
        (b"GIF89a is a format of pictures", "GIF89a is a format of pictures"),
        (b"%PDF-1.4 is how they begin", "%PDF-1.4 is how they begin"),
        (b"BMW drives, MZ does not, PK met ID3", "BMW drives, MZ does not, PK met ID3"),
    ],
)
def test_damage(data: bytes, text: str) -> None:
    assert decode_text(data).text == text


def test_what_is_sound_is_said_to_be() -> None:
    assert decode_text("Größe \ufffd 😀".encode()) == DecodedText("Größe \ufffd 😀", "utf-8", 0)
    assert decode_text("Größe".encode("utf-16")) == DecodedText("Größe", "utf-16-le", 0)


BINARY = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe1Exif text text text",
    "gif": b"GIF89a\x01\x01\x80\x01",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << /Length 3 >> stream",
    "zip": b"PK\x03\x04\x14 mimetype",
    "gzip": b"\x1f\x8b\x08\x08text.txt",
    "bzip2": b"BZh91AY&SYtext",
    "xz": b"\xfd7zXZ text",
    "zstd": b"\x28\xb5\x2f\xfdtext",
    "7z": b"7z\xbc\xaf\x27\x1ctext",
    "rar": b"Rar!\x1a\x07text",
    "elf": b"\x7fELF\x02\x01\x01 text",
    "sqlite": b"SQLite format 3\0" + b"CREATE TABLE notes" * 9,
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Word.Document",
    "ogg": b"OggS\x02 vorbis",
    "mp3": b"ID3\x03 title title",
    "mp4": b"\0\0\0\x18ftypmp42",
    "wav": b"RIFF$\x01\x01\x01WAVEfmt ",
    "class": b"\xca\xfe\xba\xbe java/lang/Object",
    "rtf": b"{\\rtf1\\ansi Hello}",
    "control": b"text\x01\x02\x03\x04\x05\x06 text",
    "nulls": b"text\0text\0\0text",
    "bytes": bytes(range(256)) * 4,
    "a null in a sentence": b"It rained all d\0ay and the river rose by a hand.",
}


@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize("suffix", [".md", ".txt", ""])
def test_what_is_no_text_is_not_read_whatever_its_name(tmp_path: Path, kind: str, suffix: str) -> None:
    (tmp_path / f"x{suffix}").write_bytes(BINARY[kind])
    found = scan([tmp_path])
    assert not found.notes
    assert [item.reason for item in found.skipped] == ["binary, not text"]


@pytest.mark.parametrize("seed", range(30))
def test_noise_is_not_read(seed: int) -> None:
    with pytest.raises(UnreadableError):
        decode_text(random.Random(seed).randbytes(2_000))


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_text_comes_back_as_it_was(text: str, encoding: str) -> None:
    if "\0" in text:  # what has nulls and no mark may be UTF-16
        text = text.replace("\0", " ")
    try:
        assert decode_text(text.encode(encoding)).text in (text, text.removeprefix("\ufeff"))
    except UnreadableError as error:
        assert str(error) == "binary, not text"
        assert any(character < " " or character == "\x7f" for character in text)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_odd(data: bytes) -> None:
    try:
        decoded = decode_text(data)
    except UnreadableError as error:
        assert str(error)
    else:
        decoded.text.encode()  # no halves of surrogates


def test_what_was_damaged_is_told_with_the_note(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(TEXTS["de"].encode() * 9 + b"\xff\xff here\n")
    (tmp_path / "b.md").write_bytes((TEXTS["ru"] * 9).encode("cp1251"))
    (tmp_path / "c.md").write_text(TEXTS["ja"] * 9, encoding="utf-8")
    found = [item for item in read_notes([tmp_path]) if isinstance(item, ScannedNote)]
    assert [(item.decoding.encoding, item.decoding.replaced) for item in found] == [
        ("utf-8", 2),
        ("cp1251", 0),
        ("utf-8", 0),
    ]


@pytest.mark.parametrize(
    "data",
    [
        TEXTS["de"].encode() * 3 + b"\x92\n",
        TEXTS["de"].encode() * 3 + TEXTS["de"].encode("cp1252"),
        TEXTS["de"].encode("cp1252"),
        TEXTS["de"].encode("utf-16"),
        b"plain text in two bytes".replace(b"", b"\0")[1:],
        TEXTS["de"].encode() + b"\xed\xa0\xbd\xed\xb8\x80\n",
    ],
)
def test_a_draft_of_a_file_that_is_not_utf8_is_a_copy(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    opened = open_text(path)
    assert opened.file is None
    assert "UTF-8" in opened.why or "damaged" in opened.why


def test_a_sound_file_is_written_back_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    for data in (TEXTS["ja"].encode(), b"\xef\xbb\xbf\xef\xbb\xbfx\r\ny\r\n", "a\ufffdb".encode()):
        path.write_bytes(data)
        opened = open_text(path)
        assert opened.file is not None
        save_text(opened.file, opened.text)
        assert path.read_bytes() == data
