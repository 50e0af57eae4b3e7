"""The training of a translator: what is read, trained, measured and saved, and how it is resumed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnchat.errors import NotesError, TrainingError
from rnnchat.library.describe import describe_card, describe_entry, describe_translation_scores
from rnnchat.library.models import Library
from rnnchat.library.translators import translator_names
from rnnchat.loading import load_translator
from rnnchat.storage.paths import Paths
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.training.runs.control import Control, StopAskedError
from rnnchat.training.runs.events import EventWriter
from rnnchat.training.translation import drive, measure, plan, prepare
from rnnchat.training.translation.measure import measure_translator
from rnnchat.training.translation.report import TranslationReport
from rnnchat.training.translation.run import (
    TRAIN,
    TranslationRun,
    find_unfinished_translation,
    unfinished_translations,
)
from rnnchat.training.translation.settings import TranslationSettings
from tests.helpers.translation import UpperCaseDecoder, sentence_pairs, write_pairs

LAST_STEP = 6


class Engine:
    """Stands for the training of a network: counts to LAST_STEP, and can be stopped and resumed."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.stop_at = 0

    def train_network(
        self, folder: Path, report: Callable[[dict[str, Any]], None], should_stop: Callable[[], bool]
    ) -> None:
        checkpoint = folder / "checkpoint" / "step"
        checkpoint.parent.mkdir(exist_ok=True)
        step = int(checkpoint.read_text()) if checkpoint.exists() else 0
        while step < LAST_STEP:
            if should_stop():
                checkpoint.write_text(str(step))
                return
            step += 1
            self.steps.append(step)
            event = {"event": "progress", "seconds": step * 10.0, "remaining": 60 - step * 10, "step": step}
            report({**event, "loss": 1 / step, "validation_loss": None})
        (folder / "network.safetensors").write_bytes(to_safetensors({"w": np.ones((2, 3), np.float32)}))
        (folder / "tokenizer.model").write_bytes(b"pieces")


class Training:
    """One training in this process, with its events."""

    def __init__(self, paths: Paths, settings: TranslationSettings, engine: Engine | None = None) -> None:
        self.paths, self.engine = paths, engine or Engine()
        self.run = TranslationRun.create(paths, settings)
        self.events: list[dict[str, Any]] = []

    def go(self, stop_after: int = 0) -> None:
        """Train; be asked to stop after the step `stop_after`."""
        control = Control(None, EventWriter(StringIO()))

        def emit(event: dict[str, Any]) -> None:
            self.events.append(event)
            if stop_after and event.get("step") == stop_after:
                control._stop()

        drive.drive_translation(self.run, self.paths, emit, control, lambda: self.engine.train_network)

    def kinds(self) -> list[str]:
        return list(dict.fromkeys(event["event"] for event in self.events))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return write_pairs(tmp_path / "pairs.tsv")


@pytest.fixture
def with_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few pairs be enough for a network, and let a stand-in translate."""
    monkeypatch.setattr(prepare, "FEWEST_FOR_NETWORK", 10)
    monkeypatch.setattr(drive, "phrase_decoder", lambda weights, tokenizer: UpperCaseDecoder())
    monkeypatch.setattr("rnnchat.loading.phrase_decoder", lambda weights, tokenizer: UpperCaseDecoder())


def test_few_pairs_make_a_translator_without_a_network(paths: Paths, pairs: Path) -> None:
    training = Training(paths, TranslationSettings("s", str(pairs), languages=("English", "French")))
    training.go()
    assert training.kinds() == ["phase", "pairs", "warning", "done"]
    assert training.engine.steps == []
    done = training.events[-1]
    assert (done["model"], done["version"], done["pairs"], done["network"]) == ("s", 1, 80, False)
    (warning,) = [event for event in training.events if event["event"] == "warning"]
    assert warning["message"] == "No network is trained: 80 pairs are too few."
    assert "measuring" not in [event.get("phase") for event in training.events]
    library = Library(paths)
    assert translator_names(library) == ["s"]
    translator = load_translator(library, "s")
    assert translator.translate("my aunt draws the moon").text == "Ma tante dessine la lune"
    assert describe_entry(library.find("s"))["summary"].startswith("80 pairs, English → French, ")
    assert dict(describe_card(library.find("s")))["task"].endswith("without a network")
    assert unfinished_translations(paths) == []


def test_a_network_is_trained_measured_and_saved(paths: Paths, pairs: Path, with_network: None) -> None:
    training = Training(paths, TranslationSettings("s", str(pairs), minutes=1.0))
    training.go()
    assert training.engine.steps == [1, 2, 3, 4, 5, 6]
    assert "warning" not in training.kinds()
    phases = dict.fromkeys(event["phase"] for event in training.events if event["event"] == "phase")
    assert list(phases) == ["reading", "starting", "preparing", "learning", "measuring", "saving"]
    card = Library(paths).find("s").card
    assert card is not None
    assert card.network == {"cell": "gru", "parameters": 6}
    assert card.training == {"minutes": 1.0, "seconds": 60.0, "seed": 0}
    translator = load_translator(Library(paths), "s")
    assert translator.has_network
    assert translator.translate("The cats see it.").text == "THE CATS SEE IT."
    texts: list[str] = []
    report = TranslationReport(lambda text, over=False: texts.append(text), live=False)
    for event in training.events:
        report.show(event)
    assert texts[0] == "Reading the pairs …"
    assert texts[1].startswith("Read 80 pairs. ")
    assert "Done: s translates phrases (60 s of training)." in texts[-1]


def test_a_budget_that_is_too_small_is_warned_of(
    paths: Paths, pairs: Path, with_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "PAIRS_PER_MINUTE", 10)
    training = Training(paths, TranslationSettings("s", str(pairs), minutes=1.0))
    training.go()
    (warning,) = [event for event in training.events if event["event"] == "warning"]
    train = next(event["train"] for event in training.events if event["event"] == "pairs")
    least = 0.5 + train / 10
    assert f"1 minutes are short for {train} pairs" in warning["message"]
    assert f"about {least:.0f} minutes" in warning["message"]
    assert warning["hint"].startswith(f"Give --minutes {math.ceil(least)} or more")
    kinds = [event["event"] for event in training.events]
    assert kinds.index("warning") < kinds.index("progress")


def test_a_stopped_training_goes_on_where_it_was(paths: Paths, pairs: Path, with_network: None) -> None:
    training = Training(paths, TranslationSettings("s", str(pairs), minutes=1.0))
    with pytest.raises(StopAskedError):
        training.go(stop_after=3)
    assert [run.folder.name for run in unfinished_translations(paths)] == ["s"]
    pairs.unlink()  # the run has its own copy
    found = find_unfinished_translation(paths, "s")
    assert found is not None
    training.run = found
    training.go()
    assert training.engine.steps == [1, 2, 3, 4, 5, 6]
    assert training.events[-1]["event"] == "done"
    translator = load_translator(Library(paths), "s")
    pair = translator.translate("The judge forgets the moon.").source
    assert pair is not None
    assert pair.line == 80


def test_a_trained_network_is_not_trained_again(paths: Paths, pairs: Path, with_network: None) -> None:
    training = Training(paths, TranslationSettings("s", str(pairs), minutes=1.0))

    def refuse(card: object, files: object) -> None:
        raise TrainingError("The disk is full.", "")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(TrainingError):
        patch.setattr(Library, "publish_files", lambda self, card, files: refuse(card, files))
        training.go()
    training.go()
    assert training.engine.steps == [1, 2, 3, 4, 5, 6]
    assert translator_names(Library(paths)) == ["s"]


@pytest.mark.parametrize(("minutes", "more"), [(1.0, 20), (15.0, 30)])
def test_a_network_that_is_worse_than_the_pairs_is_left_out(
    paths: Paths,
    pairs: Path,
    with_network: None,
    monkeypatch: pytest.MonkeyPatch,
    minutes: float,
    more: int,
) -> None:
    monkeypatch.setattr(measure, "FEWEST_MEASURED", 2)
    training = Training(paths, TranslationSettings("s", str(pairs), minutes=minutes))
    training.go()
    (warning,) = [event for event in training.events if event["event"] == "warning"]
    assert "it translates worse" in warning["message"]
    assert warning["hint"] == f"Train it longer: --minutes {more}. More pairs help, too."
    assert training.events[-1]["network"] is False
    assert not load_translator(Library(paths), "s").has_network
    card = Library(paths).find("s").card
    assert card is not None
    assert card.scores.keys() == {"memory_bleu", "memory_chrf", "sentences"}


def test_no_sentence_of_the_test_is_learned(paths: Paths, pairs: Path, with_network: None) -> None:
    training = Training(paths, TranslationSettings("s", str(pairs), minutes=1.0))
    with pytest.raises(StopAskedError):
        training.go(stop_after=1)
    folder = training.run.folder
    parts = [(folder / name).read_text().splitlines() for name in ("train.tsv", "validation.tsv", "test.tsv")]
    assert sorted(line for part in parts for line in part) == sorted(pairs.read_text().splitlines())
    assert all(parts)


def test_damaged_files_are_reported(paths: Paths, pairs: Path, with_network: None) -> None:
    training = Training(paths, TranslationSettings("s", str(pairs), minutes=1.0))
    with pytest.raises(StopAskedError):
        training.go(stop_after=1)
    for name, message in ((TRAIN, "damaged"), ("prepared.json", "damaged"), ("settings.json", "damaged")):
        path = training.run.folder / name
        path.write_text("{]\n")
        with pytest.raises(TrainingError, match=message):
            training.go()
    assert unfinished_translations(paths)[0].folder.name == "s"
    (training.run.folder / "settings.json").write_text(json.dumps({"schema": 1, "name": 3}))
    with pytest.raises(TrainingError, match="damaged"):
        _ = training.run.settings


def test_a_table_that_cannot_be_used(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="cannot be used"):
        Training(paths, TranslationSettings("s", str(tmp_path / "missing.tsv"))).go()
    with pytest.raises(TrainingError, match="not possible"):
        TranslationRun.create(paths, TranslationSettings("s", "x", minutes=0.01))


def test_scores_are_those_of_sentences_kept_back() -> None:
    pairs = sentence_pairs()
    test, train = pairs[::2], pairs[1::2]
    scores = measure_translator(train, test, None)
    assert scores.keys() == {"memory_bleu", "memory_chrf", "sentences"}
    assert scores["sentences"] == 40
    assert 5 < scores["memory_bleu"] < 90
    assert 30 < scores["memory_chrf"] < 95
    done: list[int] = []
    capital = [SentencePair(pair.source, pair.source.upper(), pair.line) for pair in test]
    both = measure_translator(train, capital, UpperCaseDecoder(), lambda number, of: done.append(number))
    assert both["bleu"] == pytest.approx(100)
    assert both["memory_bleu"] < 5
    assert done == list(range(40))
    assert measure_translator(train, test[:10], None) == {}
    assert "BLEU 100.0, chrF 100.0 on 40 sentences" in describe_translation_scores(both)
    assert "each with its nearest pair" in describe_translation_scores(scores)
