"""What is said of a training that was stopped: whether it is saved, goes on later, or had learned nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rnnchat.cli.train import follow_training
from rnnchat.errors import StoppedError
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths, make_private
from rnnchat.training.runs.events import Event
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.translation.run import TranslationRun
from rnnchat.training.translation.settings import TranslationSettings


class InterruptedJob(TrainingJob[TranslationRun]):
    """A training that is interrupted at once."""

    def start(self) -> None: ...

    def events(self) -> Iterator[Event]:
        yield {"event": "phase"}
        raise KeyboardInterrupt


def stopped(run: TranslationRun) -> StoppedError:
    with pytest.raises(StoppedError) as found:
        follow_training(InterruptedJob(run, resume_command="go on"), lambda _: None)
    return found.value


def test_what_is_said_of_a_training_that_was_stopped(paths: Paths) -> None:
    run = TranslationRun.create(paths, TranslationSettings("fr", "/pairs.tsv"))
    nothing = stopped(run)
    assert "learned nothing yet" in nothing.message and "go on --name 'fr'" in nothing.hint
    write_text(make_private(run.checkpoints) / "weights", "1")
    kept = stopped(run)
    assert "learned so far is saved" in kept.message and "go on" in kept.hint
    run.discard()
    over = stopped(run)
    assert "fr is saved" in over.message and "go on" not in over.hint
