"""A copied phrase is told from a new one, with its file and line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnchat.generation.attribution import AttributionIndex, paths_from, paths_to
from rnnchat.lm.ngram import NgramMemory
from rnnchat.text.tokenizer import Tokenizer

NOTES = {
    "one.md": "# Boats\n\nThe harbour opens at four in the morning, and closes when the pilot says so.\n",
    "two.md": "# Bread\n\nFold the dough twice.\nLet it rest beside the warm oven for an hour.\n\nBake it.\n",
}


@pytest.fixture
def index(tmp_path: Path, tokenizer: Tokenizer) -> AttributionIndex:
    pieces: list[int] = []
    for name, text in NOTES.items():
        (tmp_path / name).write_text(text)
        pieces += [tokenizer.roles.start, *tokenizer.encode(text), tokenizer.roles.end]
    memory = NgramMemory.build(np.array(pieces), tokenizer.size)
    return AttributionIndex(memory, tokenizer, [str(tmp_path / name) for name in NOTES])


def test_a_copied_stretch_is_found_with_its_file_and_line(index: AttributionIndex) -> None:
    text = "I said so. Let it rest beside the warm oven for an hour. Nobody listened."
    (found,) = index.find(text)
    assert "rest beside the warm oven for an hour" in found.text
    assert text[found.start :].startswith(found.text)
    assert Path(found.path).name == "two.md"
    assert found.line == 4


def test_two_stretches_come_in_the_order_of_the_text(index: AttributionIndex) -> None:
    text = "Let it rest beside the warm oven and the harbour opens at four in the morning!"
    assert [Path(one.path).name for one in index.find(text)] == ["two.md", "one.md"]
    ends = [(one.start, one.start + len(one.text)) for one in index.find(text)]
    assert ends[0][1] <= ends[1][0]


def test_a_whole_note_is_one_stretch_however_long(index: AttributionIndex) -> None:
    (found,) = index.find(NOTES["two.md"])
    assert found.text == NOTES["two.md"].strip()
    assert found.line == 1


@pytest.mark.parametrize("text", ["", "so", "Quokkas juggle xylophones.", "☃" * 50, "\n\n\n\n\n\n\n\n\n\n"])
def test_new_words_have_no_origin(index: AttributionIndex, text: str) -> None:
    assert index.find(text) == []


def test_the_line_is_the_one_in_the_file_as_it_is_now(index: AttributionIndex, tmp_path: Path) -> None:
    text = "Let it rest beside the warm oven for an hour."
    (tmp_path / "two.md").write_text("---\ntitle: x\n---\n" + NOTES["two.md"])
    assert index.find(text)[0].line == 7
    (tmp_path / "two.md").unlink()
    assert index.find(text)[0].line == 4


def test_paths_are_kept_with_a_memory_and_damage_is_no_trouble() -> None:
    assert paths_from(paths_to(["/a/ü.md", "b"])) == ["/a/ü.md", "b"]
    assert paths_from(None) == []
    assert paths_from(np.frombuffer(b"\xff[", np.uint8)) == []
    assert paths_from(np.frombuffer(b'{"a": 1}', np.uint8)) == []
