"""Methods that label texts are measured on texts that are kept back."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from rnnchat.errors import NotesError
from rnnchat.tasks.classification.training import LabelledTexts
from rnnchat.training.task_comparison.baselines.naive_bayes import largest_label_scores, naive_bayes_scores
from rnnchat.training.task_comparison.labels import compare_sorting
from rnnchat.training.task_comparison.results import Finding, MethodResult, Remark
from tests.unit.tasks.helpers import topic_texts, write_topic_notes


def results(found: list[Finding]) -> dict[str, MethodResult]:
    return {one.method: one for one in found if isinstance(one, MethodResult)}


def test_naive_bayes_is_what_counting_gives() -> None:
    known = LabelledTexts.of(["red red blue", "blue", "green"], [["warm"], ["cold"], ["cold"]])
    scores = naive_bayes_scores(known, ["red", "purple"])
    assert known.labels == ("cold", "warm")
    # Of five (texts and labels, each counted once more) the priors are 3 and 2. There are three words: cold
    # has blue and green, warm has red, red and blue.
    red = np.log([3 / 5 * 1 / 5, 2 / 5 * 3 / 6])
    assert scores == pytest.approx(np.array([red, np.log([3 / 5, 2 / 5])]), abs=1e-5)


def test_the_largest_label_is_always_first() -> None:
    known = LabelledTexts.of(["a", "b", "c"], [["x"], ["y"], ["y"]])
    assert largest_label_scores(known, ["", "a"]).tolist() == [[1, 2], [1, 2]]


def test_sorting_is_learned_from_words_and_not_from_chance(tmp_path: Path) -> None:
    found = results(list(compare_sorting([write_topic_notes(tmp_path)], lambda _: None)))
    assert list(found) == ["largest folder", "naive Bayes", "rnnchat"]
    assert found["rnnchat"].scores["top1"] > 0.8
    assert found["naive Bayes"].scores["top1"] > 0.8
    assert found["largest folder"].scores["top1"] < 0.4
    assert all(one.examples == 30 and one.scores["top3"] >= one.scores["top1"] for one in found.values())


def test_no_method_sees_the_label_of_what_it_is_measured_on(tmp_path: Path) -> None:
    choose = random.Random(1)
    for number, text in enumerate(topic_texts(12)[0]):
        folder = tmp_path / choose.choice("abc")
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.md").write_text(f"{text}\n")
    found = results(list(compare_sorting([tmp_path], lambda _: None)))
    for method in found.values():
        assert method.scores["top1"] < 0.65, "folders that were drawn by chance cannot be known"


def test_copies_do_not_help_and_rare_folders_are_named(tmp_path: Path) -> None:
    write_topic_notes(tmp_path, 2)
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "one.md").write_text("Nothing is like this one.")
    found = list(compare_sorting([tmp_path], lambda _: None))
    remarks = [one.text for one in found if isinstance(one, Remark)]
    assert remarks[0] == "Left out: one folder with only one example."
    assert remarks[-1] == "Only 10 examples were measured: differences between the methods may be chance."


@pytest.mark.parametrize("folders", [[], ["only"]])
def test_too_few_folders_are_an_error_with_a_hint(tmp_path: Path, folders: list[str]) -> None:
    for folder in ["", *folders]:
        (tmp_path / folder).mkdir(exist_ok=True)
        for number in range(2):
            (tmp_path / folder / f"{number}.md").write_text(f"A note about {folder or 'nothing'} {number}.")
    with pytest.raises(NotesError, match="too few folders") as error:
        list(compare_sorting([tmp_path], lambda _: None))
    assert "subfolders" in error.value.hint


def test_copies_of_one_text_are_an_error(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / str(number % 2)).mkdir(exist_ok=True)
        (tmp_path / str(number % 2) / f"{number}.md").write_text("The same text in each of the notes.")
    with pytest.raises(NotesError, match="copies of the same text"):
        list(compare_sorting([tmp_path], lambda _: None))
