"""The course of a training: prepare, train and publish, or go on wherever it was interrupted."""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import threading
import time
from typing import Any

from rnnchat.errors import RnnchatError, TrainingError
from rnnchat.library.models import TOKENIZER, Library
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths
from rnnchat.training.data.prepare import (
    LESSONS,
    TRAINING,
    VALIDATION,
    Prepared,
    pieces_on_disk,
    prepare,
)
from rnnchat.training.engine.checkpoint import remove_killed
from rnnchat.training.engine.cluster import Cluster, wait_for
from rnnchat.training.engine.learned import Learned
from rnnchat.training.fit_mixture import (
    LEAST_FITTING,
    REMEMBERED_PIECES,
    SORTING_SECONDS,
    remember,
    seconds_afterwards,
)
from rnnchat.training.gain import measuring_seconds
from rnnchat.training.previews import Sampler, speak_from_memory
from rnnchat.training.publish import publish, seconds_to_fit
from rnnchat.training.runs.control import Control, Events, StopAskedError
from rnnchat.training.runs.phases import LEARNING, MIXING, PREPARING, SAVING_SECONDS, STARTING, Phases
from rnnchat.training.runs.run import PLAN, PREPARED, SCRATCH, Run
from rnnchat.training.runs.standing import Standing

KERAS = "keras"
"""The folder for what Keras wants to write."""


def work(run: Run, paths: Paths, events: Events, control: Control, cluster: Cluster) -> None:
    """Prepare, train and publish, or go on wherever the run was interrupted.

    Raises StopAskedError where it is asked to stop; the run can then be resumed.
    """
    settings = run.settings
    if cluster.chief:
        for folder in (run.folder, run.checkpoints, run.learned):
            remove_killed(folder)
        _make_keras_private(run)
    standing = Standing.of(run) if settings.minutes else None
    if standing is not None:
        points = [[seconds, bits] for seconds, _, bits in standing.curve]
        events.emit({"event": "curve", "points": points, "seconds": round(standing.seconds, 1)})
    with Phases(events, control, settings.minutes, standing.seconds if standing else 0.0) as phases:
        if not settings.minutes:
            _at_once(run, paths, events, phases)
            return
        learned = Learned.load(run)
        if learned is not None:
            prepared = prepare(run, paths, events.emit, phases.at)
            _publish(run, paths, prepared, learned, events, phases)
            return
        _learn(run, paths, events, control, cluster, phases)


def _learn(
    run: Run, paths: Paths, events: Events, control: Control, cluster: Cluster, phases: Phases
) -> None:
    import_started = threading.Thread(target=_import_tensorflow, args=(run,), daemon=True)
    import_started.start()  # takes seconds, during which the notes are read
    if not cluster.chief:
        wait_for(run.folder / PREPARED)
    prepared = prepare(run, paths, events.emit, phases.at)
    if cluster.chief:
        phases.at(PREPARING, prepared.bytes, prepared.bytes)
        remember(run, prepared, events.emit)
        speak_from_memory(run, prepared, events.emit)
    while import_started.is_alive():
        phases.at(STARTING, 0)
        import_started.join(0.1)
    phases.at(STARTING, 0)
    try:
        learned = _train(run, paths, prepared, events, control, cluster, phases)
    except (RnnchatError, OSError, MemoryError, StopAskedError):
        raise  # main says what these mean
    except Exception as error:
        if type(error).__name__ == "ResourceExhaustedError":
            raise MemoryError from error
        raise TrainingError(
            f"The training failed: {type(error).__name__}.", "Resume it; if it fails again, start it anew."
        ) from error
    if learned is not None:
        gc.collect()  # what was only for training makes room for what is written
        _publish(run, paths, prepared, learned, events, phases)


def _at_once(run: Run, paths: Paths, events: Events, phases: Phases) -> None:
    from rnnchat.training.memory_only import publish_at_once

    started = time.monotonic()
    prepared = prepare(run, paths, events.emit, phases.at)
    remember(run, prepared, events.emit)
    phases.mixing(math.inf, measuring_seconds(0.0), _seconds_to_save(prepared))
    publish_at_once(run, paths, prepared, started, events.emit, phases.at)


def _train(
    run: Run,
    paths: Paths,
    prepared: Prepared,
    events: Events,
    control: Control,
    cluster: Cluster,
    phases: Phases,
) -> Learned | None:
    """Train the network and keep what it has learned; return that, or None in a helper of the chief."""
    import numpy as np

    from rnnchat.lm.recurrent import NetworkShape
    from rnnchat.text.tokenizer import Tokenizer
    from rnnchat.training.data.batches import TrainingData
    from rnnchat.training.engine.loop import Trainer

    settings, folder, strategy = run.settings, run.folder, cluster.strategy()
    tokenizer = Tokenizer((folder / TOKENIZER).read_bytes())
    data = TrainingData(
        training=pieces_on_disk(folder / TRAINING, prepared.vocabulary),
        lessons=np.load(folder / LESSONS, allow_pickle=False),
        validation=pieces_on_disk(folder / VALIDATION, prepared.vocabulary),
        validation_bytes=prepared.validation_bytes,
        training_bytes=prepared.training_bytes,
    )
    shape, weights = None, None
    if prepared.base != SCRATCH:
        base = Library(paths).load(prepared.base)
        shape, weights = NetworkShape.from_dict(base.card.network), base.weights
    if not cluster.chief:
        wait_for(folder / PLAN)
    plan = _plan(run, prepared, shape, 1 if strategy is None else strategy.num_replicas_in_sync)
    trainer = Trainer(
        settings,
        shape or NetworkShape(tokenizer.size, plan.embedding, plan.units, plan.layers, settings.cell),
        plan,
        data,
        folder=run.checkpoints,
        clock=phases.clock,
        weights=weights,
        strategy=strategy,
        chief=cluster.chief,
        afterwards=seconds_afterwards(run, prepared, len(data.validation)),
    )
    phases.clock = trainer.clock
    if not cluster.chief:
        trainer.run(lambda _: None, lambda: "")
        return None
    events.emit({"event": "plan", **plan.as_dict(), "parameters": trainer.engine.network.shape.parameters})
    sampler = Sampler(trainer, tokenizer, events.emit)

    def before_a_step() -> str:
        phases.note(LEARNING, trainer.progress.step)
        order = control.check(trainer.clock)
        if order == "stop":
            control.save()
        return order

    ended = trainer.run(sampler.pass_on, before_a_step)
    if ended == "stopped":
        raise StopAskedError
    phases.note(MIXING, 0)
    learned = _learned(trainer, ended)
    learned.save(run)
    return learned


def _learned(trainer: Any, ended: str) -> Learned:
    from rnnchat.training.engine.loop import peak_memory_mb

    seconds, progress = trainer.clock.seconds(), trainer.progress
    training = {
        "tokens_per_second": round(progress.tokens / max(seconds, 1e-9), 1),
        "steps": progress.step,
        "epochs": round(progress.epoch + progress.position / trainer.batches.steps, 2),
        "ended": ended,
        "memory_mb": peak_memory_mb(),
        "plan": trainer.plan.as_dict(),
        "curve": progress.curve,
    }
    return Learned(trainer.engine.network.shape, trainer.best_weights, progress.best, training, seconds)


def _publish(
    run: Run, paths: Paths, prepared: Prepared, learned: Learned, events: Events, phases: Phases
) -> None:
    """Fit the mixture and make the model."""
    from rnnchat.text.tokenizer import Tokenizer

    phases.at(MIXING, 0)
    ground = None
    if prepared.base != SCRATCH:
        base = Library(paths).load(prepared.base)
        # What is trained on from a base keeps that base, however often; what began with nothing has none.
        ground = base.base_weights if base.memory is not None else base.weights
    remember(run, prepared, events.emit)
    measuring = measuring_seconds(run.settings.minutes)
    at_most = seconds_to_fit(run.settings, phases.clock.seconds()) - measuring
    phases.mixing(max(LEAST_FITTING, at_most), measuring, _seconds_to_save(prepared))
    publish(
        run,
        paths,
        prepared,
        learned.shape,
        learned.weights,
        ground,
        Tokenizer((run.folder / TOKENIZER).read_bytes()),
        learned.training,
        learned.bits_per_byte,
        phases.clock.seconds,
        events.emit,
        phases.at,
    )


def _seconds_to_save(prepared: Prepared) -> float:
    return SAVING_SECONDS + min(prepared.pieces, REMEMBERED_PIECES) * SORTING_SECONDS


def _plan(run: Run, prepared: Prepared, shape: Any, replicas: int) -> Any:
    """Return the plan that the run was begun with, or make it."""
    from rnnchat.training.engine.hardware import free_memory, measure_processor
    from rnnchat.training.engine.loop import peak_memory_mb
    from rnnchat.training.plan import Corpus, Plan, make_plan

    path = run.folder / PLAN
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # damaged: it is made anew
        return Plan.from_dict(json.loads(path.read_text(encoding="utf-8")))
    free = free_memory()
    plan = make_plan(
        run.settings,
        Corpus(prepared.pieces, prepared.training_bytes, prepared.vocabulary),
        measure_processor(),
        base=shape,
        memory=None if free is None else free + peak_memory_mb() * 2**20,
        replicas=replicas,
    )
    write_text(path, json.dumps(plan.as_dict(), indent=1) + "\n")
    return plan


def _make_keras_private(run: Run) -> None:
    """Close what an earlier version let Keras write for everybody to read."""
    for path, mode in ((run.folder / KERAS, 0o700), (run.folder / KERAS / "keras.json", 0o600)):
        with contextlib.suppress(OSError):
            path.chmod(mode)


def _import_tensorflow(run: Run) -> None:
    """Import TensorFlow quietly, beside the reading; what Keras wants to write goes to the run's folder."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["KERAS_HOME"] = str(run.folder / KERAS)
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    with contextlib.suppress(ImportError):  # the training itself says what is missing
        import rnnchat.training.engine.loop  # noqa: F401
