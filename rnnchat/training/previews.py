"""What a model would write by now, told while it trains."""

from __future__ import annotations

from typing import Any

from rnnchat.generation.generate import TextGenerator
from rnnchat.generation.sampling import Sampling
from rnnchat.library.models import MEMORY, TOKENIZER, read_weights
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.protocols import AnyLanguageModel
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.text.chat_format import text_context
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import Emit, Prepared
from rnnchat.training.runs.run import Run

SAMPLE_SECONDS = 12.0
SAMPLE_PIECES = 48


class Sampler:
    """Passes progress on and adds a sample of the network's text now and then."""

    def __init__(self, trainer: Any, tokenizer: Tokenizer, emit: Emit) -> None:
        self._trainer = trainer
        self._tokenizer = tokenizer
        self._emit = emit
        budget = trainer.settings.minutes * 60
        self._interval = max(min(SAMPLE_SECONDS, budget / 8), budget / 20)
        self._next = trainer.clock.seconds() + self._interval

    def pass_on(self, event: dict[str, Any]) -> None:
        """Emit `event`, and a sample after it where one is due."""
        self._emit(event)
        if event["seconds"] < self._next:
            return
        self._next = event["seconds"] + self._interval
        network = self._trainer.engine.averaged
        speaking = RecurrentNetwork(network.shape, network.weights_by_name())
        self._emit(_sample(speaking, self._tokenizer, event["step"]))


def speak_from_memory(run: Run, prepared: Prepared, emit: Emit) -> None:
    """Emit what the memory alone would write, seconds after the notes were read."""
    path = run.folder / MEMORY
    if prepared.texts or not path.is_file():
        return
    memory = NgramMemory.from_tensors(read_weights(path.read_bytes()), prepared.vocabulary)
    tokenizer = Tokenizer((run.folder / TOKENIZER).read_bytes())
    emit(_sample(NgramModel(memory), tokenizer, 0))


def _sample(predictor: AnyLanguageModel, tokenizer: Tokenizer, step: int) -> dict[str, Any]:
    chunks = TextGenerator(predictor, tokenizer).stream(
        text_context(tokenizer, ""), Sampling(seed=step), SAMPLE_PIECES
    )
    return {"event": "sample", "text": "".join(chunk.text for chunk in chunks).strip(), "step": step}
