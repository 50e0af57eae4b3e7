from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.errors import NotesError
from rnnchat.text.notes import Scan, read_corpus, scan
from rnnchat.text.notes.clean import clean, sanitize
from rnnchat.text.notes.decode import UnreadableError, decode
from rnnchat.text.notes.deduplicate import Deduplicator
from rnnchat.text.notes.raw import read_raw
from rnnchat.text.notes.secrets import screen
from tests.helpers.places import NOTES

LONG = "It rained all day and the river rose by a hand, so we stayed in and read. " * 20


def reasons(result: Scan) -> dict[str, str]:
    return {item.path.name: item.reason for item in result.skipped}


def test_the_sample_notes_are_read() -> None:
    result = scan([NOTES])
    assert len(result.notes) == len(list(NOTES.iterdir()))
    assert not result.skipped
    assert result.bytes == sum(len(note.text.encode()) for note in result.notes)


def test_everything_that_is_no_note_is_skipped_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(LONG)
    (tmp_path / "copy.md").write_text(LONG.upper())
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "broken.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "report.docx").write_bytes(b"PK")
    (tmp_path / "server.key").write_text("secret")
    (tmp_path / "one-line.txt").write_text("x" * 200_000)
    (tmp_path / ".git").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / ".gitignore").write_text("drafts/\n*.tmp.md\n")
    (tmp_path / "drafts").mkdir()
    (tmp_path / "x.tmp.md").write_text("ignored")
    why = reasons(scan([tmp_path]))
    assert why["note.md"] == "a copy of another note"  # copy.md comes first
    assert why["empty.txt"] == "empty"
    assert why["picture.png"] == "not text"
    assert "binary" in why["binary.txt"]
    assert "UTF-16" in why["broken.md"] or "damaged" in why["broken.md"]
    assert "export it" in why["report.docx"]
    assert "keys" in why["server.key"]
    assert "200,000 characters" in why["one-line.txt"]
    assert why[".git"] == "hidden folder"
    assert "link" in why["loop"]
    assert "pipe" in why["pipe.md"]
    assert why["drafts"] == why["x.tmp.md"] == "ignored by .gitignore"


def test_a_deeper_gitignore_can_take_back(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.md\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / ".gitignore").write_text("!kept.md\n")
    (inner / "kept.md").write_text(LONG)
    (inner / "other.md").write_text(LONG + "else")
    assert [note.name for note in scan([tmp_path]).notes] == ["inner/kept.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "locked.md").write_text(LONG)
    (tmp_path / "locked.md").chmod(0)
    assert "permission" in reasons(scan([tmp_path]))["locked.md"]


def test_an_unreadable_file_is_skipped_as_root_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked.md").write_text(LONG)

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rnnchat.text.notes.decode.os.open", refuse)
    assert "permission denied" in reasons(scan([tmp_path]))["locked.md"]


def test_a_file_named_itself_is_read_whatever_its_ending(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("# a comment\n" * 100)
    assert not scan([tmp_path]).notes
    assert len(scan([script]).notes) == 1


def test_a_path_that_is_not_there_has_a_clear_message(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="nothing at"):
        scan([tmp_path / "nowhere"])


def test_the_home_itself_is_refused() -> None:
    with pytest.raises(NotesError, match="far more than notes"):
        scan([Path.home()])


SENTENCES = {
    "latin-1": "Naïve café, déjà vu: où l'on dîne à l'été. Die Straße überquert große Flüsse. ",
    "cp1251": "Дождь шёл весь день, и река поднялась на ладонь, поэтому мы остались дома и читали. ",
    "shift_jis": "一日中雨が降って、川の水が増えたので、家にいて本を読んでいました。",
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", *SENTENCES])
def test_encodings(encoding: str) -> None:
    text = SENTENCES.get(encoding, SENTENCES["cp1251"]) * 20
    assert decode(text.encode(encoding)) == text


def test_binary_is_refused() -> None:
    with pytest.raises(UnreadableError):
        decode(b"\x7fELF\0\0\0")


def test_cleaning() -> None:
    text = (
        "---\ntitle: x\n---\nHe\x1b[31mllo\x07 \u202eworld  \r\n\n\n\n\n\nimg data:image/png;base64,"
        + "A" * 80
        + "\n"
    )
    assert clean(text) == "Hello world\n\n\nimg\n"


@given(st.text())
def test_cleaned_text_is_harmless_and_stays_so(text: str) -> None:
    once = clean(text)
    assert clean(once) == once or "---" in once or "+++" in once
    assert not any(ord(c) < 32 and c not in "\n\t" for c in once)
    assert "\x1b" not in sanitize(text)
    assert not any("\x7f" <= c <= "\x9f" for c in sanitize(text))


def test_secrets_are_found_and_left_out() -> None:
    text = (
        "a\nAWS AKIAABCDEFGHIJKLMNOP here\npassword = hunter2hunter2\n-----BEGIN RSA PRIVATE KEY-----\nabc\n"
    )
    text += "-----END RSA PRIVATE KEY-----\nthe password: ask Anna\nz"
    screened = screen(text)
    assert screened.text == "a\nthe password: ask Anna\nz"
    assert [line for line, _ in screened.secrets] == [2, 3, 4]
    assert screened.line_numbers == (1, 7, 8)


def test_paragraphs_that_come_again_are_dropped() -> None:
    copies = Deduplicator()
    paragraph = "The same long paragraph about nothing in particular, on page 1. " * 3
    assert copies.without_copies(f"one\n\n{paragraph}") == f"one\n\n{paragraph}"
    assert copies.without_copies(f"two\n\n{paragraph.upper()}\n\nthree") == "two\n\nthree"
    other = paragraph.replace("1", "2")
    assert copies.without_copies(f"two\n\n{other}") == f"two\n\n{other}", "another page"
    assert copies.without_copies("one\n\nthree") == "one\n\nthree", "short paragraphs are idiom"


def test_the_split_is_by_file_and_always_the_same() -> None:
    first, second = read_corpus(scan([NOTES])), read_corpus(scan([NOTES]))
    assert first == second
    names = {note.name for note in first.training}
    assert names
    assert first.validation
    assert not names & {note.name for note in first.validation}


def test_a_sole_file_is_cut(tmp_path: Path) -> None:
    (tmp_path / "all.md").write_text("\n\n".join(f"{n}. {LONG}" for n in range(20)))
    corpus = read_corpus(scan([tmp_path]))
    whole = corpus.training[0].text + corpus.validation[0].text
    assert whole == scan([tmp_path]).notes[0].text
    assert 0.01 < corpus.validation_bytes / len(whole.encode()) < 0.25


def test_too_little_or_nothing_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="no notes") as caught:
        read_corpus(scan([tmp_path]))
    assert "empty" in caught.value.hint
    (tmp_path / "a.md").write_text("hello")
    with pytest.raises(NotesError, match="too little"):
        read_corpus(scan([tmp_path]))


def test_raw_text_is_not_cleaned(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"---\nx: 1\n---\r\nhi  \r\n")
    assert read_raw([tmp_path]) == ["---\nx: 1\n---\r\nhi  \r\n"]
