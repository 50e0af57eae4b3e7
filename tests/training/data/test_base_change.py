"""An interrupted training whose base was replaced meanwhile begins again, and never mixes the two."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import pytest

from rnnchat.checking import check_model
from rnnchat.errors import ModelError, NotesError
from rnnchat.library.models import BASE, TOKENIZER
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.base_change import begin_again_if_base_changed, replaced_base
from rnnchat.training.data.prepare import prepare
from rnnchat.training.plan import Plan
from rnnchat.training.runs.files import MEMORY, PLAN, PREPARED, SETTINGS
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH
from tests.fixtures import unpack_version_0_1
from tests.helpers.models import write_shipped
from tests.helpers.trainings import SHORT_LENGTH, Place


def interrupted(place: Place, shape: NetworkShape) -> Run:
    """Return a run that has been prepared and planned, and seems to have learned something."""
    run = place.create()
    prepare(run, place.paths, lambda _: None)
    plan = Plan(
        embedding=shape.embedding,
        units=shape.units,
        layers=1,
        batch=4,
        length=16,
        learning_rate=1e-3,
        weight_decay=0.0,
        ema_steps=10,
    )
    (run.folder / PLAN).write_text(plan.to_json(), encoding="utf-8")
    for folder in (run.checkpoints, run.trained):
        (folder / "00000001").mkdir(parents=True)
    (run.folder / MEMORY).write_bytes(b"of the old tokenizer")
    return run


def begin_again(place: Place, run: Run) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    begin_again_if_base_changed(run, place.library, events.append)
    return events


@pytest.mark.parametrize("change", ["tokenizer", "size", "both"])
def test_what_fits_the_old_base_alone_is_removed(
    place: Place, tokenizer: Tokenizer, other_tokenizer: Tokenizer, tiny_shape: NetworkShape, change: str
) -> None:
    run = interrupted(place, tiny_shape)
    place.replace_base(
        tokenizer if change == "size" else other_tokenizer,
        tiny_shape if change == "tokenizer" else replace(tiny_shape, units=32),
    )
    assert replaced_base(run, place.library) == BASE
    curve, warning = begin_again(place, run)
    assert curve["points"] == []
    assert "the model base has been replaced, so the training begins again" in warning["message"]
    left = {path.name for path in run.folder.iterdir()}
    assert not left & {PREPARED, PLAN, MEMORY, run.checkpoints.name, run.trained.name}
    assert SETTINGS in left
    assert begin_again(place, run) == [], "this happens once"
    prepare(run, place.paths, lambda _: None)
    assert (run.folder / TOKENIZER).read_bytes() == place.library.load(BASE).tokenizer
    assert not replaced_base(run, place.library)


@pytest.mark.parametrize("seed", [24, 25])
def test_with_the_same_tokenizer_and_sizes_everything_stays(
    place: Place, tokenizer: Tokenizer, tiny_shape: NetworkShape, seed: int
) -> None:
    run = interrupted(place, tiny_shape)
    before = sorted(path.name for path in run.folder.iterdir())
    shutil.rmtree(place.shipped / BASE)
    write_shipped(place.shipped, BASE, tokenizer, tiny_shape, seed)  # other weights alone do no harm
    assert begin_again(place, run) == []
    assert sorted(path.name for path in run.folder.iterdir()) == before


def test_where_the_notes_are_gone_nothing_is_removed(
    place: Place, other_tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    run = interrupted(place, tiny_shape)
    place.replace_base(other_tokenizer, tiny_shape)
    place.notes.rename(place.notes.parent / "elsewhere")
    with pytest.raises(NotesError, match="are gone"):
        begin_again(place, run)
    assert (run.folder / PREPARED).is_file() and run.checkpoints.is_dir()
    (place.notes.parent / "elsewhere").rename(place.notes)
    assert len(begin_again(place, run)) == 2


def test_what_is_half_removed_is_removed_next_time(
    place: Place, other_tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    run = interrupted(place, tiny_shape)
    place.replace_base(other_tokenizer, tiny_shape)
    shutil.rmtree(run.checkpoints)
    (run.folder / PLAN).unlink()
    assert len(begin_again(place, run)) == 2
    assert not (run.folder / PREPARED).exists() and not (run.folder / MEMORY).exists()


def test_only_a_run_with_a_base_can_find_it_changed(
    place: Place, other_tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    assert not replaced_base(place.create(), place.library), "nothing is prepared yet"
    run = place.create(base=SCRATCH)
    prepare(run, place.paths, lambda _: None)
    place.replace_base(other_tokenizer, tiny_shape)
    assert not replaced_base(run, place.library)
    run = place.create()
    prepare(run, place.paths, lambda _: None)
    assert not replaced_base(run, place.library)
    (run.folder / TOKENIZER).unlink()
    assert replaced_base(run, place.library), "pieces without their tokenizer are of no use"
    shutil.rmtree(place.shipped / BASE)
    with pytest.raises(ModelError, match="no model called"):
        replaced_base(run, place.library)


def test_the_texts_of_a_shipped_model_are_not_taken_for_notes(
    place: Place, other_tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    run = interrupted(place, tiny_shape)
    (run.folder / SETTINGS).write_text(replace(run.settings, is_personal=False).to_json())
    place.replace_base(other_tokenizer, tiny_shape)
    assert begin_again(place, run) == []
    assert (run.folder / PREPARED).is_file()


@pytest.mark.slow
def test_indexing_that_was_interrupted_begins_again(
    place: Place, other_tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    run = place.create(minutes=0.0, steps=None)
    prepare(run, place.paths, lambda _: None)
    (run.folder / MEMORY).write_bytes(b"of the old tokenizer")
    place.replace_base(other_tokenizer, tiny_shape)
    events = place.drive(run)
    assert [event["event"] for event in events][:2] == ["curve", "warning"]
    assert place.library.load("me").tokenizer == other_tokenizer.model
    assert check_model(place.library, place.library.find("me")) == []


@pytest.mark.slow
def test_a_training_that_was_interrupted_ends_with_the_new_base(
    place: Place, other_tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    run = place.create()
    place.drive(run, stop_after=5)
    assert any(run.checkpoints.iterdir())
    place.replace_base(other_tokenizer, tiny_shape)  # of the same size, so that no shape would be wrong
    events = place.drive(run)
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["curve", "warning"] and "scan" in kinds and kinds[-1] == "done"
    base, saved = place.library.load(BASE), place.library.load("me")
    assert saved.tokenizer == base.tokenizer
    assert saved.card.training["steps"] == 12, "all of them, and none from before"
    assert saved.base_weights is not None
    for name, weights in base.weights.items():
        assert np.allclose(saved.base_weights[name], weights, atol=1e-3)
    assert check_model(place.library, place.library.find("me")) == []


@pytest.mark.slow
def test_an_interrupted_training_of_version_0_1_begins_again(home: Path, place: Place) -> None:
    unpack_version_0_1(home)
    run = Run(place.paths.runs / "interrupted")
    began = json.loads((run.folder / SETTINGS).read_bytes())
    (run.folder / SETTINGS).write_text(
        json.dumps({**began, "paths": [str(place.notes)], "steps": 4, "length": SHORT_LENGTH})
    )
    assert (run.folder / TOKENIZER).read_bytes() != place.library.load(BASE).tokenizer
    events = place.drive(run)
    assert [event["event"] for event in events][:2] == ["curve", "warning"]
    saved = place.library.load("interrupted")
    assert saved.tokenizer == place.library.load(BASE).tokenizer
    assert saved.card.training["steps"] == 4
    assert check_model(place.library, place.library.find("interrupted")) == []
