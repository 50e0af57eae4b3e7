"""What a training shows of a model's writing before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnchat.evaluation.scoring import score
from rnnchat.library.card import Card
from rnnchat.library.models import Library, to_safetensors
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import note_document
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import prepare
from rnnchat.training.fit_mixture import build_memory
from rnnchat.training.memory_only import UNIGRAM_SIZE, unigram_network
from rnnchat.training.previews import PREVIEW_PIECES, UnfittedMixture, emit_early_sample
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from tests.helpers.places import NOTES


def early_samples(run: Run, paths: Paths, library: Library) -> list[dict[str, Any]]:
    prepared = prepare(run, paths, lambda _: None)
    build_memory(run, prepared, lambda _: None)
    events: list[dict[str, Any]] = []
    emit_early_sample(run, prepared, library, events.append)
    return events


@pytest.mark.parametrize("base", ["tiny", SCRATCH])
def test_an_early_sample_is_of_the_notes(
    base: str, paths: Paths, library: Library, tokenizer: Tokenizer, texts: list[str]
) -> None:
    shape = NetworkShape(tokenizer.size, embedding=UNIGRAM_SIZE, units=UNIGRAM_SIZE)
    pieces = [piece for text in texts for piece in tokenizer.encode(text)]
    weights = unigram_network(np.bincount(pieces, minlength=tokenizer.size))[1]
    library.publish(
        Card("tiny", "2026-01-02T03:04:05+00:00", shape.as_dict(), {}),
        to_safetensors(weights),
        tokenizer.model,
    )
    run = Run.create(paths, RunSettings(name="me", paths=(str(NOTES),), base=base, minutes=0.0))
    (sample,) = early_samples(run, paths, library)
    assert sample["event"] == "sample" and sample["early"] is True and sample["step"] == 0
    words = sample["text"].split()
    assert len(words) > PREVIEW_PIECES / 8


def test_an_unfitted_mixture_is_better_than_its_network(tokenizer: Tokenizer, texts: list[str]) -> None:
    documents = [np.array(note_document(tokenizer, tokenizer.encode(text))) for text in texts[:-1]]
    memory = NgramMemory.build(np.concatenate(documents), tokenizer.size)
    shape, weights = unigram_network(np.bincount(memory.pieces, minlength=tokenizer.size))
    network = RecurrentNetwork(shape, weights)
    mixture = UnfittedMixture(network, memory)
    unseen = texts[-1][:600]
    assert score(mixture, tokenizer, [unseen]).bits < 0.9 * score(network, tokenizer, [unseen]).bits
    state = mixture.start()
    for piece in [tokenizer.roles.start, *tokenizer.encode(unseen[:60])]:
        probabilities, state = mixture.step(piece, state)
        assert probabilities.sum() == pytest.approx(1, abs=1e-4)


def test_a_model_that_ships_shows_none(paths: Paths, library: Library, tmp_path: Path) -> None:
    settings = RunSettings(name="me", paths=(str(NOTES),), base=SCRATCH, is_personal=False)
    assert early_samples(Run.create(paths, settings), paths, library) == []
