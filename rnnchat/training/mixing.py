"""The notes as a memory, and how it and the network are mixed: made beside the training of the network."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np

from rnnchat.library.atomic import write_bytes
from rnnchat.library.models import GROUND, MEMORY, MIXTURE, read_weights, write_weights
from rnnchat.lm.fitted import MixtureWeights
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.tokenizer import Tokenizer
from rnnchat.training.phases import MIXING, SAVING, At, nobody
from rnnchat.training.prepare import FILES, TRAINING, VALIDATION, Emit, Prepared, pieces_on_disk
from rnnchat.training.run import SCRATCH, Run
from rnnchat.writing.origins import SOURCES, paths_to
from rnnchat.writing.speaking import piece_kinds

REMEMBERED_PIECES = 4_000_000
"""The memory holds so many of the last pieces at most; sorting them takes 200 MB."""
FITTED_PIECES = 24_000
"""The mixture is fitted to so many pieces kept back from training at most."""
FITTED_PER_SECOND = 80
"""So many of them for each second of the budget: about a tenth of it."""
FITTED_AT_ONCE = 4_800
"""So many where there is no budget at all."""
FITTING_SECONDS = 1.3e-3
"""About what fitting takes for a piece, both mixers together."""
FITTING_BESIDE_BASE = 2e-3
"""The same where the base speaks along."""
LEAST_FITTING = 15.0
"""So many seconds fitting may take even where no time is left."""
SORTING_SECONDS = 4e-6
"""About what sorting takes for a piece of the memory."""


def remember(run: Run, prepared: Prepared, emit: Emit) -> None:
    """Sort the notes into the n-gram memory, once for a run.

    What was not a person's notes but texts for a model to be shipped is not kept verbatim.
    """
    path = run.folder / MEMORY
    if prepared.texts or path.is_file():
        return
    started = time.monotonic()
    pieces = np.asarray(pieces_on_disk(run.folder / TRAINING, prepared.vocabulary)[-REMEMBERED_PIECES:])
    memory = NgramMemory.build(pieces, prepared.vocabulary)
    data = write_weights(memory.tensors())
    write_bytes(path, data)
    seconds = round(time.monotonic() - started, 2)
    emit({"event": "memory", "pieces": len(pieces), "bytes": len(data), "seconds": seconds})


def seconds_afterwards(run: Run, prepared: Prepared, kept_back: int) -> float:
    """Return about how long fitting the mixture will take, which is part of the budget."""
    if prepared.texts:
        return 0.0
    fitted = _to_fit(run, kept_back)
    fitting = FITTING_SECONDS if prepared.base == SCRATCH else FITTING_BESIDE_BASE
    return fitted * fitting + min(prepared.pieces + kept_back, REMEMBERED_PIECES) * SORTING_SECONDS


def _to_fit(run: Run, kept_back: int) -> int:
    wanted = FITTED_PER_SECOND * 60 * run.settings.minutes or FITTED_AT_ONCE
    return int(min(kept_back, FITTED_PIECES, wanted))


def texts_to_fit(run: Run, tokenizer: Tokenizer) -> list[list[int]]:
    """Return the texts kept back from training that the mixture is fitted to."""
    kept_back = pieces_on_disk(run.folder / VALIDATION, tokenizer.size)
    return texts_in(kept_back[: _to_fit(run, len(kept_back))], tokenizer.roles.start)


def fit_mixture(
    run: Run,
    shape: NetworkShape,
    weights: Any,
    ground: Any,
    tokenizer: Tokenizer,
    emit: Emit,
    seconds: float,
    at: At = nobody,
) -> dict[str, bytes]:
    """Fit the mixture to text kept back from training, then let the memory have that text too.

    `ground` are the weights of the base, of the same shape, or None where the network has none or is it.
    Fitting ends after about `seconds`.
    """
    path = run.folder / MEMORY
    if not path.is_file():
        return {}
    kept_back = np.asarray(pieces_on_disk(run.folder / VALIDATION, tokenizer.size))
    emit({"event": "mixing", "pieces": len(kept_back)})
    started = time.monotonic()
    memory = NgramMemory.from_tensors(read_weights(path.read_bytes()), tokenizer.size)
    texts = texts_to_fit(run, tokenizer)
    network = RecurrentNetwork(shape, weights)
    base = None if ground is None else RecurrentNetwork(shape, ground, network)
    mixture = MixtureWeights.fit(
        network, memory, piece_kinds(tokenizer), texts, base, seconds, lambda done, of: at(MIXING, done, of)
    )
    at(SAVING, 0, None)
    files = json.loads((run.folder / FILES).read_text(encoding="utf-8"))
    pieces, files = in_order(np.concatenate([memory.pieces, kept_back]), files, tokenizer.roles.start)
    memory = NgramMemory.build(pieces[-REMEMBERED_PIECES:], tokenizer.size)
    seconds = round(time.monotonic() - started, 2)
    emit({"event": "mixture", "pieces": sum(map(len, texts)), "seconds": seconds})
    remembered = {**memory.tensors(), SOURCES: paths_to(files)}
    files_made = {MEMORY: write_weights(remembered), MIXTURE: write_weights(mixture.tensors())}
    if ground is not None:
        files_made[GROUND] = write_weights(
            {
                name: np.asarray(weight, np.float16)
                for name, weight in ground.items()
                if not np.array_equal(weight, weights[name])
            }
        )
    return files_made


def in_order(pieces: Any, files: list[str], start: int) -> tuple[Any, list[str]]:
    """Return texts in the order of their files, and the files; what each is learned for does not matter.

    So notes that are the same make the same memory, however they came to be learned. Where the first
    texts of `files` are missing in `pieces`, they are left out.
    """
    starts = np.flatnonzero(pieces == start)
    texts = np.split(pieces, starts)[1:]
    known = files[max(0, len(files) - len(texts)) :]
    if len(known) < len(texts):
        return pieces, files
    order = sorted(range(len(texts)), key=lambda number: (known[number], texts[number].tobytes()))
    if not order:
        return pieces, files
    return np.concatenate([texts[number] for number in order]), [known[number] for number in order]


def texts_in(pieces: Any, start: int) -> list[list[int]]:
    """Return the texts in a row of pieces, each of which begins with `start`."""
    texts: list[list[int]] = []
    for piece in pieces.tolist():
        if piece == start or not texts:
            texts.append([])
        texts[-1].append(piece)
    return texts
