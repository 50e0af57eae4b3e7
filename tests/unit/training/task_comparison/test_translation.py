"""Translating is measured on sentences that are in no pair that was learned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnnchat.errors import NotesError, TrainingError
from rnnchat.storage.paths import Paths
from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.training.task_comparison import translation
from rnnchat.training.task_comparison.baselines.word_for_word import WordForWord
from rnnchat.training.task_comparison.results import Finding, MethodResult, Remark
from rnnchat.training.task_comparison.translation import compare_translation
from tests.unit.tasks.helpers import pair_rows


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{source}\t{target}\n" for source, target in pair_rows()))
    return path


def results(found: list[Finding]) -> dict[str, MethodResult]:
    return {one.method: one for one in found if isinstance(one, MethodResult)}


def remarks(found: list[Finding]) -> list[str]:
    return [one.text for one in found if isinstance(one, Remark)]


def test_words_are_translated_in_order() -> None:
    pairs = [SentencePair(source, target, 1) for source, target in pair_rows()]
    translator = WordForWord(pairs)
    assert translator.translate("Dog sees boat!") == "Chien voit bateau!"
    assert translator.translate("Xyz") == "Xyz"


def test_characters_of_chinese_are_words() -> None:
    rows = [("I see", "我看"), ("I eat", "我吃"), ("you see", "你看"), ("you eat", "你吃")]
    translator = WordForWord([SentencePair(source, target, 1) for source, target in rows])
    assert translator.translate("I eat") == "我吃"
    back = WordForWord([SentencePair(target, source, 1) for source, target in rows])
    assert back.translate("你看") == "You see"


def test_methods_are_ranked_as_expected(table: Path, paths: Paths) -> None:
    found = list(compare_translation(table, 0, paths, lambda _: None))
    scores = {name: one.scores["bleu"] for name, one in results(found).items()}
    assert list(scores) == ["source copied", "word for word", "nearest pair"]
    # A copy shares the full stop alone; a nearest pair differs in one part; words are all known.
    assert scores["source copied"] < 10 < scores["nearest pair"] < 99.9
    assert scores["word for word"] > scores["nearest pair"]
    assert "No network was trained" in remarks(found)[0]


class FakeJob:
    """A training that yields events without a process."""

    found: list[dict[str, Any]]
    closed = 0

    def __init__(self, run: Any, **_: Any) -> None:
        self.run = run

    def start(self) -> None:
        assert self.run.folder.is_dir()

    def events(self) -> Iterator[dict[str, Any]]:
        yield from self.found

    def close(self, timeout: float) -> None:
        type(self).closed += 1


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> type[FakeJob]:
    monkeypatch.setattr(translation, "TrainingJob", FakeJob)
    FakeJob.closed = 0
    return FakeJob


def test_a_network_is_trained_and_thrown_away(table: Path, paths: Paths, job: type[FakeJob]) -> None:
    done = {"event": "done", "network": True, "bleu": 50.5, "chrf": 60.5, "sentences": 32.0}
    job.found = [
        {"event": "phase", "phase": "learning"},
        {"event": "progress", "remaining": 9.0},
        {"event": "warning", "message": "Odd columns.", "hint": ""},
        done,
    ]
    said: list[str] = []
    found = list(compare_translation(table, 1, paths, said.append))
    ours = results(found)["rnnchat"]
    assert (dict(ours.scores), ours.examples) == ({"bleu": 50.5, "chrf": 60.5}, 32)
    assert any(text.startswith("Learning …  ") for text in said)
    assert job.closed == 1
    assert not list(paths.state.glob("compare-*")), "nothing of the comparison is left"
    assert not any("No network" in text or "Odd columns" in text for text in remarks(found))


def test_a_network_that_is_left_out_is_explained(table: Path, paths: Paths, job: type[FakeJob]) -> None:
    warning = {"event": "warning", "message": "The network is left out.", "hint": "Train with more."}
    job.found = [warning, {"event": "done", "network": False, "sentences": 32.0}]
    found = list(compare_translation(table, 1, paths, lambda _: None))
    assert "rnnchat" not in results(found)
    assert "The network is left out. Train with more." in remarks(found)


def test_a_training_that_stops_is_an_error(table: Path, paths: Paths, job: type[FakeJob]) -> None:
    job.found = [{"event": "stopped"}]
    with pytest.raises(TrainingError, match="stopped"):
        list(compare_translation(table, 1, paths, lambda _: None))
    assert job.closed == 1
    assert not list(paths.state.glob("compare-*"))


def test_sentences_that_all_hang_together_cannot_be_kept_back(tmp_path: Path, paths: Paths) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"Sentence {number} here\tLa phrase\n" for number in range(60)))
    with pytest.raises(NotesError, match="too few pairs to compare: 0 sentences") as error:
        list(compare_translation(path, 0, paths, lambda _: None))
    assert "repeat" in error.value.hint
