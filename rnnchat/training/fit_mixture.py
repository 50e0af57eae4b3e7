"""The n-gram memory of the notes, and how it and the network are combined into a mixture."""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.generation.attribution import SOURCES, paths_to
from rnnchat.library.model_files import MAXIMUM_MEMORY
from rnnchat.library.models import BASE_NETWORK, MEMORY, MIXTURE, read_safetensors, to_safetensors
from rnnchat.lm.mixture.contexts import PieceKinds
from rnnchat.lm.mixture.members import MixtureParts
from rnnchat.lm.mixture.model import Mixture
from rnnchat.lm.mixture.weights import MixtureWeights, fit_static_mixture
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import piece_kinds
from rnnchat.storage.atomic import write_bytes
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepared import Prepared, pieces_on_disk
from rnnchat.training.gain import MOST_SECONDS, Gain, measure_gain, measuring_seconds
from rnnchat.training.runs.events import MEASURING, MIXING, SAVING, Emit
from rnnchat.training.runs.files import NOTE_PATHS, TRAINING_PIECES, VALIDATION_PIECES
from rnnchat.training.runs.phases import ReportProgress, no_progress
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from rnnchat.training.trained_network import NamedWeights, Networks

MOST_FITTED_PIECES = 24_000
"""The mixture is fitted to at most this many pieces of validation text."""
FITTED_PER_SECOND = 80
"""The mixture is fitted to this many pieces for each second of the budget, in about a tenth of it."""
FITTED_WITHOUT_BUDGET = 4_800
"""The mixture is fitted to this many pieces where no network is trained."""
SECONDS_PER_FITTED_PIECE = 1.3e-3
"""Fitting both mixers to a piece takes about this many seconds."""
SECONDS_PER_FITTED_PIECE_WITH_BASE = 2e-3
"""Fitting both mixers to a piece takes about this many seconds where the base is part of the mixture."""
LEAST_FITTING_SECONDS = 15.0
"""Fitting may take this many seconds even where no time is left."""
MOST_MEASURED_PIECES = 2_000
"""The gain is measured on at most this many pieces, to which the mixture is not fitted."""
LEAST_MEASURED_PIECES = 120
"""The gain is measured on at least this many pieces where there are twice as many."""
MEASURED_PART = 5
"""The gain is measured on about one in this many pieces of validation text."""
LEAST_COMPARED_MINUTES = 1.0
"""From this budget on, the mixture is always compared with that of an untrained model."""
SURE_GAIN = 0.02
"""Where training saved the network this share of its bits, the mixture is sure to be better, too.

Of 10 % that the network needs less, the mixture has about 4 % left.
"""
COMPARING_SECONDS = 5.0
"""Comparing the mixture with that of an untrained model takes about this many seconds."""
SECONDS_PER_SORTED_PIECE = 2e-6
"""Sorting a piece into the memory takes about this many seconds."""


def build_memory(run: Run, prepared: Prepared, emit: Emit) -> None:
    """Sort the training texts into the n-gram memory, once for a run.

    The texts of a model that ships are not a person's notes, and are not kept verbatim.
    """
    path = run.folder / MEMORY
    if not run.settings.is_personal or path.is_file():
        return
    started = time.monotonic()
    pieces = pieces_on_disk(run.folder / TRAINING_PIECES, prepared.vocabulary)
    pieces = np.asarray(pieces[-MAXIMUM_MEMORY:])  # sorting them takes at most 200 MB
    memory = NgramMemory.build(pieces, prepared.vocabulary)
    data = to_safetensors(memory.tensors())
    write_bytes(path, data)
    seconds = round(time.monotonic() - started, 2)
    emit({"event": "memory", "pieces": len(pieces), "bytes": len(data), "seconds": seconds})


def should_compare(settings: RunSettings, network_gain: float) -> bool:
    """Return whether the mixture is compared with that of an untrained model.

    `network_gain` is the share of bits that training saved the network alone. A short budget is not exceeded
    for a comparison whose result is known.
    """
    is_short = settings.is_timed and settings.minutes < LEAST_COMPARED_MINUTES
    return not is_short or network_gain < SURE_GAIN


def reserved_seconds(run: Run, prepared: Prepared, validation_pieces: int) -> float:
    """Return about how many seconds of the budget fitting the mixture and measuring the gain will take."""
    settings = run.settings
    if not settings.is_personal:
        return 0.0
    fitted = _pieces_to_fit(settings, validation_pieces)
    from_scratch = prepared.base == SCRATCH
    fitting = SECONDS_PER_FITTED_PIECE if from_scratch else SECONDS_PER_FITTED_PIECE_WITH_BASE
    sorting = min(prepared.pieces + validation_pieces, MAXIMUM_MEMORY) * SECONDS_PER_SORTED_PIECE
    return fitted * fitting + sorting + seconds_to_measure(settings, prepared.base)


def seconds_to_measure(settings: RunSettings, base: str) -> float:
    """Return about how many seconds measuring the gain over `base` will take, with the comparison."""
    compares = base != SCRATCH and not settings.is_memory_only and should_compare(settings, SURE_GAIN)
    return measuring_seconds(settings.minutes) + COMPARING_SECONDS * compares


def _pieces_to_fit(settings: RunSettings, validation_pieces: int) -> int:
    """Return how many pieces the mixture is fitted to; the gain is measured on those that are left."""
    least = min(LEAST_MEASURED_PIECES, validation_pieces // 2)
    measured = min(MOST_MEASURED_PIECES, max(validation_pieces // MEASURED_PART, least))
    return min(validation_pieces - measured, wanted_pieces(settings))


def wanted_pieces(settings: RunSettings) -> int:
    """Return how many pieces the mixture is fitted to where there are enough."""
    if settings.is_memory_only:
        return FITTED_WITHOUT_BUDGET
    return int(min(MOST_FITTED_PIECES, FITTED_PER_SECOND * 60 * settings.minutes))


@dataclass(frozen=True)
class ValidationTexts:
    """The texts that are kept back from training, each a list of pieces that begins with the start piece."""

    fitted: list[list[int]]
    """Those that the mixture is fitted to."""
    measured: list[list[int]]
    """Those that the gain is measured on."""

    @classmethod
    def of(cls, run: Run, tokenizer: Tokenizer) -> ValidationTexts:
        """Read the texts of `run`; a long text may be cut between the two parts."""
        start = tokenizer.roles.start
        pieces = pieces_on_disk(run.folder / VALIDATION_PIECES, tokenizer.size)
        place = _pieces_to_fit(run.settings, len(pieces))
        measured = split_texts(pieces[place : place + MOST_MEASURED_PIECES], start)
        if measured and measured[0][0] != start:
            if sum(map(len, measured[1:])) >= LEAST_MEASURED_PIECES:
                del measured[0]  # the rest of a text whose beginning the mixture is fitted to
            else:
                measured[0].insert(0, start)
        return cls(split_texts(pieces[:place], start), measured)


def fit_mixture(
    run: Run,
    shape: NetworkShape,
    networks: Networks,
    tokenizer: Tokenizer,
    *,
    at_once: Networks | None = None,
    seconds_left: Callable[[], float],
    emit: Emit,
    report: ReportProgress = no_progress,
) -> tuple[dict[str, bytes], Gain | None]:
    """Fit the mixture to validation text, measure the gain, then add that text to the memory.

    All networks have the same `shape`. `seconds_left` returns the seconds that may be used; fitting may take
    LEAST_FITTING_SECONDS in any case. Returns the contents of the model's files by name, and the gain. There
    are no files and no gain where the run has no memory. Where `at_once`, the networks of an untrained model,
    are given, the gain says how well they do, and if they do as well there are no files either.
    """
    path = run.folder / MEMORY
    if not path.is_file():
        return {}, None
    validation = np.asarray(pieces_on_disk(run.folder / VALIDATION_PIECES, tokenizer.size))
    emit({"event": "mixing", "pieces": len(validation)})
    started = time.monotonic()
    memory = NgramMemory.from_tensors(read_safetensors(path.read_bytes()), tokenizer.size)
    texts = ValidationTexts.of(run, tokenizer)
    members = _Members.of(shape, networks, memory, tokenizer)
    network, base = members.network, members.base
    measuring = measuring_seconds(run.settings.minutes)
    comparing = 0.0 if at_once is None else COMPARING_SECONDS
    seconds = max(LEAST_FITTING_SECONDS, seconds_left() - measuring - comparing)
    until = time.monotonic() + seconds

    mixture = members.fit(texts.fitted, seconds, partial(report, MIXING))
    report(MEASURING, 0, None)
    reference = None
    if at_once is not None:
        reference = _Members.of(shape, at_once, memory, tokenizer).fit_at_once(mixture, texts.fitted)
    gain = members.measure(
        mixture,
        texts.measured,
        compared_with=network if base is None and networks.is_untrained else base,
        at_once=reference,
        seconds=min(MOST_SECONDS, max(measuring, seconds_left())) if math.isfinite(seconds) else measuring,
    )
    if gain is not None and not gain.beats_at_once:
        return {}, gain
    fitted = sum(map(len, texts.fitted))
    if fitted < wanted_pieces(run.settings):
        # Where there is less text than wanted, the measured part is fitted to as well.
        members.fit_further(mixture, texts.measured, until + measuring, done=fitted)
    report(SAVING, 0, None)
    files = {
        MEMORY: _memory_of_all_notes(run, memory, validation, tokenizer),
        MIXTURE: to_safetensors(mixture.tensors()),
    }
    if networks.base is not None:
        files[BASE_NETWORK] = to_safetensors(_changed(networks.base, networks.own))
    emit({"event": "mixture", "pieces": fitted, "seconds": round(time.monotonic() - started, 2)})
    return files, gain


@dataclass(frozen=True)
class _Members:
    """The members of a mixture, and the tokenizer whose pieces they predict."""

    network: RecurrentNetwork
    memory: NgramMemory
    base: RecurrentNetwork | None
    tokenizer: Tokenizer

    @classmethod
    def of(
        cls, shape: NetworkShape, networks: Networks, memory: NgramMemory, tokenizer: Tokenizer
    ) -> _Members:
        """Return the members with networks of these weights."""
        network = RecurrentNetwork(shape, networks.own)
        base = None if networks.base is None else RecurrentNetwork(shape, networks.base, network)
        return cls(network, memory, base, tokenizer)

    @cached_property
    def kinds(self) -> PieceKinds:
        """The kinds of the tokenizer's pieces."""
        return piece_kinds(self.tokenizer)

    def fit(
        self, texts: list[list[int]], seconds: float, progress: Callable[[int, int], None]
    ) -> MixtureWeights:
        """Return both mixers fitted to `texts`, in about `seconds`."""
        return MixtureWeights.fit(
            self.network, self.memory, self.kinds, texts, base=self.base, seconds=seconds, progress=progress
        )

    def fit_at_once(self, other: MixtureWeights, texts: list[list[int]]) -> Mixture:
        """Return a static mixture fitted to as many of `texts` as that of a training without a network.

        Its tree is that of the `other` mixture.
        """
        ends = itertools.accumulate(map(len, texts))
        used = [text for text, end in zip(texts, ends, strict=True) if end <= FITTED_WITHOUT_BUDGET]
        parts = MixtureParts(self.network, self.memory, self.kinds, other.tree, self.base)
        return fit_static_mixture(parts, used or texts[:1])

    def measure(
        self,
        mixture: MixtureWeights,
        texts: list[list[int]],
        *,
        compared_with: RecurrentNetwork | None,
        at_once: Mixture | None,
        seconds: float,
    ) -> Gain | None:
        """Return the gain of the mixture over `compared_with` and `at_once`, measured in about `seconds`."""
        return measure_gain(
            self.network,
            self.memory,
            mixture,
            base_member=self.base,
            compared_with=compared_with,
            at_once=at_once,
            texts=texts,
            tokenizer=self.tokenizer,
            seconds=seconds,
        )

    def fit_further(
        self, mixture: MixtureWeights, texts: list[list[int]], until: float, *, done: int
    ) -> None:
        """Fit the adaptive mixer of `mixture`, in place, to more texts after the `done` pieces before.

        No text is begun after the monotonic clock reaches `until`.
        """
        adaptive = mixture.mixture(self.network, self.memory, self.kinds, base=self.base, adaptive=True)
        # This changes `mixture`, which is saved later: the two share the adaptive mixer.
        adaptive.fit(texts, until, done=done)


def _memory_of_all_notes(
    run: Run, memory: NgramMemory, validation: NDArray[np.integer[Any]], tokenizer: Tokenizer
) -> bytes:
    """Return the file of a memory of all notes, those kept back included, and of where they come from."""
    paths = json.loads((run.folder / NOTE_PATHS).read_text(encoding="utf-8"))
    pieces, paths = sort_by_path(np.concatenate([memory.pieces, validation]), paths, tokenizer.roles.start)
    memory = NgramMemory.build(pieces[-MAXIMUM_MEMORY:], tokenizer.size)
    return to_safetensors({**memory.tensors(), SOURCES: paths_to(paths)})


def _changed(base: NamedWeights, trained: NamedWeights) -> dict[str, NDArray[np.float16]]:
    """Return the weights of the base that training has changed, in half precision."""
    return {
        name: np.asarray(weight, np.float16)
        for name, weight in base.items()
        if not np.array_equal(weight, trained[name])
    }


def sort_by_path(
    pieces: NDArray[np.integer[Any]], paths: list[str], start: int
) -> tuple[NDArray[np.integer[Any]], list[str]]:
    """Return the texts in `pieces` in the order of their `paths`, and the paths in that order.

    So the same notes make the same memory, whichever were kept back. `start` is the start piece. `paths` may
    begin with those of texts that are no longer in `pieces`, which are left out.
    """
    starts = np.flatnonzero(pieces == start)
    texts = np.split(pieces, starts)[1:]
    known = paths[max(0, len(paths) - len(texts)) :]
    if len(known) < len(texts):
        return pieces, paths
    order = sorted(range(len(texts)), key=lambda number: (known[number], texts[number].tobytes()))
    if not order:
        return pieces, paths
    return np.concatenate([texts[number] for number in order]), [known[number] for number in order]


def split_texts(pieces: NDArray[np.integer[Any]], start: int) -> list[list[int]]:
    """Return the texts in a row of pieces, each of which begins with the piece `start`."""
    texts: list[list[int]] = []
    for piece in pieces.tolist():
        if piece == start or not texts:
            texts.append([])
        texts[-1].append(piece)
    return texts
