"""A model without a training: the notes as its memory, beside a network that has not learned them.

Its network is the base's; where none fits the notes, it only knows how often each piece comes.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from rnnchat.evaluation.scoring import score
from rnnchat.library.models import TOKENIZER, Library
from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import TRAINING, Emit, Prepared, pieces_on_disk
from rnnchat.training.fit_mixture import texts_to_fit
from rnnchat.training.publish import publish
from rnnchat.training.runs.phases import MIXING, At, nobody
from rnnchat.training.runs.run import AT_ONCE, SCRATCH, Run

_SIZE = 32


def publish_at_once(
    run: Run, paths: Paths, prepared: Prepared, started: float, emit: Emit, at: At = nobody
) -> None:
    """Save a model of memory and base; `started` is when work on it began, in monotonic seconds."""
    tokenizer = Tokenizer((run.folder / TOKENIZER).read_bytes())
    weights: Any
    ground: Any = None
    if prepared.base == SCRATCH:
        pieces = np.asarray(pieces_on_disk(run.folder / TRAINING, tokenizer.size))
        shape, weights = of_frequencies(np.bincount(pieces, minlength=tokenizer.size))
    else:
        base = Library(paths).load(prepared.base)
        shape, weights = NetworkShape.from_dict(base.card.network), base.weights
        ground = base.base_weights
    at(MIXING, 0, None)
    kept_back = [tokenizer.decode(text) for text in texts_to_fit(run, tokenizer)]
    bits = score(RecurrentNetwork(shape, weights), tokenizer, kept_back).bits_per_byte
    training = {"tokens_per_second": 0.0, "steps": 0, "ended": AT_ONCE}

    def seconds() -> float:
        return time.monotonic() - started

    publish(run, paths, prepared, shape, weights, ground, tokenizer, training, bits, seconds, emit, at)


def of_frequencies(counts: Any) -> tuple[NetworkShape, dict[str, Floats]]:
    """Return a network that always predicts pieces as often as `counts` (vocabulary,) has them.

    Its state says nothing; its embedding is chance, as the tree of a mixture wants one.
    """
    shape = NetworkShape(len(counts), embedding=_SIZE, units=_SIZE)
    weights = {name: np.zeros(size, np.float32) for name, size in shape.weights().items()}
    weights["embedding"] += np.random.default_rng(0).normal(0, 0.1, weights["embedding"].shape)
    weights["output.bias"] = np.log((counts + 0.5) / (counts + 0.5).sum()).astype(np.float32)
    return shape, weights
