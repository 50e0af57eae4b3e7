"""Asking an index: the passage that fits comes first, the answer is verbatim, and nothing is made up."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from rnnchat.errors import ModelError, NotesError
from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.asking import collection as collections
from rnnchat.tasks.asking.asking import ask
from rnnchat.tasks.asking.building import build_index, update_index
from rnnchat.tasks.asking.collection import KEPT_INDEXES, open_collection
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NotePassages, read_note_passages
from rnnchat.tasks.asking.related import related_to

NOTES = {
    "git/undo.md": "# Undo a commit\n\nTo undo the last commit, run:\n\n```\ngit reset --soft\n```\n",
    "git/branch.md": "# Delete a branch\n\nA branch that is merged is deleted with `git branch -d name`.\n",
    "house/move.md": "# The move\n\nWe moved to the new flat on 3 May 2019. Mrs Lopez had the keys.\n",
    "house/heating.md": "# Heating\n\nThe boiler is serviced every autumn. The pressure should be 1.5 bar.\n",
    "cooking/bread.md": "# Bread\n\nThe dough rests for twelve hours. Bake it at 230 degrees with steam.\n",
    "cooking/soup.md": "# Soup\n\nOnions, carrots and celery in butter, then stock and an hour of time.\n",
    "en/zh.md": "# 笔记\n\n机器学习是一门有趣的学科。今天学习了循环神经网络。\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in NOTES.items():
        path = tmp_path / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "notes"


def read(folder: Path) -> list[NotePassages]:
    return [note for note in read_note_passages([folder]) if isinstance(note, NotePassages)]


@pytest.mark.parametrize(
    ("question", "file", "answer"),
    [
        ("how do I undo the last commit", "undo.md", "git reset --soft"),
        ("when did we move to the flat", "move.md", "We moved to the new flat on 3 May 2019."),
        ("how long does the dough rest", "bread.md", "The dough rests for twelve hours."),
        ("循环神经网络", "zh.md", "今天学习了循环神经网络。"),
    ],
)
def test_the_answer_is_verbatim_and_its_place_right(
    folder: Path, question: str, file: str, answer: str
) -> None:
    reply = ask(build_index(read(folder)), question)
    assert reply.passages[0].path.endswith(file)
    assert reply.answer is not None
    assert reply.answer.text == answer
    text = Path(reply.answer.path).read_text()
    assert text[reply.answer.start :].startswith(answer)
    assert answer in text.splitlines()[reply.answer.line - 1]


def test_nothing_is_answered_that_is_not_in_the_notes(folder: Path) -> None:
    reply = ask(build_index(read(folder)), "who painted the ceiling of the sistine chapel")
    assert reply.answer is None


@pytest.mark.parametrize("question", ["", "x", "?", "the of and", "é" * 100_000, "undo commit " * 10_000])
def test_odd_questions_are_no_error(folder: Path, question: str) -> None:
    ask(build_index(read(folder)), question)


def test_an_index_without_notes_answers_nothing() -> None:
    reply = ask(build_index([]), "anything at all")
    assert (reply.passages, reply.answer) == ((), None)


def test_a_saved_index_answers_as_before(folder: Path) -> None:
    index = build_index(read(folder))
    saved = PassageIndex.from_tensors(read_safetensors(to_safetensors(index.tensors())))
    for question in ("undo a commit", "bread with steam", "boiler pressure"):
        assert ask(saved, question).passages == ask(index, question).passages


def test_a_damaged_index_is_an_error(folder: Path) -> None:
    tensors = build_index(read(folder)).tensors()
    for name in ("places", "ends", "bodies.starts", "bodies.rows", "files", "latent.notes"):
        damaged = {**tensors, name: tensors[name][:-1]}
        with pytest.raises(ModelError):
            PassageIndex.from_tensors(damaged)
    with pytest.raises(ModelError):
        PassageIndex.from_tensors({**tensors, "format": np.array([99], np.uint32)})


def of_first_format(index: PassageIndex) -> dict[str, np.ndarray]:
    """Return an index as it was saved with word vectors of fewer dimensions."""
    tensors = index.tensors()
    return {
        **tensors,
        "format": np.array([1], np.uint32),
        "words.passages": tensors["words.passages"][:, :128],
        "words.titles": tensors["words.titles"][:, :128],
    }


def test_an_index_of_the_first_format_answers_like_a_new_one(folder: Path) -> None:
    index = build_index(read(folder))
    saved = PassageIndex.from_tensors(read_safetensors(to_safetensors(of_first_format(index))))
    for question in ("undo a commit", "bread with steam", "boiler pressure"):
        assert ask(saved, question).passages == ask(index, question).passages
    assert saved.tensors()["format"] == index.tensors()["format"]


def test_a_kept_index_of_the_first_format_is_built_anew(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    index = open_collection([folder], kept).index
    (file,) = kept.iterdir()
    file.write_bytes(to_safetensors(of_first_format(index)))
    assert open_collection([folder], kept).read == len(NOTES)
    assert open_collection([folder], kept).read == 0


@pytest.mark.parametrize(
    ("question", "file"),
    [("relocating to another apartment", "move.md"), ("vegetables for dinner", "soup.md")],
)
def test_other_words_find_a_note(folder: Path, question: str, file: str) -> None:
    assert ask(build_index(read(folder)), question).passages[0].path.endswith(file)


def test_an_updated_index_is_like_a_new_one(folder: Path) -> None:
    notes = read(folder)
    updated = update_index(build_index(notes[:5]), [1, 3], notes[5:])
    new = build_index([notes[0], notes[2], notes[4], *notes[5:]])
    assert [file.path for file in updated.files] == [file.path for file in new.files]
    for name, array in new.tensors().items():
        if not name.startswith(("latent", "words")):
            np.testing.assert_array_equal(updated.tensors()[name], array, err_msg=name)


def test_a_collection_follows_the_files(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    assert open_collection([folder], kept).read == len(NOTES)
    assert open_collection([folder], kept).read == 0
    (folder / "git/undo.md").unlink()
    (folder / "cooking/rice.md").write_text("# Rice\n\nRice takes eighteen minutes with the lid closed.\n")
    (folder / "house/move.md").write_text("# The move\n\nWe moved back in October 2023.\n")
    os.utime(folder / "house/move.md", ns=(1, 1))
    now = open_collection([folder], kept)
    assert now.read == 2
    assert ask(now.index, "undo the last commit").answer is None
    assert "eighteen" in ask(now.index, "how long does the rice take").passages[0].text
    assert "2023" in ask(now.index, "when did we move").passages[0].text
    monkeypatch.setattr(collections, "build_index", None)
    assert open_collection([folder], kept).read == 0


def test_few_indexes_are_kept_and_a_damaged_one_is_built_anew(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for name in NOTES:
        open_collection([folder / name], kept)
    files = list(kept.iterdir())
    assert len(files) == KEPT_INDEXES
    for file in files:
        file.write_bytes(b"damaged")
    assert open_collection([folder / name], kept).read == 1


def test_a_file_that_is_no_text_is_left_out(folder: Path, tmp_path: Path) -> None:
    (folder / "binary.md").write_bytes(bytes(range(256)) * 20)
    assert len(open_collection([folder], tmp_path / "kept").index) == len(build_index(read(folder)))
    assert open_collection([folder], tmp_path / "kept").read == 0


def test_an_empty_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotesError, match="no notes") as caught:
        open_collection([tmp_path / "empty"], tmp_path / "kept")
    assert caught.value.hint


def test_related_notes_are_about_the_same_things(folder: Path) -> None:
    (folder / "git/merge.md").write_text("# Merge a branch\n\nA branch is merged with `git merge name`.\n")
    notes = read(folder)
    index = build_index(notes)
    (note,) = [one for one in notes if one.file.path.endswith("merge.md")]
    found = related_to(index, note)
    assert found[0].path.endswith("git/branch.md")
    assert all(one.path != note.file.path for one in found)
    assert all(0 < one.score <= 1.0001 for one in found)
