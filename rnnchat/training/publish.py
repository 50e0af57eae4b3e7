"""The end of a training: network, memory and mixture become a saved model with a card."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from rnnchat.library.card import Card
from rnnchat.library.models import TOKENIZER, Library, to_safetensors
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepared import Prepared
from rnnchat.training.fit_mixture import LEAST_FITTING_SECONDS, fit_mixture
from rnnchat.training.runs.events import SAVING, Emit
from rnnchat.training.runs.phases import ReportProgress, no_progress
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from rnnchat.training.trained_network import NamedWeights, TrainedNetwork

PUBLISHING_SECONDS = 4.0
"""Building the memory of all notes and writing the model take about this many seconds."""


def seconds_to_fit(settings: RunSettings, spent: float) -> float:
    """Return how many seconds fitting the mixture may take after a training has `spent` some."""
    if not settings.is_timed:
        return math.inf
    return max(LEAST_FITTING_SECONDS, 60 * settings.minutes - spent - PUBLISHING_SECONDS)


def publish(
    run: Run,
    paths: Paths,
    prepared: Prepared,
    trained: TrainedNetwork,
    *,
    base_weights: NamedWeights | None,
    seconds: Callable[[], float],
    emit: Emit,
    report: ReportProgress = no_progress,
) -> None:
    """Fit the mixture, save the model, finish the run and emit ``done``.

    `base_weights` are those of the base, or None where there is none or the network is the base itself.
    `seconds` returns how long the run has worked.
    """
    settings = run.settings
    tokenizer = Tokenizer((run.folder / TOKENIZER).read_bytes())
    data = to_safetensors(dict(trained.weights))

    def seconds_left() -> float:
        if not settings.is_timed:
            return math.inf
        return 60 * settings.minutes - seconds() - PUBLISHING_SECONDS

    optional, gain = fit_mixture(
        run,
        prepared,
        trained,
        tokenizer,
        base_weights=base_weights,
        seconds_left=seconds_left,
        emit=emit,
        report=report,
    )
    report(SAVING, 0, None)
    training = {
        "minutes": settings.minutes,
        "seed": settings.seed,
        "seconds": round(seconds(), 1),
        **trained.training,
    }
    gained = {} if gain is None else {"gain": gain.as_dict()}
    card = _make_card(settings, prepared, trained, gained, training)
    card, version = Library(paths).publish(card, data, tokenizer.model, optional=optional)
    done = _make_done_event(card, version, gained, training)
    run.finish(done)
    emit(done)


def _make_done_event(
    card: Card, version: int, gained: Mapping[str, Any], training: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the event that ends a run; `gained` and `training` are as for `_make_card`."""
    return {
        "event": "done",
        "model": card.name,
        "version": version,
        "bits_per_byte": card.scores["bits_per_byte"],
        **gained,
        **{name: training[name] for name in ("seconds", "tokens_per_second", "ended")},
    }


def _make_card(
    settings: RunSettings,
    prepared: Prepared,
    trained: TrainedNetwork,
    gained: Mapping[str, Any],
    training: Mapping[str, Any],
) -> Card:
    """Return the card of a new model; the library adds the hashes of its files.

    `gained` are the scores that were measured after the training, and `training` is what is said about it.
    """
    learned_from: dict[str, Any] = {"files": prepared.files, "bytes": prepared.bytes}
    if settings.is_personal:
        learned_from["paths"] = [display_path(path) for path in settings.paths]
    else:
        learned_from["texts"] = list(prepared.credits)
    return Card(
        name=settings.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        network=trained.shape.as_dict(),
        files={},
        learned_from=learned_from,
        scores={
            "bits_per_byte": round(trained.bits_per_byte, 4),
            "bytes": prepared.validation_bytes,
            **gained,
        },
        training=dict(training),
        style=prepared.style,
        base="" if prepared.base == SCRATCH else prepared.base,
        description=prepared.description,
    )
