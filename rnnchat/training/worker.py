"""The child process of a training: reads a run's folder, prints events as JSON lines.

It is told what to do by lines on its standard input: ``pause``, ``resume``, ``finish`` (end now and
publish what was learned) and ``stop`` (leave a checkpoint to resume from). When that input ends, its
parent is gone, and it stops likewise.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from rnnchat.errors import RnnchatError, TrainingError, from_os_error
from rnnchat.library.atomic import write_text
from rnnchat.library.models import TOKENIZER, Library
from rnnchat.library.paths import Paths
from rnnchat.training.cluster import Cluster, wait_for
from rnnchat.training.mixing import remember, seconds_afterwards
from rnnchat.training.prepare import (
    LESSONS,
    TRAINING,
    VALIDATION,
    Prepared,
    pieces_on_disk,
    prepare,
)
from rnnchat.training.publish import publish
from rnnchat.training.run import PLAN, PREPARED, SCRATCH, Run
from rnnchat.training.samples import Sampler, speak_from_memory


class Events:
    """Prints events, one JSON object a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def emit(self, event: dict[str, Any]) -> None:
        """Print one event at once; a reader that has gone away is no reason to fail."""
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._stream.write(json.dumps(event, ensure_ascii=False) + "\n")
            self._stream.flush()


class Control:
    """What the parent has asked for, read in a thread."""

    def __init__(self, stream: TextIO, events: Events) -> None:
        self._order = ""
        self._going = threading.Event()
        self._going.set()
        self._events = events
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def check(self, clock: Any) -> str:
        """Return ``finish``, ``stop`` or nothing; block while paused, with the clock stopped."""
        if not self._going.is_set():
            clock.pause()
            self._events.emit({"event": "paused"})
            self._going.wait()
            clock.go_on()
            self._events.emit({"event": "resumed"})
        return self._order

    def _listen(self, stream: TextIO) -> None:
        for line in stream:
            word = line.strip()
            if word == "pause":
                self._going.clear()
            elif word == "resume":
                self._going.set()
            elif word in ("finish", "stop"):
                self._order = word
                self._going.set()
        self._order = self._order or "stop"
        self._going.set()


def main() -> None:
    """Work on the run whose folder is the first argument; exit with 0, or 1 after an ``error`` event."""
    # Native libraries write to descriptor 1 as they like; events keep a copy of it to themselves.
    events = Events(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    control = Control(sys.stdin, events)
    run = Run(Path(sys.argv[1]))
    try:
        cluster = Cluster.from_environment()
        with run.locked() if cluster.chief else contextlib.nullcontext():
            work(run, Paths.from_environment(), events, control, cluster)
    except RnnchatError as error:
        events.emit({"event": "error", "message": error.message, "hint": error.hint})
        sys.exit(1)
    except MemoryError:
        events.emit(
            {
                "event": "error",
                "message": "There is not enough memory for this training.",
                "hint": "Close other programs, or train on fewer notes.",
            }
        )
        sys.exit(1)
    except OSError as error:
        said = from_os_error(error, "working on the training")
        events.emit({"event": "error", "message": said.message, "hint": said.hint})
        sys.exit(1)


def work(run: Run, paths: Paths, events: Events, control: Control, cluster: Cluster) -> None:
    """Prepare, train and publish, or go on wherever the run was interrupted."""
    if not run.settings.minutes:
        _at_once(run, paths, events)
        return
    import_started = threading.Thread(target=_import_tensorflow, args=(run,), daemon=True)
    import_started.start()  # takes seconds, during which the notes are read
    from rnnchat.training.clock import Clock

    clock = Clock()
    if not cluster.chief:
        wait_for(run.folder / PREPARED)
    prepared = prepare(run, paths, events.emit)
    if cluster.chief:
        remember(run, prepared, events.emit)
        speak_from_memory(run, prepared, events.emit)
    import_started.join()
    try:
        _train(run, paths, prepared, clock, events, control, cluster)
    except (RnnchatError, OSError, MemoryError):
        raise  # main says what these mean
    except Exception as error:
        if type(error).__name__ == "ResourceExhaustedError":
            raise MemoryError from error
        raise TrainingError(
            f"The training failed: {type(error).__name__}.", "Resume it; if it fails again, start it anew."
        ) from error


def _at_once(run: Run, paths: Paths, events: Events) -> None:
    from rnnchat.training.at_once import publish_at_once

    started = time.monotonic()
    prepared = prepare(run, paths, events.emit)
    remember(run, prepared, events.emit)
    publish_at_once(run, paths, prepared, started, events.emit)


def _train(
    run: Run,
    paths: Paths,
    prepared: Prepared,
    clock: Any,
    events: Events,
    control: Control,
    cluster: Cluster,
) -> None:
    import numpy as np

    from rnnchat.lm.recurrent import NetworkShape
    from rnnchat.tokenizer import Tokenizer
    from rnnchat.training.batches import TrainingData
    from rnnchat.training.loop import Trainer

    settings, folder, strategy = run.settings, run.folder, cluster.strategy()
    tokenizer = Tokenizer((folder / TOKENIZER).read_bytes())
    data = TrainingData(
        training=pieces_on_disk(folder / TRAINING, prepared.vocabulary),
        lessons=np.load(folder / LESSONS, allow_pickle=False),
        validation=pieces_on_disk(folder / VALIDATION, prepared.vocabulary),
        validation_bytes=prepared.validation_bytes,
        training_bytes=prepared.training_bytes,
    )
    shape, weights, ground = None, None, None
    if prepared.base != SCRATCH:
        base = Library(paths).load(prepared.base)
        shape, weights = NetworkShape.from_dict(base.card.network), base.weights
        # What is trained on from a base keeps that base, however often; what began with nothing has none.
        ground = base.ground if base.memory is not None else weights
    if not cluster.chief:
        wait_for(folder / PLAN)
    plan = _plan(run, prepared, shape, 1 if strategy is None else strategy.num_replicas_in_sync)
    trainer = Trainer(
        settings,
        shape or NetworkShape(tokenizer.size, plan.embedding, plan.units, plan.layers, settings.cell),
        plan,
        data,
        folder=run.checkpoints,
        clock=clock,
        weights=weights,
        strategy=strategy,
        chief=cluster.chief,
        afterwards=seconds_afterwards(run, prepared, len(data.validation)),
    )
    if not cluster.chief:
        trainer.run(lambda _: None, lambda: "")
        return
    events.emit({"event": "plan", **plan.as_dict(), "parameters": trainer.engine.network.shape.parameters})
    sampler = Sampler(trainer, tokenizer, events.emit)
    ended = trainer.run(sampler.pass_on, lambda: control.check(trainer.clock))
    if ended == "stopped":
        events.emit({"event": "stopped", "seconds": round(trainer.clock.seconds(), 1)})
        return
    _publish(run, paths, prepared, trainer, ground, tokenizer, ended, events)


def _plan(run: Run, prepared: Prepared, shape: Any, replicas: int) -> Any:
    """Return the plan that the run was begun with, or make it."""
    from rnnchat.training.loop import peak_memory_mb
    from rnnchat.training.plan import Corpus, Plan, make_plan
    from rnnchat.training.processor import free_memory, measure_processor

    path = run.folder / PLAN
    if path.is_file():
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


def _publish(
    run: Run,
    paths: Paths,
    prepared: Prepared,
    trainer: Any,
    ground: Any,
    tokenizer: Any,
    ended: str,
    events: Events,
) -> None:
    from rnnchat.training.loop import peak_memory_mb

    seconds = trainer.clock.seconds()
    training = {
        "tokens_per_second": round(trainer.progress.tokens / max(seconds, 1e-9), 1),
        "steps": trainer.progress.step,
        "epochs": round(trainer.progress.epoch + trainer.progress.position / trainer.batches.steps, 2),
        "ended": ended,
        "memory_mb": peak_memory_mb(),
        "plan": trainer.plan.as_dict(),
        "curve": trainer.progress.curve,
    }
    learned, shape, bits = trainer.best_weights, trainer.engine.network.shape, trainer.progress.best
    del trainer.engine
    gc.collect()  # what was only for training makes room for what is written
    clock = trainer.clock
    seconds = clock.seconds
    publish(run, paths, prepared, shape, learned, ground, tokenizer, training, bits, seconds, events.emit)


def _import_tensorflow(run: Run) -> None:
    """Import TensorFlow quietly, beside the reading; what Keras wants to write goes to the run's folder."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["KERAS_HOME"] = str(run.folder / "keras")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    with contextlib.suppress(ImportError):  # the training itself says what is missing
        import rnnchat.training.loop  # noqa: F401


if __name__ == "__main__":
    main()
