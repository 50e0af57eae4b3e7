"""A GRU layer that trains fast on a processor.

Its weights and results are those of ``keras.layers.GRU(reset_after=True)``. Keras repeats the input
product at every step of a while loop; here it is one product over all steps, the steps are unrolled
in the graph, and the backward pass is written out so that the recurrent kernel's gradient is one
product too (the scheme of cuDNN, Appleyard et al. 2016, https://arxiv.org/abs/1604.01946).
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

Tensor = Any


class FastGRU(keras.layers.Layer):
    """A stateful GRU: (batch, time, inputs) → (batch, time, units), going on where it stopped.

    With `half` set, products are made in bfloat16 with float32 accumulation; state, gates and
    weights stay float32.
    """

    def __init__(self, units: int, *, batch: int, half: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.units = units
        self.batch = batch
        self.half = half

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights and the state."""
        inputs = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel", shape=(inputs, 3 * self.units), initializer="glorot_uniform"
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, 3 * self.units), initializer="orthogonal"
        )
        self.bias = self.add_weight(name="bias", shape=(2, 3 * self.units), initializer="zeros")
        self.state = self.add_weight(
            name="state", shape=(self.batch, self.units), initializer="zeros", trainable=False
        )

    @property
    def states(self) -> list[Any]:
        """The variables that carry the past, each (batch, units)."""
        return [self.state]

    def call(self, x: Tensor) -> Tensor:
        """Return the state after every step and keep the last."""
        outputs = gru(
            tf.transpose(x, [1, 0, 2]),
            tf.convert_to_tensor(self.state),
            tf.convert_to_tensor(self.kernel),
            tf.convert_to_tensor(self.recurrent_kernel),
            tf.convert_to_tensor(self.bias),
            half=self.half,
        )
        self.state.assign(tf.stop_gradient(outputs[-1]))
        return tf.transpose(outputs, [1, 0, 2])


def product(a: Tensor, b: Tensor, *, half: bool, **transposed: bool) -> Tensor:
    """Return the matrix product of two float32 tensors, in bfloat16 where `half` is set."""
    if not half:
        return tf.matmul(a, b, **transposed)
    return tf.cast(tf.matmul(tf.cast(a, tf.bfloat16), tf.cast(b, tf.bfloat16), **transposed), tf.float32)


def gru(x: Tensor, h: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor, *, half: bool) -> Tensor:
    """Return all states (time, batch, units) of a GRU over `x` (time, batch, inputs) from `h`.

    The number of steps must be known when the graph is built. No gradient flows into the past.
    """
    steps, batch, inputs = x.shape
    units = h.shape[-1]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(x: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> tuple[Tensor, Any]:
        flat_x = tf.reshape(x, [steps * batch, inputs])
        from_x = tf.reshape(product(flat_x, kernel, half=half) + bias[0], [steps, batch, 3 * units])
        z_r_x, c_x = tf.unstack(from_x[..., : 2 * units]), tf.unstack(from_x[..., 2 * units :])
        weights = tf.cast(recurrent, tf.bfloat16) if half else recurrent
        past, z_r_all, c_all, c_h_all = [h], [], [], []
        for t in range(steps):
            from_h = product(past[-1], weights, half=half) + bias[1]
            z_r = tf.sigmoid(z_r_x[t] + from_h[:, : 2 * units])
            c_h = from_h[:, 2 * units :]
            c = tf.tanh(c_x[t] + z_r[:, units:] * c_h)
            past.append(c + z_r[:, :units] * (past[-1] - c))
            z_r_all.append(z_r)
            c_all.append(c)
            c_h_all.append(c_h)
        outputs = tf.stack(past[1:])

        def backward(upstream: Tensor) -> tuple[Tensor, ...]:
            arriving = tf.unstack(upstream)
            d_from_x: list[Tensor] = [None] * steps
            d_from_h: list[Tensor] = [None] * steps
            d_h = tf.zeros_like(h)
            for t in reversed(range(steps)):
                d_h += arriving[t]
                z_r, c = z_r_all[t], c_all[t]
                z, r = z_r[:, :units], z_r[:, units:]
                d_c = d_h * (1 - z) * (1 - c * c)
                d_z_r = tf.concat([d_h * (past[t] - c), d_c * c_h_all[t]], 1) * z_r * (1 - z_r)
                d_from_x[t] = tf.concat([d_z_r, d_c], 1)
                d_from_h[t] = tf.concat([d_z_r, d_c * r], 1)
                d_h = d_h * z + product(d_from_h[t], weights, half=half, transpose_b=True)
            flat_d_x = tf.concat(d_from_x, 0)
            flat_d_h = tf.concat(d_from_h, 0)
            flat_past = tf.concat(past[:-1], 0)
            d_x = tf.reshape(product(flat_d_x, kernel, half=half, transpose_b=True), [steps, batch, inputs])
            d_kernel = product(flat_x, flat_d_x, half=half, transpose_a=True)
            d_recurrent = product(flat_past, flat_d_h, half=half, transpose_a=True)
            d_bias = tf.stack([tf.reduce_sum(flat_d_x, 0), tf.reduce_sum(flat_d_h, 0)])
            return d_x, d_kernel, d_recurrent, d_bias

        return outputs, backward

    return run(x, kernel, recurrent, bias)
