"""Notes are found by their titles, and related notes by their folders, without seeing either."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnchat.errors import NotesError
from rnnchat.tasks.asking.notes import NoteFile, NotePassages, read_passages
from rnnchat.tasks.asking.passages import Passage
from rnnchat.training.task_comparison.asking import compare_asking
from rnnchat.training.task_comparison.baselines.bm25 import Bm25
from rnnchat.training.task_comparison.baselines.tfidf import tfidf_rows
from rnnchat.training.task_comparison.notes import read_folder_notes, without_title
from rnnchat.training.task_comparison.related import compare_related
from rnnchat.training.task_comparison.results import Finding, MethodResult, Remark
from tests.unit.tasks.helpers import TOPICS, write_topic_notes


def results(found: list[Finding]) -> dict[str, MethodResult]:
    return {one.method: one for one in found if isinstance(one, MethodResult)}


def write_titled(root: Path, bodies: dict[str, str]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for number, (title, body) in enumerate(bodies.items()):
        (root / f"{number}.md").write_text(f"# {title}\n\n{body}\n")
    return root


def test_bm25_is_its_formula() -> None:
    scores = Bm25(["the cat sat", "a dog", "the dog and the other dog"]).scores("Dog, dog")
    idf = np.log1p((3 - 2 + 0.5) / (2 + 0.5))
    lengths = np.array([3, 2, 6]) / (11 / 3)
    counts = np.array([0, 1, 2])
    expected = idf * counts / (counts + 1.5 * (0.25 + 0.75 * lengths))
    assert scores == pytest.approx(expected, rel=1e-5)
    assert not Bm25(["a"]).scores("unknown").any()
    assert Bm25(["我喜欢猫", "狗"]).scores("猫")[0] > 0, "each Chinese character is a word"


def test_rows_of_tfidf_have_length_1_and_rare_words_count_more() -> None:
    rows = tfidf_rows(["cat dog", "dog dog dog", ""])
    _, values = rows.row(0)
    assert values @ values == pytest.approx(1)
    assert values[0] > values[1] > 0
    assert len(rows) == 3 and len(rows.row(2)[0]) == 0


def test_the_title_is_nowhere_in_the_note(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("# Undo a commit\n\nReset it.\n\n## Later\n\nPush by force.\n")
    bare = without_title(read_passages(path))
    assert bare is not None
    assert [(one.heading, one.text) for one in bare.passages] == [
        ("", "Reset it."),
        ("Later", "Push by force."),
    ]
    assert bare.file.title == ""


def test_a_first_line_is_no_title_of_its_own() -> None:
    file = NoteFile("note.txt", 0, 0, "Undo a commit")
    assert without_title(NotePassages(file, (Passage("", "Undo a commit\nby a reset", 1, 2, 0),))) is None
    assert without_title(NotePassages(NoteFile("x", 0, 0), (Passage("", "words", 1, 1, 0),))) is None


def test_titles_are_asked_and_hard_ones_are_counted_apart(tmp_path: Path) -> None:
    bodies = {f"About {words[0]}": f"The {words[0]} is near the {words[1]}." for words in TOPICS.values()}
    bodies["Zxqv wplk"] = "Nothing of it is named here."
    found = list(compare_asking([write_titled(tmp_path, bodies)], lambda _: None))
    for result in results(found).values():
        assert result.examples == 6
        assert result.scores["top1"] == pytest.approx(5 / 6)
        assert result.scores["hard_top1"] == 0, "words of a title that are in no note find none"
    assert "1 of the 6 are hard" in next(one.text for one in found if isinstance(one, Remark))


def test_without_hard_titles_there_is_no_score_for_them(tmp_path: Path) -> None:
    bodies = {words[0]: f"{words[0]} and {words[1]}" for words in TOPICS.values()}
    bodies["lamp"] = "A lamp. It is on."
    write_titled(tmp_path, {title: f"It is this: {body}" for title, body in bodies.items()})
    found = results(list(compare_asking([tmp_path], lambda _: None)))
    assert found["rnnchat"].scores["hard_top5"] is None
    assert found["rnnchat"].as_dict()["hard_top5"] is None


def test_too_few_titles_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="too few notes with titles") as error:
        list(compare_asking([write_titled(tmp_path, {"One": "a body"})], lambda _: None))
    assert "heading" in error.value.hint


def test_related_notes_are_in_the_same_folder(tmp_path: Path) -> None:
    write_topic_notes(tmp_path, 6)
    (tmp_path / "none.md").write_text("A note that is in no folder is no example.")
    found = results(list(compare_related([tmp_path], lambda _: None)))
    assert list(found) == ["chance", "TF-IDF", "rnnchat"]
    assert found["chance"].scores["same_folder"] == pytest.approx(5 / 30)
    assert found["TF-IDF"].scores["same_folder"] > 0.5
    assert found["rnnchat"].scores["same_folder"] > 0.5
    assert {one.examples for one in found.values()} == {30}


@pytest.mark.parametrize("topics", [[], ["garden"]])
def test_related_needs_a_large_folder_and_others(tmp_path: Path, topics: list[str]) -> None:
    write_titled(tmp_path / "small", {"One": "a body"} if not topics else {})
    for topic in topics:
        write_titled(tmp_path / topic, {f"{topic} {number}": "a body" for number in range(6)})
    with pytest.raises(NotesError, match="a folder with more than 5 notes") as error:
        list(compare_related([tmp_path], lambda _: None))
    assert "subfolders" in error.value.hint


def test_files_that_are_no_notes_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.md").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "empty.md").write_text("")
    with pytest.raises(NotesError, match="no notes here"):
        read_folder_notes([tmp_path])
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "good.md").write_text("# A title\n\nwords\n")
    (note,) = read_folder_notes([tmp_path])
    assert (note.folder, note.text) == ("deep/er", "A title\n\nwords")
