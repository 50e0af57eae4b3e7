"""What PyTorch trains is the network that NumPy and TensorFlow compute, and a stopped training goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rnnchat.errors import TrainingError
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.chat_format import note_document
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.batches import TrainingData
from rnnchat.training.pretraining.torch_engine import make_torch_plan
from rnnchat.training.pretraining.torch_network import TorchNetwork
from rnnchat.training.pretraining.torch_trainer import TorchTrainer, rate_factor
from rnnchat.training.runs.settings import RunSettings
from tests.helpers.models import random_weights

pytestmark = pytest.mark.slow

SETTINGS = RunSettings(
    name="x", paths=(), is_personal=False, steps=40, batch=4, length=16, learning_rate=1e-2, dropout=0.1
)


@pytest.fixture(scope="module")
def data(tokenizer: Tokenizer, texts: list[str]) -> TrainingData:
    documents = [note_document(tokenizer, tokenizer.encode(text)) for text in texts]
    training, validation = documents[:-1], documents[-1]
    return TrainingData(
        training=np.concatenate([np.array(document, np.uint16) for document in training]),
        training_spans=np.stack([np.cumsum([0, *map(len, training[:-1])]), [*map(len, training)]], axis=1),
        validation=np.array(validation, np.uint16),
        validation_bytes=len(texts[-1].encode()),
        training_bytes=sum(len(text.encode()) for text in texts[:-1]),
        repeats=np.array([[1.5, 0.5]] * len(training), np.float32),
    )


def trainer(
    folder: Path, data: TrainingData, tokenizer: Tokenizer, settings: RunSettings = SETTINGS
) -> TorchTrainer:
    shape = NetworkShape(tokenizer.size, embedding=16, units=24)
    plan = make_torch_plan(settings, shape, len(data.training))
    return TorchTrainer(settings, shape, plan, data, folder=folder, device="cpu")


def logits(network: TorchNetwork, pieces: np.ndarray) -> np.ndarray:
    network.eval()
    with torch.no_grad():
        found, _ = network(torch.from_numpy(pieces[None].astype(np.int64)), network.start(1))
    return np.asarray(found.numpy())


def test_trained_weights_have_their_names_and_give_the_same_logits_in_numpy(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    training = trainer(tmp_path, data, tokenizer)
    training.run(lambda _: None)
    result = training.result()
    assert {name: value.shape for name, value in result.weights.items()} == result.shape.weights()
    pieces = data.training[:200]
    expected = logits(training.network, pieces)
    network = RecurrentNetwork(result.shape, result.weights)
    state = network.start()
    for piece, wanted in zip(pieces, expected, strict=True):
        state = network.advance(int(piece), state)
        assert np.abs(network.logits(network.project(state)) - wanted).max() < 1e-4


@pytest.mark.parametrize("layers", [1, 2])
def test_keras_computes_the_same(layers: int) -> None:
    from rnnchat.training.engine.network import Network

    shape = NetworkShape(300, embedding=32, units=48, layers=layers)
    weights = random_weights(shape, seed=1, scale=0.15)
    network = TorchNetwork(shape)
    network.load_weights_by_name(weights)
    for name, value in network.weights_by_name().items():
        np.testing.assert_array_equal(value, weights[name], err_msg=name)
    pieces = np.random.default_rng(2).integers(0, 300, 100)
    keras = Network(shape)
    keras.load_weights_by_name(weights)
    expected, _ = keras(pieces[None], keras.start(1))
    assert np.abs(logits(network, pieces) - np.array(expected)[0]).max() < 1e-4


def test_it_learns(tmp_path: Path, data: TrainingData, tokenizer: Tokenizer) -> None:
    training = trainer(tmp_path, data, tokenizer, replace(SETTINGS, steps=250, dropout=0.0))
    events: list[dict[str, Any]] = []
    training.run(events.append)
    result = training.result()
    curve = [bits for _, _, bits in result.training["curve"]]
    assert curve[-1] < 0.9 * curve[0], "after the first step: about the pieces' frequencies alone"
    assert result.bits_per_byte == curve[-1] == events[-1]["bits_per_byte"]
    assert result.training["tokens"] == 250 * 4 * 16


def test_a_resumed_training_equals_one_that_never_stopped(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trainer(tmp_path / "whole", data, tokenizer)
    whole.run(lambda _: None)

    for stop in (3, 31):  # the second is in the last part of the training
        first = trainer(tmp_path / f"{stop}", data, tokenizer)
        step, done = TorchTrainer._step, []

        def stopping(self: TorchTrainer, *args: Any, step=step, done=done, stop=stop) -> None:
            if len(done) == stop:
                raise KeyboardInterrupt
            done.append(1)
            step(self, *args)

        with monkeypatch.context() as patch:
            patch.setattr(TorchTrainer, "_step", stopping)
            with pytest.raises(KeyboardInterrupt):
                first.run(lambda _: None)
        second = trainer(tmp_path / f"{stop}", data, tokenizer)
        second.run(lambda _: None)
        mine, theirs = second.result(), whole.result()
        assert mine.training["steps"] == theirs.training["steps"] == 40
        assert [row[1:] for row in mine.training["curve"]] == [row[1:] for row in theirs.training["curve"]]
        for name, value in mine.weights.items():
            np.testing.assert_allclose(value, theirs.weights[name], atol=1e-6, err_msg=f"{stop} {name}")


def test_the_last_part_begins_a_round_of_its_own(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = trainer(tmp_path, data, tokenizer)
    read: list[tuple[int, bool]] = []
    original = training._reader.read

    def noting(number: int, *, is_last_part: bool) -> Any:
        read.append((training._progress.step, is_last_part))
        return original(number, is_last_part=is_last_part)

    monkeypatch.setattr(training._reader, "read", noting)
    training.run(lambda _: None)
    assert read[0] == (0, False)
    assert next(step for step, is_last_part in read if is_last_part) == 28, "after 70 % of 40 steps"


def test_the_rate_rises_briefly_and_falls_to_nothing() -> None:
    assert 0 < rate_factor(0.0) < 0.01
    assert rate_factor(0.02) == pytest.approx(0.98)
    assert rate_factor(0.5) == 0.5
    assert rate_factor(1.0) == 0


def test_only_grus_are_trained() -> None:
    with pytest.raises(TrainingError, match="lstm"):
        TorchNetwork(NetworkShape(10, cell="lstm"))
