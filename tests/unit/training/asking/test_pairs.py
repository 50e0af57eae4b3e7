"""The pairs that word vectors learn from: what says the same, and nothing that is kept out."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from rnnchat.training.asking import pairs
from rnnchat.training.asking.pairs import QUESTIONS, Texts, read_texts
from rnnchat.training.asking.written import WrittenQuestion


def write(file: Path, *records: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a little of each kind of text."""
    monkeypatch.setattr(pairs, "COLLECTIONS", {"notes-permissive": 1.0, "notes-mtlynch": 1.0})
    monkeypatch.setattr(
        pairs, "OTHER_TEXTS", {"dialogue/star": 1_000, "pretrain/prose-standard-ebooks": 1_000}
    )
    write(
        tmp_path / "pretrain/notes-permissive.jsonl.xz",
        {"source": "someone/notes a.md", "text": "# Boil eggs\n\nWater and nine minutes of patience.\n"},
        {"source": "jwworth/til b.md", "text": "# Zebra\n\nA zebra has stripes of black and white.\n"},
    )
    write(
        tmp_path / "pretrain/notes-mtlynch.jsonl.xz",
        {"source": "posts/c.md", "text": "# Gecko\n\nA gecko can walk on the ceiling of a room.\n"},
    )
    write(tmp_path / "dialogue/star.jsonl.xz", {"id": "1", "turns": [["user", "a walrus swims"]]})
    write(
        tmp_path / "pretrain/prose-standard-ebooks.jsonl.xz",
        {"source": "willa-cather_my-antonia.txt", "text": "prairie"},
        {"source": "other.txt", "text": "lighthouse"},
    )
    labels = tmp_path / "tasks/classification"
    (labels / "clinc150/data").mkdir(parents=True)
    (labels / "banking77/banking_data").mkdir(parents=True)
    asked = [[f"translate this sentence {number}", "translate"] for number in range(4)]
    (labels / "clinc150/data/data_full.json").write_text(json.dumps({"train": asked}))
    (labels / "banking77/banking_data/train.csv").write_text("text,category\n")
    translations = tmp_path / "tasks/translation"
    for name, text in (
        ("fra_eng/fra.txt", "He left quickly.\tIl partit vite.\nHe went away fast.\tIl partit vite.\n"),
        ("cmn_eng/cmn.txt", "Only one.\t一\tcredit\n"),
    ):
        file = translations / f"tatoeba_{name}"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    summaries = tmp_path / "tasks/summarisation/scitldr_a"
    summaries.mkdir(parents=True)
    record = {"source": ["Deep networks overfit.", "We regularise them."], "target": ["Less overfitting."]}
    (summaries / "train.jsonl").write_text(json.dumps(record) + "\n")
    return tmp_path


def sources(texts: Texts) -> set[str]:
    return {source.partition("/")[2] or source for source in texts.sources}


def test_every_kind_of_pair_is_read(data: Path) -> None:
    texts = read_texts(data)
    assert sources(texts) == {"intents", "someone/notes", "jwworth/til", "posts/c.md", "tatoeba", "scitldr"}
    assert len(texts.sources) == len(texts.pairs)
    assert {"boil", "walru", "lighthous"} <= texts.vocabulary.keys()


def test_books_that_are_kept_out_are_not_read(data: Path) -> None:
    assert "prairi" not in read_texts(data).vocabulary


def test_notes_are_held_out_for_the_ranking(data: Path) -> None:
    texts = read_texts(data, hold_out=True)
    assert "jwworth/til" not in sources(texts)
    assert not {"zebra", "gecko"} & texts.vocabulary.keys()
    assert [source for source, _ in pairs.held_out_notes(data)] == [
        "jwworth/til b.md",
        "notes-mtlynch/posts/c.md",
    ]


def test_questions_that_were_written_about_a_passage_are_pairs(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [
        WrittenQuestion(
            "how long for a soft yolk", "notes-permissive: someone/notes a.md", 3, "nine minutes"
        ),
        WrittenQuestion("which animal is striped", "jwworth/til b.md", 3, "zebra"),
        WrittenQuestion("what hangs overhead", "notes-mtlynch/posts/c.md", 3, "gecko"),
        WrittenQuestion("a line that is no passage", "jwworth/til b.md", 99, ""),
    ]
    monkeypatch.setattr(pairs, "written_questions", lambda: asked)
    monkeypatch.setattr(pairs, "factual_questions", list)
    assert read_texts(data).sources.count(QUESTIONS) == 3
    assert {"soft", "yolk"} <= read_texts(data).vocabulary.keys()
    held_out = read_texts(data, hold_out=True)
    assert QUESTIONS not in held_out.sources
    assert not {"yolk", "stripe"} & held_out.vocabulary.keys()
    names = {question.source for question in asked}
    assert {name: text.splitlines()[0] for name, text in pairs.documents(data, names).items()} == {
        "notes-permissive: someone/notes a.md": "# Boil eggs",
        "jwworth/til b.md": "# Zebra",
        "notes-mtlynch/posts/c.md": "# Gecko",
    }
