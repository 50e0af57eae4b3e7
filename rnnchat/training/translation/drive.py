"""Drives the training of a translator from its table to the saved model, or from where it was interrupted."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rnnchat.errors import StorageError, TrainingError
from rnnchat.library.card import NETWORK, TOKENIZER, TRANSLATION_MEMORY, Card
from rnnchat.library.model_files import MAXIMUM_TOKENIZER, MAXIMUM_TRANSLATOR
from rnnchat.library.models import Library
from rnnchat.loading import phrase_decoder
from rnnchat.storage.atomic import write_text
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import Paths
from rnnchat.storage.safe_reading import read_regular_file
from rnnchat.storage.tensors import read_header, read_safetensors, to_safetensors
from rnnchat.tasks.base import card_section
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.pairs import FEWEST_FOR_NETWORK
from rnnchat.tasks.translation.task import PhraseTranslation
from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.control import Control, StopAskedError
from rnnchat.training.runs.events import (
    LEARNING,
    MEASURING,
    PREPARING,
    READING,
    SAVING,
    STARTING,
    Emit,
    Event,
)
from rnnchat.training.translation.calibrate import fit_confidence
from rnnchat.training.translation.measure import measure_translator
from rnnchat.training.translation.plan import least_minutes
from rnnchat.training.translation.prepare import (
    PreparedPairs,
    prepare_pairs,
    read_table,
)
from rnnchat.training.translation.run import PAIRS, TEST, TRAIN, TRAINED, VALIDATION, TranslationRun
from rnnchat.training.translation.settings import DEFAULT_MINUTES

TrainNetwork = Callable[[Path, Callable[[Event], None], Callable[[], bool]], None]
"""Trains the network of the run in a folder; takes what reports events, and what says that it should stop."""


def drive_translation(
    run: TranslationRun, paths: Paths, emit: Emit, control: Control, find_engine: Callable[[], TrainNetwork]
) -> None:
    """Read the pairs, train the network, measure the translator and save it.

    `find_engine` imports what trains the network. Raises StopAskedError where it is asked to stop; the run
    can then be resumed. Raises other errors of rnnchat where it fails.
    """
    settings = run.settings
    _emit_phase(emit, READING)
    prepared = prepare_pairs(run)
    wants_network = settings.minutes > 0 and prepared.has_enough_for_network
    emit({"event": "pairs", **asdict(prepared), "network": wants_network})
    for warning in prepared.warnings:
        emit({"event": "warning", "message": warning, "hint": ""})
    if settings.minutes > 0 and not wants_network:
        emit(
            {
                "event": "warning",
                "message": f"No network is trained: {prepared.pairs:,} pairs are too few.",
                "hint": f"A network needs {FEWEST_FOR_NETWORK:,}, besides those that are kept back to measure"
                " with. Phrases are looked up in the pairs.",
            }
        )
    is_trained = (run.folder / TRAINED).is_file()
    if wants_network and not is_trained and settings.minutes < least_minutes(prepared.train):
        emit({"event": "warning", **_describe_short_budget(settings.minutes, prepared.train)})
    control.raise_if_stopped()
    if wants_network:
        _train(run, emit, control, find_engine)
    _publish(run, paths, prepared, emit, control)


def _train(
    run: TranslationRun, emit: Emit, control: Control, find_engine: Callable[[], TrainNetwork]
) -> None:
    """Train the network, unless it is complete; raise StopAskedError where that is interrupted."""
    if (run.folder / TRAINED).is_file():
        return
    _emit_phase(emit, STARTING)
    train_network = find_engine()
    control.raise_if_stopped()
    _emit_phase(emit, PREPARING)
    clock = Clock()
    is_stopped, is_learning, seconds = False, False, 0.0

    def should_stop() -> bool:
        nonlocal is_stopped
        if control.wait_while_paused(clock) == "stop":
            is_stopped = True
            control.begin_last_checkpoint()
        return is_stopped

    def report(event: Event) -> None:
        nonlocal is_learning, seconds
        if not is_learning:
            is_learning = True
            _emit_phase(emit, LEARNING)
        seconds = float(event.get("seconds") or seconds)
        emit(event)

    train_network(run.folder, report, should_stop)
    if is_stopped:
        raise StopAskedError
    write_text(run.folder / TRAINED, json.dumps({"seconds": round(seconds, 1)}) + "\n")


def _publish(
    run: TranslationRun, paths: Paths, prepared: PreparedPairs, emit: Emit, control: Control
) -> None:
    """Measure the translator without the pairs of the test, and save it with them."""
    settings = run.settings
    files = _network_files(run)
    if files:
        files[NETWORK] = _with_confidence(run, files, emit, control)
    scores = _measure(run, files, emit, control)
    control.raise_if_stopped()
    if files and scores.get("chrf", 0) < scores.get("memory_chrf", 0):
        emit({"event": "warning", **_describe_poor_network(scores, settings.minutes)})
        files = {}
        scores = {name: value for name, value in scores.items() if name not in ("bleu", "chrf")}
    _emit_phase(emit, SAVING)
    memory = TranslationMemory.build(read_table(run, PAIRS))
    seconds = _trained_seconds(run)
    card = Card(
        name=settings.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        network=_describe_network(files[NETWORK]) if files else {},
        files={},
        learned_from={
            "files": 1,
            "bytes": prepared.bytes,
            "pairs": prepared.pairs,
            "paths": [display_path(settings.path)],
            "languages": list(settings.languages),
        },
        training={"minutes": settings.minutes, "seconds": seconds, "seed": settings.seed},
        **card_section(PhraseTranslation(), scores),
    )
    files[TRANSLATION_MEMORY] = to_safetensors(memory.to_tensors())
    card, version = Library(paths).publish_files(card, files)
    done = {"model": card.name, "version": version, "pairs": prepared.pairs, "network": bool(card.network)}
    emit({"event": "done", **done, "seconds": seconds, **card.scores})
    run.discard()


def _network_files(run: TranslationRun) -> dict[str, bytes]:
    """Return the files of the trained network by their names; none where there is no network."""
    if not (run.folder / TRAINED).is_file():
        return {}
    most = {NETWORK: MAXIMUM_TRANSLATOR, TOKENIZER: MAXIMUM_TOKENIZER}
    return {name: _read(run.folder / name, size) for name, size in most.items()}


def _measure(
    run: TranslationRun, files: Mapping[str, bytes], emit: Emit, control: Control
) -> dict[str, float]:
    """Return the scores of the translator whose network has these `files`."""
    decoder = None
    if files:
        decoder = phrase_decoder(read_safetensors(files[NETWORK]), files[TOKENIZER])
    report = _measuring(emit, control)
    return measure_translator(read_table(run, TRAIN), read_table(run, TEST), decoder, report)


def _with_confidence(run: TranslationRun, files: Mapping[str, bytes], emit: Emit, control: Control) -> bytes:
    """Return the file of the network with what judges its translations."""
    tensors = read_safetensors(files[NETWORK])
    decoder = phrase_decoder(tensors, files[TOKENIZER])
    report = _measuring(emit, control)
    confidence = fit_confidence(read_table(run, TRAIN), read_table(run, VALIDATION), decoder, report)
    return files[NETWORK] if confidence is None else to_safetensors({**tensors, **confidence.to_tensors()})


def _measuring(emit: Emit, control: Control) -> Callable[[int, int], None]:
    def report(done: int, of: int) -> None:
        control.raise_if_stopped()
        _emit_phase(emit, MEASURING, done, of)

    return report


def _describe_poor_network(scores: Mapping[str, float], minutes: float) -> dict[str, str]:
    """Return why a network is not saved, and what to do about it."""
    chrf, memory = scores["chrf"], scores["memory_chrf"]
    more = max(DEFAULT_MINUTES, math.ceil(2 * minutes))
    return {
        "message": f"The network is left out: it translates worse (chrF {chrf:.1f}) than the nearest pair"
        f" ({memory:.1f}). Phrases are looked up in the pairs.",
        "hint": f"Train it longer: --minutes {more:g}. More pairs help, too.",
    }


def _describe_short_budget(minutes: float, pairs: int) -> dict[str, str]:
    """Return that a budget is too small, and what would be enough."""
    least = least_minutes(pairs)
    return {
        "message": f"{minutes:g} minutes are short for {pairs:,} pairs: reading each of them once takes about"
        f" {least:.0f} minutes.",
        "hint": f"Give --minutes {math.ceil(least)} or more for translations that are worth having.",
    }


def _emit_phase(emit: Emit, phase: str, done: int = 0, of: int = 0) -> None:
    emit({"event": "phase", "phase": phase, "done": done, "of": of})


def _read(path: Path, most: int) -> bytes:
    try:
        return read_regular_file(path, most)
    except StorageError as error:
        raise TrainingError(
            f"The trained network cannot be read: {error.message}", "Start the training anew with --fresh."
        ) from error


def _describe_network(data: bytes) -> dict[str, Any]:
    parameters = sum(math.prod(place.shape) for place in read_header(data).values())
    return {"cell": "gru", "parameters": parameters}


def _trained_seconds(run: TranslationRun) -> float:
    """Return for how long the network was trained, 0 where there is none or that is not known."""
    try:
        return float(json.loads((run.folder / TRAINED).read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0
