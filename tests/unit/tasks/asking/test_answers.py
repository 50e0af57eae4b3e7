"""A sentence that says how something is done is shown with the code after it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnchat.tasks.asking.answers import best_sentence, code_after, passages_read
from rnnchat.tasks.asking.asking import FoundAnswer, FoundCode
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NotePassages, read_note_passages
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.reranking import SOFTENED
from rnnchat.tasks.asking.sentences import split_sentences

HOW_TO = "how do I undo a commit"
SENTENCE = "To undo a commit, move the branch back by one:"
CODE = "```sh\ngit reset --soft HEAD~1\n```"


@pytest.fixture
def index(tmp_path: Path) -> PassageIndex:
    (tmp_path / "undo.md").write_text(f"# Undo\n\n{SENTENCE}\n\n{CODE}\n")
    return build_index([note for note in read_note_passages([tmp_path]) if isinstance(note, NotePassages)])


@pytest.mark.parametrize(
    ("text", "asked", "code"),
    [
        (f"{SENTENCE}\n\n{CODE}\n", HOW_TO, "git reset --soft HEAD~1"),
        (f"{SENTENCE} It is quick.\n{CODE}\n", HOW_TO, "git reset --soft HEAD~1"),
        (f"{SENTENCE}\n\n{CODE}\n", "Which command undoes a commit?", "git reset --soft HEAD~1"),
        (f"{SENTENCE}\n\n{CODE}\n", "undo a commit", "git reset --soft HEAD~1"),
        (f"{SENTENCE}\n\n{CODE}\n", "when did we undo a commit", None),
        (f"{SENTENCE}\n\nOne.\n\nTwo.\n\nThree.\n\n{CODE}\n", HOW_TO, None),
        (f"{SENTENCE}\n\nThis prints:\n```\nfatal: no commit\n```\n", HOW_TO, None),
        (f"{SENTENCE}\n\n```\n" + "x = 1\n" * 20 + "```\n", HOW_TO, None),
        (f"{CODE}\n\n{SENTENCE}\n", HOW_TO, None),
    ],
)
def test_the_code_right_after_a_sentence(
    index: PassageIndex, text: str, asked: str, code: str | None
) -> None:
    sentence = next(one for one in split_sentences(text) if one.text.startswith("To undo"))
    found = code_after(text, sentence, Question.of(index, asked))
    assert (None if found is None else found.text) == code


@pytest.mark.parametrize("asked", [HOW_TO, "Which command undoes a commit?", "undo a commit"])
def test_the_code_that_a_sentence_leads_to_is_the_answer(index: PassageIndex, asked: str) -> None:
    found = best_sentence(f"{SENTENCE}\n\n{CODE}\n", Question.of(index, asked))
    assert found is not None
    assert (found.text, found.is_code) == ("git reset --soft HEAD~1", True)


def test_passages_that_fit_much_worse_than_the_best_one_are_not_read(index: PassageIndex) -> None:
    scores = np.array([10.0], np.float32)
    assert [number for number, _ in passages_read(index, [0], scores)] == [0]
    twice = passages_read(index, [0, 0], np.array([10.0, 10 * np.exp(-1 / SOFTENED)], np.float32))
    assert [round(one.log_odds, 3) for _, one in twice] == [0, -1]
    assert len(passages_read(index, [0, 0], np.array([10.0, 4.0], np.float32))) == 1


def test_code_has_a_field_of_its_own() -> None:
    answer = FoundAnswer("Run it:", "a.md", 3, 9, FoundCode("x", 6))
    assert answer.as_dict()["code"] == {"text": "x", "line": 6}
    assert answer.as_dict()["text"] == "Run it:"
    assert "code" not in FoundAnswer("Run it:", "a.md", 3, 9).as_dict()
