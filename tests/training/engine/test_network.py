"""The network that trains and the network that speaks are the same."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.training.engine.cells import CELLS
from rnnchat.training.engine.loss import POSITIONS_AT_ONCE, cross_entropies, mean_cross_entropy
from rnnchat.training.engine.network import Network
from rnnchat.training.engine.recurrence import unroll
from rnnchat.training.plan import Dropout
from tests.helpers.models import random_weights

STEPS = 200
LAYERS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM, "rnn": keras.layers.SimpleRNN}


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_numpy_speaks_as_the_network_learns(cell: str) -> None:
    shape = NetworkShape(300, embedding=32, units=48, layers=2, cell=cell)
    network = Network(shape)
    weights = random_weights(shape, seed=1, scale=0.15)
    network.load_weights_by_name(weights)
    speaking = RecurrentNetwork(shape, weights)
    state = speaking.start()
    pieces = np.random.default_rng(2).integers(0, 300, STEPS)
    expected, _ = network(pieces[None], network.start(1))
    for t, piece in enumerate(pieces):
        state = speaking.advance(int(piece), state)
        assert np.abs(speaking.logits(speaking.project(state)) - expected[0, t]).max() < 1e-4


def test_all_steps_at_once_are_the_same_as_one_by_one() -> None:
    network = Network(NetworkShape(50, embedding=8, units=12))
    pieces = np.random.default_rng(0).integers(0, 50, (2, 10))
    at_once, _ = network(pieces, network.start(2))
    states, one_by_one = network.start(2), []
    for t in range(10):
        logits, states = network(pieces[:, t : t + 1], states)
        one_by_one.append(logits)
    assert np.abs(at_once - np.concatenate(one_by_one, axis=1)).max() < 1e-5


def _gradients(call: Any, variables: list[Any], x: Any, upstream: Any) -> list[Any]:
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(call(x) * upstream)
    return [np.array(gradient) for gradient in tape.gradient(loss, [x, *variables])]


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize(("half", "tolerance"), [(False, 1e-4), (True, 0.05)])
def test_results_and_gradients_are_those_of_the_plain_layer(cell: str, half: bool, tolerance: float) -> None:
    batch, steps, inputs, units = 3, 7, 5, 6
    random = np.random.default_rng(0)
    x = tf.constant(random.normal(size=(batch, steps, inputs)), tf.float32)
    upstream = tf.constant(random.normal(size=(batch, steps, units)), tf.float32)
    layer = LAYERS[cell](units, return_sequences=True)
    layer.build(x.shape)
    for variable in layer.trainable_variables:
        variable.assign(random.normal(size=variable.shape) * 0.5)
    weights = [tf.Variable(variable.numpy()) for variable in layer.trainable_variables]
    start = tuple(tf.zeros((batch, units)) for _ in range(CELLS[cell].states))

    def fast(x: Any) -> Any:
        in_order = (tf.convert_to_tensor(weight) for weight in weights)
        outputs, *_ = unroll(CELLS[cell], tf.transpose(x, [1, 0, 2]), start, *in_order, use_bfloat16=half)
        return tf.transpose(outputs, [1, 0, 2])

    assert np.abs(fast(x) - layer(x)).max() < tolerance
    expected = _gradients(layer, layer.trainable_variables, x, upstream)
    for ours, theirs in zip(_gradients(fast, weights, x, upstream), expected, strict=True):
        assert np.abs(ours - theirs).max() <= tolerance * np.abs(theirs).max()


@pytest.mark.parametrize(("half", "tolerance"), [(False, 1e-5), (True, 0.02)])
def test_the_loss_and_its_gradients_are_those_of_the_plain_one(half: bool, tolerance: float) -> None:
    random = np.random.default_rng(0)
    positions, vocabulary, size = POSITIONS_AT_ONCE + 70, 90, 16
    x, table, bias = (
        tf.Variable(random.normal(size=shape), dtype=tf.float32)
        for shape in ((positions, size), (vocabulary, size), (vocabulary,))
    )
    targets = tf.constant(random.integers(0, vocabulary, positions), tf.int32)

    def plain() -> Any:
        logits = tf.matmul(x, table, transpose_b=True) + bias
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
        return tf.reduce_mean(losses)

    def ours() -> Any:
        values = [tf.convert_to_tensor(variable) for variable in (x, table, bias)]
        return mean_cross_entropy(*values, targets, use_bfloat16=half)

    results = []
    for loss in (plain, ours):
        with tf.GradientTape() as tape:
            value = 3.0 * loss()
        results.append([value, *tape.gradient(value, [x, table, bias])])
    for plainly, got in zip(*results, strict=True):
        expected = tf.convert_to_tensor(plainly)
        assert np.abs(got - expected).max() <= tolerance * np.abs(expected).max()
    each = cross_entropies(
        x, tf.convert_to_tensor(table), tf.convert_to_tensor(bias), targets, use_bfloat16=half
    )
    assert float(3.0 * tf.reduce_mean(each)) == pytest.approx(float(results[0][0]), rel=tolerance)


def test_a_masked_loss_is_that_of_the_counted_positions_alone() -> None:
    random = np.random.default_rng(1)
    positions, vocabulary, size = POSITIONS_AT_ONCE + 30, 50, 8
    x, table, bias = (
        tf.Variable(random.normal(size=shape), dtype=tf.float32)
        for shape in ((positions, size), (vocabulary, size), (vocabulary,))
    )
    targets = random.integers(0, vocabulary, positions).astype(np.int32)
    counted = (random.random(positions) < 0.2).astype(np.float32)
    places = np.flatnonzero(counted)

    def masked() -> Any:
        values = [tf.convert_to_tensor(variable) for variable in (x, table, bias)]
        return mean_cross_entropy(*values, tf.constant(targets), use_bfloat16=False, counted=counted)

    def alone() -> Any:
        logits = tf.matmul(tf.gather(x, places), table, transpose_b=True) + bias
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets[places], logits=logits)
        )

    results = []
    for loss in (alone, masked):
        with tf.GradientTape() as tape:
            value = 2.0 * loss()
        results.append([value, *tape.gradient(value, [x, table, bias])])
    for expected, got in zip(*results, strict=True):
        np.testing.assert_allclose(tf.convert_to_tensor(got), tf.convert_to_tensor(expected), atol=1e-5)
    values = [tf.convert_to_tensor(variable) for variable in (x, table, bias)]
    nothing = np.zeros(positions, np.float32)
    loss = mean_cross_entropy(*values, tf.constant(targets), use_bfloat16=False, counted=nothing)
    assert float(loss) == 0


def test_what_is_dropped_belongs_to_its_step() -> None:
    dropout = Dropout(hidden=0.5, inputs=0.25, recurrent_weights=0.5)
    network = Network(NetworkShape(50, embedding=64, units=96), dropout=dropout)
    first, again, other = (network.masks(tf.constant(step), 4) for step in (1, 1, 2))
    assert set(first) == {"inputs", "values_0", "weights_0"}
    for name, mask in first.items():
        assert (mask.numpy() == again[name].numpy()).all()
        assert (mask.numpy() != other[name].numpy()).any()
        share = dropout.inputs if name == "inputs" else 0.5
        assert np.mean(mask.numpy() == 0) == pytest.approx(share, abs=0.1)
        assert mask.numpy().max() == pytest.approx(1 / (1 - share))
    assert not Network(NetworkShape(50, embedding=8, units=12)).masks(tf.constant(1), 4)
