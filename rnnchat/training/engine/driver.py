"""Drives a run from its notes to the saved model, or from wherever it was interrupted.

The steps are: prepare the notes, build the memory, train the network, fit the mixture, save the model.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnchat.errors import RnnchatError, TrainingError
from rnnchat.library.model_files import MAXIMUM_MEMORY
from rnnchat.library.models import TOKENIZER, Library, SavedModel
from rnnchat.storage.atomic import write_text
from rnnchat.storage.paths import Paths
from rnnchat.training.data.base_change import begin_again_if_base_changed, replaced_base
from rnnchat.training.data.prepare import prepare
from rnnchat.training.data.prepared import Prepared, training_data
from rnnchat.training.engine.checkpoint import remove_unfinished_writes
from rnnchat.training.engine.cluster import Cluster, wait_for_file
from rnnchat.training.engine.trained import load_trained, save_trained
from rnnchat.training.fit_mixture import (
    LEAST_FITTING_SECONDS,
    SECONDS_PER_SORTED_PIECE,
    build_memory,
    reserved_seconds,
    seconds_to_measure,
)
from rnnchat.training.gain import measuring_seconds
from rnnchat.training.previews import PreviewEmitter, emit_early_sample
from rnnchat.training.publish import publish, seconds_to_fit
from rnnchat.training.runs.control import Control, StopAskedError
from rnnchat.training.runs.events import LEARNING, MIXING, PREPARING, STARTING, EventWriter
from rnnchat.training.runs.files import PLAN, PREPARED
from rnnchat.training.runs.migrations import NewerSchemaError
from rnnchat.training.runs.phases import SAVING_SECONDS, Phases
from rnnchat.training.runs.progress import SavedProgress
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH
from rnnchat.training.trained_network import TrainedNetwork

if TYPE_CHECKING:
    from rnnchat.lm.shape import NetworkShape
    from rnnchat.training.engine.loop import Trainer
    from rnnchat.training.plan import Plan

KERAS_HOME = "keras"
"""The folder in the run's for what Keras wants to write."""


@dataclass(frozen=True)
class RunContext:
    """What every step of a run works with."""

    run: Run
    paths: Paths
    events: EventWriter
    control: Control
    cluster: Cluster
    phases: Phases

    @property
    def library(self) -> Library:
        """The library that the base comes from and the model goes to."""
        return Library(self.paths)


def drive(run: Run, paths: Paths, events: EventWriter, control: Control, cluster: Cluster) -> None:
    """Prepare, train and save the model, or resume wherever the run was interrupted.

    Raises StopAskedError where it is asked to stop; the run can then be resumed. Raises other errors of
    rnnchat, OSError and MemoryError where it fails.
    """
    settings = run.settings
    if cluster.is_chief:
        for folder in (run.folder, run.checkpoints, run.trained):
            remove_unfinished_writes(folder)
        _make_keras_private(run)
        begin_again_if_base_changed(run, Library(paths), events.emit)
    saved = None if settings.is_memory_only else SavedProgress.of(run)
    if saved is not None:
        points = [[seconds, bits] for seconds, _, bits in saved.curve]
        events.emit({"event": "curve", "points": points, "seconds": round(saved.seconds, 1)})
    minutes = None if settings.is_memory_only else settings.minutes
    with Phases(events, control, minutes, saved.seconds if saved else 0.0) as phases:
        context = RunContext(run, paths, events, control, cluster, phases)
        if settings.is_memory_only:
            _drive_memory_only(context)
            return
        trained = load_trained(run)
        if trained is not None:
            prepared = prepare(run, paths, events.emit, phases.report)
            _publish(context, prepared, trained)
            return
        _drive_training(context)


def _drive_memory_only(context: RunContext) -> None:
    """Index the notes and save a model whose network has not learned them."""
    from rnnchat.training.memory_only import publish_memory_only

    started = time.monotonic()
    run, emit, phases = context.run, context.events.emit, context.phases
    prepared = prepare(run, context.paths, emit, phases.report)
    build_memory(run, prepared, emit)
    emit_early_sample(run, prepared, context.library, emit)
    phases.expect(fitting=math.inf, measuring=measuring_seconds(0.0), saving=_seconds_to_save(prepared))
    publish_memory_only(run, context.paths, prepared, started, emit, phases.report)


def _drive_training(context: RunContext) -> None:
    """Prepare the notes while TensorFlow is imported, train the network, and save the model."""
    run, emit, phases = context.run, context.events.emit, context.phases
    tensorflow_import = threading.Thread(target=_import_tensorflow, args=(run,), daemon=True)
    tensorflow_import.start()
    if not context.cluster.is_chief:
        library = context.library
        wait_for_file(run.folder / PREPARED, lambda: not replaced_base(run, library))
    prepared = prepare(run, context.paths, emit, phases.report)
    if context.cluster.is_chief:
        phases.report(PREPARING, prepared.bytes, prepared.bytes)
        build_memory(run, prepared, emit)
        emit_early_sample(run, prepared, context.library, emit)
    while tensorflow_import.is_alive():
        phases.report(STARTING, 0)
        tensorflow_import.join(0.1)
    phases.report(STARTING, 0)
    try:
        trained = _train(context, prepared)
    except (RnnchatError, OSError, MemoryError, StopAskedError):
        raise  # the worker explains these
    except Exception as error:
        if type(error).__name__ == "ResourceExhaustedError":  # TensorFlow's
            raise MemoryError from error
        raise TrainingError(
            f"The training failed with an unexpected error ({type(error).__name__}).",
            "Resume it; if it fails again, start it anew with --fresh.",
        ) from error
    if trained is not None:
        gc.collect()  # frees what only training needed before the model is built
        _publish(context, prepared, trained)


def _train(context: RunContext, prepared: Prepared) -> TrainedNetwork | None:
    """Train the network, keep it in the run and return it; return None in a worker that is not the chief."""
    run, phases, is_chief = context.run, context.phases, context.cluster.is_chief
    strategy = context.cluster.strategy()
    base = None if prepared.base == SCRATCH else context.library.load(prepared.base)
    if not is_chief:
        wait_for_file(run.folder / PLAN)
    trainer = _make_trainer(context, prepared, base, strategy)
    phases.clock = trainer.clock
    if not is_chief:
        trainer.run(lambda _: None, lambda: "")
        return None
    parameters = trainer.trainable.network.shape.parameters
    context.events.emit({"event": "plan", **trainer.plan.as_record(), "parameters": parameters})

    def next_order() -> str:
        phases.note(LEARNING, trainer.state.step)
        order = context.control.wait_while_paused(trainer.clock)
        if order == "stop":
            context.control.begin_last_checkpoint()
        return order

    ended = trainer.run(_previews(context, trainer).emit, next_order)
    if ended == "stopped":
        raise StopAskedError
    phases.note(MIXING, 0)
    trained = _result(trainer, ended)
    save_trained(run, trained)
    return trained


def _make_trainer(context: RunContext, prepared: Prepared, base: SavedModel | None, strategy: Any) -> Trainer:
    """Return a trainer that starts from the base or at random, or resumes from a checkpoint."""
    from rnnchat.lm.shape import NetworkShape
    from rnnchat.training.engine.loop import Trainer

    run = context.run
    settings = run.settings
    data = training_data(run, prepared)
    shape = None if base is None else NetworkShape.from_dict(base.card.network)
    plan = _read_or_make_plan(
        run,
        prepared,
        shape,
        None if base is None else base.card.training.get("tokens"),
        replicas=1 if strategy is None else strategy.num_replicas_in_sync,
    )
    new_shape = NetworkShape(prepared.vocabulary, plan.embedding, plan.units, plan.layers, settings.cell)
    return Trainer(
        settings,
        shape or new_shape,
        plan,
        data,
        folder=run.checkpoints,
        clock=context.phases.clock,
        weights=None if base is None else base.weights,
        strategy=strategy,
        is_chief=context.cluster.is_chief,
        reserved_seconds=reserved_seconds(run, prepared, len(data.validation)),
    )


def _previews(context: RunContext, trainer: Trainer) -> PreviewEmitter:
    from rnnchat.lm.recurrent import RecurrentNetwork
    from rnnchat.text.tokenizer import Tokenizer

    averaged = trainer.trainable.averaged
    return PreviewEmitter(
        context.events.emit,
        Tokenizer((context.run.folder / TOKENIZER).read_bytes()),
        lambda: RecurrentNetwork(averaged.shape, averaged.weights_by_name()),
        budget=60 * trainer.settings.minutes,
        seconds=trainer.clock.seconds(),
    )


def _result(trainer: Trainer, ended: str) -> TrainedNetwork:
    from rnnchat.training.engine.hardware import peak_memory_mb

    seconds, state = trainer.clock.seconds(), trainer.state
    training = {
        "tokens_per_second": round(state.tokens / max(seconds, 1e-9), 1),
        "steps": state.step,
        "epochs": round(state.epoch + state.position / trainer.batches.steps, 2),
        "ended": ended,
        "memory_mb": peak_memory_mb(),
        "plan": trainer.plan.as_record(),
        "curve": state.curve,
    }
    shape = trainer.trainable.network.shape
    return TrainedNetwork(shape, trainer.best_weights, state.best, training, seconds)


def _publish(context: RunContext, prepared: Prepared, trained: TrainedNetwork) -> None:
    """Fit the mixture and save the model."""
    run, emit, phases = context.run, context.events.emit, context.phases
    phases.report(MIXING, 0)
    base = None if prepared.base == SCRATCH else context.library.load(prepared.base)
    build_memory(run, prepared, emit)
    measuring = seconds_to_measure(run.settings, prepared.base)
    fitting = seconds_to_fit(run.settings, phases.clock.seconds()) - measuring
    phases.expect(
        fitting=max(LEAST_FITTING_SECONDS, fitting), measuring=measuring, saving=_seconds_to_save(prepared)
    )
    publish(
        run,
        context.paths,
        prepared,
        trained,
        base=base,
        seconds=phases.clock.seconds,
        emit=emit,
        report=phases.report,
    )


def _seconds_to_save(prepared: Prepared) -> float:
    return SAVING_SECONDS + min(prepared.pieces, MAXIMUM_MEMORY) * SECONDS_PER_SORTED_PIECE


def _read_or_make_plan(
    run: Run, prepared: Prepared, base: NetworkShape | None, base_tokens: int | None, *, replicas: int
) -> Plan:
    """Return the plan that the run was begun with, or make one; a damaged one is made anew.

    `base` is the shape of the network that is trained further, and `base_tokens` what that learned from,
    where they are known.
    """
    from rnnchat.training.engine.hardware import free_memory, measure_speed, peak_memory_mb
    from rnnchat.training.plan import CorpusSize, Plan, make_plan

    path = run.folder / PLAN
    try:
        return Plan.from_json(path.read_text(encoding="utf-8"))
    except NewerSchemaError:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        free = free_memory()
    plan = make_plan(
        run.settings,
        CorpusSize(prepared.pieces, prepared.training_bytes, prepared.vocabulary),
        measure_speed(),
        base=base,
        base_tokens=base_tokens,
        free_bytes=None if free is None else free + peak_memory_mb() * 2**20,
        replicas=replicas,
    )
    write_text(path, plan.to_json())
    return plan


def _make_keras_private(run: Run) -> None:
    """Close what an earlier version let Keras write for everybody to read."""
    for path, mode in ((run.folder / KERAS_HOME, 0o700), (run.folder / KERAS_HOME / "keras.json", 0o600)):
        with contextlib.suppress(OSError):
            path.chmod(mode)


def _import_tensorflow(run: Run) -> None:
    """Import TensorFlow without its messages; what Keras wants to write goes to the run's folder."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["KERAS_HOME"] = str(run.folder / KERAS_HOME)
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    with contextlib.suppress(ImportError):  # the training itself reports what is missing
        import rnnchat.training.engine.loop  # noqa: F401
