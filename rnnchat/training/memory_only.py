"""A model without training: the notes as its memory, beside a network that has not learned them.

The network is the base's. Where no base fits the notes, it only knows how often each piece occurs.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.evaluation.scoring import score_network
from rnnchat.library.models import TOKENIZER, Library
from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import without_roles
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepared import Prepared, pieces_on_disk
from rnnchat.training.fit_mixture import ValidationTexts
from rnnchat.training.publish import publish
from rnnchat.training.runs.events import ENDED_MEMORY_ONLY, MIXING, Emit
from rnnchat.training.runs.files import TRAINING_PIECES
from rnnchat.training.runs.phases import ReportProgress, no_progress
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH
from rnnchat.training.trained_network import NamedWeights, TrainedNetwork

UNIGRAM_SIZE = 32
"""The embedding and the state of a network of frequencies have this many values."""


def publish_memory_only(
    run: Run,
    paths: Paths,
    prepared: Prepared,
    started: float,
    emit: Emit,
    report: ReportProgress = no_progress,
) -> None:
    """Save a model of memory and base; `started` is when work on it began, on the monotonic clock."""
    tokenizer = Tokenizer((run.folder / TOKENIZER).read_bytes())
    weights: NamedWeights
    base = None if prepared.base == SCRATCH else Library(paths).load(prepared.base)
    if base is None:
        pieces = np.asarray(pieces_on_disk(run.folder / TRAINING_PIECES, tokenizer.size))
        shape, weights = unigram_network(np.bincount(pieces, minlength=tokenizer.size))
    else:
        shape, weights = base.card.shape, base.weights
    report(MIXING, 0, None)
    validation = [without_roles(tokenizer.roles, text) for text in ValidationTexts.of(run, tokenizer).fitted]
    bits = score_network(RecurrentNetwork(shape, weights), tokenizer, validation).bits_per_byte
    training = {"tokens_per_second": 0.0, "steps": 0, "ended": ENDED_MEMORY_ONLY}
    publish(
        run,
        paths,
        prepared,
        TrainedNetwork(shape, weights, bits, training),
        base=base,
        seconds=lambda: time.monotonic() - started,
        emit=emit,
        report=report,
    )


def unigram_network(counts: NDArray[np.integer[Any]]) -> tuple[NetworkShape, dict[str, Floats]]:
    """Return a network that predicts each piece as often as it occurs, whatever came before.

    `counts` is (vocabulary,); half an occurrence is added to each. The state of the network is always zero,
    and its embedding is random, as a mixture builds its tree of pieces from one.
    """
    shape = NetworkShape(len(counts), embedding=UNIGRAM_SIZE, units=UNIGRAM_SIZE)
    weights = {name: np.zeros(size, np.float32) for name, size in shape.weights().items()}
    weights["embedding"] += np.random.default_rng(0).normal(0, 0.1, weights["embedding"].shape)
    weights["output.bias"] = np.log((counts + 0.5) / (counts + 0.5).sum()).astype(np.float32)
    return shape, weights
