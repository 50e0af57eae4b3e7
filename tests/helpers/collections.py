"""Small collections of documents, as the recipes of the models that ship read them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rnnchat.training.recipes import Recipe, Source

TALK = [["A", "Have you seen the new film?"], ["B", "Not yet. Is it any good?"], ["A", "It is long."]]

TINY = Recipe(
    model="tiny-base",
    description="comes with the tests",
    sources=(
        Source("pretrain/notes", "Notes of the tests", repeats=2.5, last_repeats=0.25),
        Source("dialogue/talk", "Talk of the tests", repeats=1, last_repeats=3),
    ),
    vocabulary=400,
    embedding=16,
    units=24,
    dropout=0.1,
    validation_one_in=4,
)


def write_collection(data: Path, path: str, records: Iterable[dict[str, Any]]) -> None:
    file = data / f"{path}.jsonl.xz"
    file.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(file, "wt", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_tiny_collections(data: Path, texts: list[str]) -> Path:
    """Write the collections of TINY: `texts` as notes, in parts, and a few dialogues."""
    parts = [part for text in texts for part in text.split("\n\n") if len(part) > 40]
    notes = [{"source": f"somebody/notes {number}.md", "text": part} for number, part in enumerate(parts)]
    write_collection(data, "pretrain/notes", notes)
    talk = [{"id": str(n), "turns": [*TALK, ["B", f"Then I wait {n} days."]]} for n in range(24)]
    write_collection(data, "dialogue/talk", talk)
    return data
