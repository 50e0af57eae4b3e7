"""The collections of a recipe become the pieces of a run, each with its repeats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.collections import is_validation, read_source
from rnnchat.training.data.batches import TrainingData
from rnnchat.training.data.prepared import training_data
from rnnchat.training.pretraining.prepare import prepare_recipe
from rnnchat.training.pretraining.streams import RoundReader
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from tests.helpers.collections import TINY, write_tiny_collections

pytestmark = pytest.mark.slow  # starts processes


@pytest.fixture
def prepared(tmp_path: Path, paths: Paths, texts: list[str], tokenizer: Tokenizer) -> TrainingData:
    data = write_tiny_collections(tmp_path / "data", texts)
    settings = RunSettings(name="tiny", paths=(), base=SCRATCH, is_personal=False)
    run = Run.create(paths, settings)
    return training_data(run, prepare_recipe(run, TINY, data, tokenizer=tokenizer))


def test_each_text_has_the_repeats_of_its_collection(
    prepared: TrainingData, tmp_path: Path, tokenizer: Tokenizer
) -> None:
    assert prepared.repeats is not None
    assert len(prepared.repeats) == len(prepared.training_spans)
    for (start, size), repeats in zip(prepared.training_spans, prepared.repeats, strict=True):
        is_dialogue = tokenizer.roles.user in prepared.training[start : start + size]
        assert tuple(repeats) == ((1, 3) if is_dialogue else (2.5, 0.25))


def test_what_is_kept_back_is_not_trained_on(
    prepared: TrainingData, tmp_path: Path, tokenizer: Tokenizer
) -> None:
    read = [text for source in TINY.sources for text in read_source(tmp_path / "data", source)]
    kept = [text for text in read if is_validation(text, TINY.validation_one_in)]
    starts = int((prepared.validation == tokenizer.roles.start).sum())
    assert 0 < len(kept) == starts
    assert len(prepared.training_spans) == len(read) - len(kept)


def test_streams_have_the_proportions_of_the_part(prepared: TrainingData, tokenizer: Tokenizer) -> None:
    reader = RoundReader(prepared, batch=2, length=16, seed=0)
    shares = []
    for is_last_part in (False, True):
        rounds = [reader.read(number, is_last_part=is_last_part) for number in range(8)]
        pieces = np.concatenate([streams.ravel() for streams in rounds])
        dialogues = (pieces == tokenizer.roles.user).sum() / 2  # each has two turns of the user
        shares.append(dialogues / (pieces == tokenizer.roles.start).sum())
    reader.close()
    notes = int((prepared.repeats[:, 0] == 2.5).sum())  # type: ignore[index]
    dialogues = len(prepared.training_spans) - notes
    expected = [dialogues / (dialogues + 2.5 * notes), 3 * dialogues / (3 * dialogues + 0.25 * notes)]
    assert shares == pytest.approx(expected, rel=0.15)
