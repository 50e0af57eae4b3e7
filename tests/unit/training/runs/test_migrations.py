"""Files of a run that version 0.1 wrote are brought up to date step by step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rnnchat.storage.paths import Paths
from rnnchat.training.engine import checkpoint
from rnnchat.training.engine.state import TrainerState
from rnnchat.training.runs.files import MANIFEST
from rnnchat.training.runs.migrations import Migration, NewerSchemaError, migrate, with_schema
from rnnchat.training.runs.progress import SavedProgress
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings

STEPS: tuple[Migration, ...] = (
    lambda values: {**values, "second": values["first"] + 1},
    lambda values: {**values, "third": values["second"] + 1},
)


def test_every_step_that_is_missing_is_taken_in_order() -> None:
    assert migrate({"first": 1}, STEPS) == {"first": 1, "second": 2, "third": 3}
    assert migrate({"schema": 2, "first": 1, "second": 7}, STEPS) == {"first": 1, "second": 7, "third": 8}
    assert migrate({"schema": 3, "first": 1}, STEPS) == {"first": 1}
    assert with_schema({"first": 1}, STEPS) == {"schema": 3, "first": 1}
    with pytest.raises(NewerSchemaError):
        migrate({"schema": 4}, STEPS)
    for wrong in ([], "x", None, 3):
        with pytest.raises(ValueError, match="object"):
            migrate(wrong, STEPS)


VALUES_OF_0_1 = {
    "step": 12,
    "share": 0.25,
    "epoch": 1,
    "position": 3,
    "tokens": 1536,
    "best": 2.5,
    "validated": 10,
    "worse": 2,
    "loss": 4.25,
    "curve": [[0.0, 0.0, 3.0], [20.0, 5.0, 2.5]],
    "seconds": 41.5,
}
"""The values of a checkpoint as version 0.1 wrote them."""


def write_as_0_1(folder: Path) -> None:
    """Turn the checkpoint in `folder` into one of version 0.1."""
    manifest = json.loads((folder / MANIFEST).read_text())
    del manifest["schema"]
    manifest["values"] = VALUES_OF_0_1
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_a_checkpoint_of_version_0_1_is_read(paths: Paths) -> None:
    run = Run.create(paths, RunSettings(name="me", paths=("/notes",)))
    checkpoint.save(run.checkpoints, 12, [("best", [("w", np.ones(3, np.float32))])], {})
    write_as_0_1(next(run.checkpoints.iterdir()))
    saved = checkpoint.load_latest(run.checkpoints)
    assert saved is not None
    assert saved.values.pop("seconds") == 41.5
    assert TrainerState(**saved.values) == TrainerState(
        step=12,
        schedule_share=0.25,
        epoch=1,
        position=3,
        tokens=1536,
        best=2.5,
        validated_step=10,
        worse_validations=2,
        loss=4.25,
        curve=[[0.0, 0.0, 3.0], [20.0, 5.0, 2.5]],
    )
    np.testing.assert_array_equal(saved.groups["best"]["w"], np.ones(3))
    assert SavedProgress.of(run) == SavedProgress(41.5, [[0.0, 0.0, 3.0], [20.0, 5.0, 2.5]])


def test_a_checkpoint_of_a_newer_version_is_not_passed_over(paths: Paths) -> None:
    """Passing it over would start the training anew and overwrite what it has learned."""
    run = Run.create(paths, RunSettings(name="me", paths=("/notes",)))
    checkpoint.save(run.checkpoints, 1, [], {"seconds": 1.0, "curve": []})
    newest = next(run.checkpoints.iterdir()) / MANIFEST
    newest.write_text(json.dumps(json.loads(newest.read_text()) | {"schema": 99}))
    with pytest.raises(NewerSchemaError):
        checkpoint.load_latest(run.checkpoints)
    assert SavedProgress.of(run) is None


def test_a_tiny_learning_rate_of_an_old_run_is_left_to_the_program() -> None:
    old = {"name": "me", "paths": ["/notes"], "learning_rate": 1e-10}
    assert RunSettings.from_json(json.dumps(old)).learning_rate is None
