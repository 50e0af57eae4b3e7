"""The end of a training: network, memory and mixture become a saved model with a card."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import partial
from typing import Any

from rnnchat.library.card import Card
from rnnchat.library.models import TOKENIZER, Library, SavedModel, to_safetensors
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepared import Prepared
from rnnchat.training.fit_mixture import LEAST_FITTING_SECONDS, fit_mixture, should_compare
from rnnchat.training.gain import Gain
from rnnchat.training.index_notes import index_notes
from rnnchat.training.runs.events import SAVING, Emit
from rnnchat.training.runs.files import KNOWN_DIGESTS, LEARNED_DIGESTS
from rnnchat.training.runs.phases import ReportProgress, no_progress
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from rnnchat.training.trained_network import Networks, TrainedNetwork

PUBLISHING_SECONDS = 4.0
"""Building the memory of all notes and writing the model take about this many seconds."""
_TOLD = ("seconds", "tokens_per_second", "ended", "improved")
"""What is said about the training in its ``done`` event, too."""


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
    base: SavedModel | None,
    seconds: Callable[[], float],
    emit: Emit,
    report: ReportProgress = no_progress,
) -> None:
    """Fit the mixture, save the model, finish the run and emit ``done``.

    `base` is the model that the training started from, or None. Its network is saved in place of the trained
    one where that does not predict better, alone or in the mixture. `seconds` returns how long the run has
    worked.
    """
    settings = run.settings
    at_once = None if base is None or settings.is_memory_only else Networks.untrained(base)

    def seconds_left() -> float:
        if not settings.is_timed:
            return math.inf
        return 60 * settings.minutes - seconds() - PUBLISHING_SECONDS

    fit = partial(
        fit_mixture,
        run,
        trained.shape,
        tokenizer=Tokenizer((run.folder / TOKENIZER).read_bytes()),
        seconds_left=seconds_left,
        emit=emit,
        report=report,
    )
    networks, optional, gain = _fit_better(
        fit, settings, trained, Networks.trained(trained.weights, base), at_once
    )
    report(SAVING, 0, None)
    known = run.folder / KNOWN_DIGESTS
    if networks.is_untrained and known.is_file():
        known.rename(run.folder / LEARNED_DIGESTS)  # it has not learned the texts of this run
    training = {
        "minutes": settings.minutes,
        "seed": settings.seed,
        "seconds": round(seconds(), 1),
        **trained.training,
    }
    if at_once is not None:
        training["improved"] = not networks.is_untrained
    bits = trained.first_bits_per_byte if networks.is_untrained else trained.bits_per_byte
    gained = {} if gain is None else {"gain": gain.as_dict()}
    scores = {"bits_per_byte": round(bits, 4), "bytes": prepared.validation_bytes, **gained}
    card = _make_card(settings, prepared, trained.shape, scores, training)
    data = to_safetensors(dict(networks.own))
    optional = {**optional, **index_notes(settings, paths, prepared.bytes)}
    card, version = Library(paths).publish(
        card, data, (run.folder / TOKENIZER).read_bytes(), optional=optional
    )
    done = _make_done_event(card, version, gained, training)
    run.finish(done)
    emit(done)


def _fit_better(
    fit: Callable[..., tuple[dict[str, bytes], Gain | None]],
    settings: RunSettings,
    trained: TrainedNetwork,
    networks: Networks,
    at_once: Networks | None,
) -> tuple[Networks, dict[str, bytes], Gain | None]:
    """Return the networks of the better model, with what `fit`, which is `fit_mixture`, returns for them.

    Those are `networks`, or `at_once`, which are an untrained model's, where they do as well on unseen text.
    """
    compares = not networks.is_untrained and should_compare(settings, trained.gain)
    files, gain = fit(networks, at_once=at_once if compares else None)
    if at_once is not None and gain is not None and not gain.beats_at_once:
        networks = at_once
        files, gain = fit(networks)
    return networks, files, gain


def _make_done_event(
    card: Card, version: int, gained: Mapping[str, Any], training: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the event that ends a run; `gained` is what was measured, `training` as for `_make_card`."""
    return {
        "event": "done",
        "model": card.name,
        "version": version,
        "bits_per_byte": card.scores["bits_per_byte"],
        **gained,
        **{name: training[name] for name in _TOLD if name in training},
    }


def _make_card(
    settings: RunSettings,
    prepared: Prepared,
    shape: NetworkShape,
    scores: Mapping[str, Any],
    training: Mapping[str, Any],
) -> Card:
    """Return the card of a new model; the library adds the hashes of its files.

    `training` is what is said about the training.
    """
    learned_from: dict[str, Any] = {"files": prepared.files, "bytes": prepared.bytes}
    if settings.is_personal:
        learned_from["paths"] = [display_path(path) for path in settings.paths]
    else:
        learned_from["texts"] = list(prepared.credits)
    return Card(
        name=settings.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        network=shape.as_dict(),
        files={},
        learned_from=learned_from,
        scores=scores,
        training=dict(training),
        style=prepared.style,
        base="" if prepared.base == SCRATCH else prepared.base,
        description=prepared.description,
    )
