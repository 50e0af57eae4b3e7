"""The notes as a memory, and how it and the network are mixed: made beside the training of the network."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from rnnchat.generation.attribution import SOURCES, paths_to
from rnnchat.library.models import BASE_NETWORK, MEMORY, MIXTURE, read_safetensors, to_safetensors
from rnnchat.lm.mixture.weights import MixtureWeights
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.loading import piece_kinds
from rnnchat.storage.atomic import write_bytes
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import FILES, TRAINING, VALIDATION, Emit, Prepared, pieces_on_disk
from rnnchat.training.gain import MOST_SECONDS, Gain, measure_gain, measuring_seconds
from rnnchat.training.runs.phases import MEASURING, MIXING, SAVING, At, nobody
from rnnchat.training.runs.run import PREPARED, SCRATCH, Run

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
MEASURED_PIECES = 2_000
"""What was gained is measured with so many pieces at most to which the mixture is not fitted,"""
LEAST_MEASURED = 120
"""and with so many at least, where there are twice as many."""
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
    data = to_safetensors(memory.tensors())
    write_bytes(path, data)
    seconds = round(time.monotonic() - started, 2)
    emit({"event": "memory", "pieces": len(pieces), "bytes": len(data), "seconds": seconds})


def seconds_afterwards(run: Run, prepared: Prepared, kept_back: int) -> float:
    """Return about how long fitting the mixture will take, which is part of the budget."""
    if prepared.texts:
        return 0.0
    fitted = _fitted(run, kept_back)
    fitting = FITTING_SECONDS if prepared.base == SCRATCH else FITTING_BESIDE_BASE
    sorting = min(prepared.pieces + kept_back, REMEMBERED_PIECES) * SORTING_SECONDS
    return fitted * fitting + sorting + measuring_seconds(run.settings.minutes)


def _fitted(run: Run, kept_back: int) -> int:
    """Return how many of the pieces kept back the mixture is fitted to before the gain is measured.

    The others are for that. Where few are kept back, that are a fifth of them or some more.
    """
    measured = min(MEASURED_PIECES, max(kept_back // 5, min(LEAST_MEASURED, kept_back // 2)))
    return min(kept_back - measured, _wanted(run))


def _wanted(run: Run) -> int:
    """Return how many pieces the mixture is fitted to where there are enough."""
    return int(min(FITTED_PIECES, FITTED_PER_SECOND * 60 * run.settings.minutes or FITTED_AT_ONCE))


def texts_to_fit(run: Run, tokenizer: Tokenizer) -> list[list[int]]:
    """Return the texts kept back from training that the mixture is fitted to."""
    return _kept_back(run, tokenizer)[0]


def _kept_back(run: Run, tokenizer: Tokenizer) -> tuple[list[list[int]], list[list[int]]]:
    """Return the texts that the mixture is fitted to, and those that the gain is measured with."""
    start = tokenizer.roles.start
    kept_back = pieces_on_disk(run.folder / VALIDATION, tokenizer.size)
    place = _fitted(run, len(kept_back))
    measured = texts_in(kept_back[place : place + MEASURED_PIECES], start)
    if measured and measured[0][0] != start:
        if len(measured) > 1 and sum(map(len, measured[1:])) >= LEAST_MEASURED:
            del measured[0]  # the rest of a text of which the mixture has seen the beginning
        else:
            measured[0].insert(0, start)
    return texts_in(kept_back[:place], start), measured


def fit_mixture(
    run: Run,
    shape: NetworkShape,
    weights: Any,
    ground: Any,
    tokenizer: Tokenizer,
    emit: Emit,
    left: Callable[[], float],
    at: At = nobody,
) -> tuple[dict[str, bytes], Gain | None]:
    """Fit the mixture to text kept back from training, then let the memory have that text too.

    `ground` are the weights of the base, of the same shape, or None where the network has none or is it.
    `left` tells the seconds that may be used, of which fitting takes LEAST_FITTING in any case. Returns the
    files made, and what was gained on notes not seen.
    """
    path = run.folder / MEMORY
    if not path.is_file():
        return {}, None
    kept_back = np.asarray(pieces_on_disk(run.folder / VALIDATION, tokenizer.size))
    emit({"event": "mixing", "pieces": len(kept_back)})
    started = time.monotonic()
    memory = NgramMemory.from_tensors(read_safetensors(path.read_bytes()), tokenizer.size)
    texts, unseen = _kept_back(run, tokenizer)
    network = RecurrentNetwork(shape, weights)
    base = None if ground is None else RecurrentNetwork(shape, ground, network)
    least = measuring_seconds(run.settings.minutes)
    seconds = max(LEAST_FITTING, left() - least)
    until = time.monotonic() + seconds
    kinds = piece_kinds(tokenizer)
    mixture = MixtureWeights.fit(
        network,
        memory,
        kinds,
        texts,
        base=base,
        seconds=seconds,
        progress=lambda done, of: at(MIXING, done, of),
    )
    at(MEASURING, 0, None)
    alone = network if base is None and _is_base(run) else base
    most = min(MOST_SECONDS, max(least, left())) if math.isfinite(until) else least
    gain = measure_gain(network, memory, mixture, base, alone, unseen, tokenizer, most)
    fitted = sum(map(len, texts))
    if fitted < _wanted(run):  # there is little, so that what the gain was measured with is of use here, too
        whole = mixture.mixture(network, memory, kinds, base=base, adaptive=True)
        whole.fit(unseen, until + least, done=fitted)
    at(SAVING, 0, None)
    files = json.loads((run.folder / FILES).read_text(encoding="utf-8"))
    pieces, files = in_order(np.concatenate([memory.pieces, kept_back]), files, tokenizer.roles.start)
    memory = NgramMemory.build(pieces[-REMEMBERED_PIECES:], tokenizer.size)
    seconds = round(time.monotonic() - started, 2)
    emit({"event": "mixture", "pieces": sum(map(len, texts)), "seconds": seconds})
    remembered = {**memory.tensors(), SOURCES: paths_to(files)}
    files_made = {MEMORY: to_safetensors(remembered), MIXTURE: to_safetensors(mixture.tensors())}
    if ground is not None:
        files_made[BASE_NETWORK] = to_safetensors(
            {
                name: np.asarray(weight, np.float16)
                for name, weight in ground.items()
                if not np.array_equal(weight, weights[name])
            }
        )
    return files_made, gain


def _is_base(run: Run) -> bool:
    """Tell whether the network is the base's own: the notes were only remembered."""
    prepared = json.loads((run.folder / PREPARED).read_text(encoding="utf-8"))
    return not run.settings.minutes and prepared["base"] != SCRATCH


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
