"""Collections are cleaned as notes are, cut, and spread where only a part of them is used."""

from __future__ import annotations

from pathlib import Path

from rnnchat.training.collections import documents_in, is_validation, read_source, size_of
from rnnchat.training.recipes import Source
from tests.helpers.collections import TALK, write_collection

NOTES = Source("pretrain/notes", "Nobody")


def documents(tmp_path: Path, *texts: str, source: Source = NOTES, share: float = 1.0) -> list[object]:
    records = [{"source": f"owner/repo {number}.md", "text": text} for number, text in enumerate(texts)]
    write_collection(tmp_path, source.path, records)
    return list(read_source(tmp_path, source, share))


def test_shortcodes_comments_and_front_matter_are_left_out(tmp_path: Path) -> None:
    text = "---\ntitle: x\n---\nOne {{< figure src='a' >}}two {% include b %}three <!-- not\nthis -->four.\n"
    assert documents(tmp_path, text) == ["One two three four.\n"]


def test_secrets_are_left_out(tmp_path: Path) -> None:
    secret = "hunter2" * 2
    (text,) = documents(tmp_path, f"My notes.\n\npassword = {secret}\n\nThe end.\n")
    assert secret not in str(text) and "The end." in str(text)


def test_named_sources_are_left_out(tmp_path: Path) -> None:
    records = [{"source": "a/b one.md", "text": "One."}, {"source": "c/d two.md", "text": "Two."}]
    write_collection(tmp_path, "pretrain/notes", records)
    file = tmp_path / "pretrain/notes.jsonl.xz"
    assert list(documents_in(file, ("a/",))) == ["Two.\n"]
    assert list(documents_in(file)) == ["One.\n", "Two.\n"]


def test_a_book_is_cut_between_lines(tmp_path: Path) -> None:
    line = "A line of this book has about sixty characters, as lines do.\n"
    parts = documents(tmp_path, "".join(f"{n} {line}" for n in range(6000)))
    assert len(parts) > 2
    assert all(isinstance(part, str) and part.endswith("\n") and len(part) < 151_000 for part in parts)


def test_a_part_of_a_collection_is_spread_over_all_of_it(tmp_path: Path) -> None:
    texts = [f"This is document number {number:04d}.\n" for number in range(400)]
    size = size_of("".join(texts))
    capped = documents(tmp_path, *texts, source=Source("pretrain/notes", "Nobody", most_bytes=size // 4))
    assert 80 <= len(capped) <= 100
    assert capped[-1] > texts[380]
    assert len(documents(tmp_path, *texts, share=0.1)) in range(35, 41)


def test_whoever_speaks_first_is_the_user_and_turns_of_one_are_joined(tmp_path: Path) -> None:
    write_collection(tmp_path, "dialogue/talk", [{"id": "1", "turns": [*TALK, ["A", "And loud."]]}])
    (dialogue,) = documents_in(tmp_path / "dialogue/talk.jsonl.xz")
    assert dialogue == [
        ("user", "Have you seen the new film?"),
        ("model", "Not yet. Is it any good?"),
        ("user", "It is long.\nAnd loud."),
    ]


def test_about_one_document_in_so_many_is_kept_back_and_always_the_same() -> None:
    texts = [f"Text {number}." for number in range(8000)]
    kept = [text for text in texts if is_validation(text, 40)]
    assert 150 < len(kept) < 250
    assert kept == [text for text in texts if is_validation(text, 40)]
