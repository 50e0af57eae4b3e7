"""The training of a translator's network."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import pytest
import tensorflow as tf

from rnnchat.errors import TrainingError
from rnnchat.library.card import NETWORK, TOKENIZER
from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.translation.decoder import NetworkDecoder
from rnnchat.tasks.translation.network import TranslationNetwork, TranslationShape
from rnnchat.tasks.translation.pair_tokenizer import END, START
from rnnchat.tasks.translation.pairs import pair_lines
from rnnchat.training.translation import batches, masking
from rnnchat.training.translation.batches import make_batch
from rnnchat.training.translation.engine import train
from rnnchat.training.translation.engine.network import TranslationGraph
from rnnchat.training.translation.engine.train import train_network
from rnnchat.training.translation.plan import TranslationPlan
from rnnchat.training.translation.run import SETTINGS, TRAIN, VALIDATION
from rnnchat.training.translation.settings import TranslationSettings
from tests.helpers.translation import random_translation_weights, sentence_pairs

pytestmark = pytest.mark.slow

SHAPE = TranslationShape(20, 12, embedding=6, encoder=5, decoder=7)
SMALL = TranslationPlan(
    vocabulary=90,
    embedding=24,
    encoder=24,
    decoder=32,
    dropout=0.0,
    tokens=128,
    learning_rate=0.03,
    warm_up_steps=10,
    ema_steps=20,
    most_steps=120,
)


def test_numpy_translates_as_the_network_learns() -> None:
    weights = random_translation_weights(SHAPE)
    graph = TranslationGraph(SHAPE, dropout=0.5, seed=0, use_bfloat16=False)
    graph.assign(weights)
    pairs = [([5, 6, 7, 9, END], [4, 11, 6, END]), ([8, END], [5, END])]
    batch = make_batch(pairs, (6, 5, 3))
    arrays = (batch.sources, batch.source_lengths, batch.inputs, batch.targets, batch.counted)
    loss, attention = graph.loss(*map(tf.constant, arrays), is_training=False)
    network, losses = TranslationNetwork(weights), []
    for row, (source, target) in enumerate(pairs):
        encoded, state = network.encode(source), network.start()
        for step, (last, piece) in enumerate(zip([START, *target], target, strict=False)):
            probabilities, state, looks = network.step(encoded, np.array([last]), state, is_first=not step)
            losses.append(-np.log(probabilities[0, piece]))
            assert np.allclose(attention[row, step, : len(source)], looks[0], atol=1e-4)
    assert float(loss) == pytest.approx(np.mean(losses), abs=1e-4)


def test_empty_places_change_nothing() -> None:
    graph = TranslationGraph(SHAPE, dropout=0.0, seed=0, use_bfloat16=False)
    graph.assign(random_translation_weights(SHAPE))
    pair = ([5, 6, 7, END], [4, 11, END])
    losses = []
    for sizes in ((4, 3, 1), (9, 8, 4)):
        batch = make_batch([pair], sizes)
        arrays = (batch.sources, batch.source_lengths, batch.inputs, batch.targets, batch.counted)
        losses.append(float(graph.loss(*map(tf.constant, arrays), is_training=False)[0]))
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run with pairs that a small network learns within seconds."""
    monkeypatch.setattr(train, "make_plan", lambda pairs, seed: SMALL)
    monkeypatch.setattr(batches, "FEW_QUANTILES", (1.0,))
    monkeypatch.setattr(masking, "FEWEST_ADDED", 20)
    pairs = random.Random(0).sample(sentence_pairs(), 80)
    (tmp_path / TRAIN).write_text(pair_lines(pairs[8:]), encoding="utf-8")
    (tmp_path / VALIDATION).write_text(pair_lines(pairs[:8]), encoding="utf-8")
    settings = TranslationSettings("fr", "/pairs.tsv", minutes=60)
    (tmp_path / SETTINGS).write_text(settings.to_json(), encoding="utf-8")
    return tmp_path


def test_a_training_is_stopped_resumed_and_learns(folder: Path) -> None:
    events: list[dict[str, Any]] = []
    train_network(folder, events.append, lambda: bool(events) and events[-1]["step"] >= 1)
    assert not (folder / NETWORK).exists()
    stopped = events[-1]
    train_network(folder, events.append, lambda: False)
    after = events[len([event for event in events if event["seconds"] <= stopped["seconds"]])]
    assert after["step"] > stopped["step"]
    assert events[-1]["validation_loss"] < 0.5
    decoder = NetworkDecoder(
        read_safetensors((folder / NETWORK).read_bytes()), (folder / TOKENIZER).read_bytes()
    )
    unseen = random.Random(0).sample(sentence_pairs(), 80)[:8]
    right = [decoder.decode(pair.source).text == pair.target for pair in unseen]
    assert sum(right) >= 6


def test_a_network_that_diverges_is_said_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TranslationGraph, "loss", _no_number)
    with pytest.raises(TrainingError, match="diverged"):
        train_network(folder, lambda _: None, lambda: False)


def _no_number(graph: TranslationGraph, *_: Any, is_training: bool) -> tuple[Any, Any]:
    nothing = sum(tf.reduce_sum(tf.convert_to_tensor(value)) for value in graph.weights.values())
    return nothing * np.nan, tf.ones([1, 1, 1]) * nothing
