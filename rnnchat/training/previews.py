"""Previews: what a model would write by now, emitted as ``sample`` events before and while it trains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnnchat.generation.generate import TextGenerator
from rnnchat.generation.sampling import Sampling
from rnnchat.library.models import MEMORY, TOKENIZER, Library, read_safetensors
from rnnchat.lm.mixture.history import TokenHistory
from rnnchat.lm.mixture.log_linear import LogLinearMixture, LogLinearState
from rnnchat.lm.mixture.low_rank import FullNetwork
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.protocols import AnyLanguageModel, Floats
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.text.chat_format import text_context
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepared import Prepared
from rnnchat.training.runs.events import Emit, Event
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH

PREVIEW_SECONDS = 12.0
"""Previews are this many seconds apart, or more in a long training and less in a short one."""
PREVIEW_PIECES = 48
"""A preview has this many pieces."""
FEWEST_PREVIEWS = 8
"""A training has at least about this many previews."""
MOST_PREVIEWS = 20
"""A training has at most about this many previews."""


class PreviewEmitter:
    """Passes on the events of a training, and adds a preview of the network now and then.

    `budget` is that of the training and `seconds` how long it has worked. `current_network` returns the
    network as it is now.
    """

    def __init__(
        self,
        emit: Emit,
        tokenizer: Tokenizer,
        current_network: Callable[[], AnyLanguageModel],
        *,
        budget: float,
        seconds: float,
    ) -> None:
        self._emit = emit
        self._tokenizer = tokenizer
        self._current_network = current_network
        self._interval = max(min(PREVIEW_SECONDS, budget / FEWEST_PREVIEWS), budget / MOST_PREVIEWS)
        self._next = seconds + self._interval

    def emit(self, event: Event) -> None:
        """Emit a ``progress`` event, and a preview after it where one is due."""
        self._emit(event)
        if event["seconds"] < self._next:
            return
        self._next = event["seconds"] + self._interval
        self._emit(_preview(self._current_network(), self._tokenizer, event["step"]))


def emit_early_sample(run: Run, prepared: Prepared, library: Library, emit: Emit) -> None:
    """Emit what base and memory would write, seconds after the notes were read; without a base, the memory.

    Nothing has been trained or fitted by then. The ``sample`` event says so under ``early``.
    """
    path = run.folder / MEMORY
    if not run.settings.is_personal or not path.is_file():
        return
    memory = NgramMemory.from_tensors(read_safetensors(path.read_bytes()), prepared.vocabulary)
    tokenizer = Tokenizer((run.folder / TOKENIZER).read_bytes())
    model: AnyLanguageModel = NgramModel(memory)
    if prepared.base != SCRATCH:
        base = library.load(prepared.base)
        model = UnfittedMixture(RecurrentNetwork(base.card.shape, base.weights), memory)
    emit({**_preview(model, tokenizer, 0), "early": True})


class UnfittedMixture:
    """The log-linear mixture of a network and a memory as a language model; its weights are never fitted."""

    def __init__(self, network: RecurrentNetwork, memory: NgramMemory) -> None:
        counts = np.bincount(memory.pieces, minlength=memory.vocabulary)
        tree = PieceTree.build(network.output_side()[0], counts)
        self._network = network
        self._mixture = LogLinearMixture(FullNetwork(network), memory, tree)
        self._ngram = NgramModel(memory)

    @property
    def vocabulary(self) -> int:
        """The number of pieces."""
        return self._network.vocabulary

    def start(self) -> LogLinearState:
        """Return the state before the first piece."""
        return LogLinearState(self._network.start(), (), TokenHistory(self._network.shape.embedding))

    def step(self, piece: int, state: LogLinearState) -> tuple[Floats, LogLinearState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        (after,) = self._mixture.steps([piece], [state], self._ngram, self._network.output_side()[1:])
        return after


def _preview(model: AnyLanguageModel, tokenizer: Tokenizer, step: int) -> Event:
    """Return a ``sample`` event; the number of the `step` is the seed."""
    chunks = TextGenerator(model, tokenizer).stream(
        text_context(tokenizer, ""), Sampling(seed=step), PREVIEW_PIECES
    )
    return {"event": "sample", "text": "".join(chunk.text for chunk in chunks).strip(), "step": step}
