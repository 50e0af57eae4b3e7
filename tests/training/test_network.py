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

from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.training.gru import gru
from rnnchat.training.network import Network
from tests.conftest import random_weights

STEPS = 200


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("fast", [True, False])
def test_numpy_speaks_as_keras_does(cell: str, fast: bool) -> None:
    shape = NetworkShape(300, embedding=32, units=48, layers=2, cell=cell)
    network = Network(shape, batch=1, fast=fast)
    weights = random_weights(shape, seed=1, scale=0.15)
    network.load_weights_by_name(weights)
    network.forget()
    speaking, state = RecurrentNetwork(shape, weights), ()
    state = speaking.start()
    pieces = np.random.default_rng(2).integers(0, 300, STEPS)
    expected = np.concatenate([np.array(network(pieces[None, t : t + 1]))[0] for t in range(STEPS)])
    for t, piece in enumerate(pieces):
        state = speaking.advance(int(piece), state)
        assert np.abs(speaking.logits(state) - expected[t]).max() < 1e-4


def test_all_steps_at_once_are_the_same_as_one_by_one() -> None:
    shape = NetworkShape(50, embedding=8, units=12)
    network = Network(shape, batch=2)
    pieces = np.random.default_rng(0).integers(0, 50, (2, 10))
    network.forget()
    at_once = np.array(network(pieces))
    network.forget()
    one_by_one = np.concatenate([np.array(network(pieces[:, t : t + 1])) for t in range(10)], axis=1)
    assert np.abs(at_once - one_by_one).max() < 1e-5


def _gradients(call: Any, variables: list[Any], x: Any, upstream: Any) -> list[Any]:
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(call(x) * upstream)
    return [np.array(gradient) for gradient in tape.gradient(loss, [x, *variables])]


def test_gradients_are_those_of_the_plain_layer() -> None:
    batch, steps, inputs, units = 3, 7, 5, 6
    random = np.random.default_rng(0)
    x = tf.constant(random.normal(size=(batch, steps, inputs)), tf.float32)
    upstream = tf.constant(random.normal(size=(batch, steps, units)), tf.float32)
    layer = keras.layers.GRU(units, return_sequences=True, reset_after=True)
    layer.build(x.shape)
    for variable in layer.trainable_variables:
        variable.assign(random.normal(size=variable.shape) * 0.5)
    kernel, recurrent, bias = (tf.Variable(np.array(v)) for v in layer.trainable_variables)

    def fast(x: Any) -> Any:
        start = tf.zeros((batch, units))
        outputs = gru(
            tf.transpose(x, [1, 0, 2]),
            start,
            tf.convert_to_tensor(kernel),
            tf.convert_to_tensor(recurrent),
            tf.convert_to_tensor(bias),
            half=False,
        )
        return tf.transpose(outputs, [1, 0, 2])

    expected = _gradients(layer, layer.trainable_variables, x, upstream)
    got = _gradients(fast, [kernel, recurrent, bias], x, upstream)
    for ours, theirs in zip(got, expected, strict=True):
        assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max()


def test_dropout_belongs_to_its_step() -> None:
    network = Network(NetworkShape(50, embedding=8, units=12), batch=2, dropout=0.5)
    pieces = np.random.default_rng(0).integers(0, 50, (2, 6))
    results = []
    for step in (1, 1, 2, None):
        network.forget()
        results.append(np.array(network(pieces, step=None if step is None else tf.constant(step))))
    assert (results[0] == results[1]).all()
    assert (results[0] != results[2]).any()
    assert (results[0] != results[3]).any()
