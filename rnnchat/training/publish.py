"""The end of a training: network, memory and mixture become a saved model, with a card."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from rnnchat.library.card import Card
from rnnchat.library.models import Library, to_safetensors
from rnnchat.lm.recurrent import NetworkShape
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import Emit, Prepared
from rnnchat.training.fit_mixture import LEAST_FITTING, fit_mixture
from rnnchat.training.runs.phases import SAVING, At, nobody
from rnnchat.training.runs.run import SCRATCH, Run, RunSettings

PUBLISHING_SECONDS = 4.0
"""About what remembering all notes anew and writing the model take."""


def seconds_to_fit(settings: RunSettings, spent: float) -> float:
    """Return how long fitting the mixture may take where a training has `spent` so many seconds."""
    if not settings.minutes or settings.steps:
        return math.inf
    return max(LEAST_FITTING, 60 * settings.minutes - spent - PUBLISHING_SECONDS)


def publish(
    run: Run,
    paths: Paths,
    prepared: Prepared,
    shape: NetworkShape,
    weights: Any,
    ground: Any,
    tokenizer: Tokenizer,
    training: Mapping[str, Any],
    bits_per_byte: float,
    seconds: Callable[[], float],
    emit: Emit,
    at: At = nobody,
) -> None:
    """Fit the mixture, save the model, finish the run and emit ``done``.

    `ground` are the base's weights, where the network is not the base itself. `training` is what the card
    tells of how it was learned, with ``tokens_per_second`` and ``ended`` at least; `bits_per_byte`
    is the network's on the text kept back, and `seconds` tells the time taken.
    """
    settings = run.settings
    data = to_safetensors(weights)
    timed = bool(settings.minutes) and not settings.steps

    def left() -> float:
        return 60 * settings.minutes - seconds() - PUBLISHING_SECONDS if timed else math.inf

    optional, gain = fit_mixture(run, shape, weights, ground, tokenizer, emit, left, at)
    at(SAVING, 0, None)
    training = {
        "minutes": settings.minutes,
        "seed": settings.seed,
        "seconds": round(seconds(), 1),
        **training,
    }
    gained = {} if gain is None else {"gain": gain.as_dict()}
    card = Card(
        name=settings.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        network=shape.as_dict(),
        files={},
        learned_from={
            "files": prepared.files,
            "bytes": prepared.bytes,
            **(
                {"texts": list(prepared.texts)}
                if prepared.texts
                else {"paths": [display_path(p) for p in settings.paths]}
            ),
        },
        scores={"bits_per_byte": round(bits_per_byte, 4), "bytes": prepared.validation_bytes, **gained},
        training=training,
        style=prepared.style,
        base="" if prepared.base == SCRATCH else prepared.base,
        description=prepared.description,
    )
    card, version = Library(paths).publish(card, data, tokenizer.model, optional=optional)
    done = {
        "event": "done",
        "model": card.name,
        "version": version,
        "bits_per_byte": card.scores["bits_per_byte"],
        **gained,
        **{name: training[name] for name in ("seconds", "tokens_per_second", "ended")},
    }
    run.finish(done)
    emit(done)
