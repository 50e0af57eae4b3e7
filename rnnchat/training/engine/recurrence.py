"""Recurrent layers that train fast on a CPU.

Keras repeats the input product at every step of a while loop. Here it is one product over all steps, the
steps are unrolled in the graph, and the backward pass is written out, so that the recurrent kernel's
gradient is one product too (the scheme of cuDNN, Appleyard et al. 2016, https://arxiv.org/abs/1604.01946).

Forward, with the kernels W and U, for t = 1 … T::

    a_t = Wᵀ x_t  (all t in one product)     u_t = Uᵀ h_(t-1)     h_t = cell(a_t, u_t, h_(t-1))

Backward (backpropagation through time, Werbos 1990), with δv the derivative of the loss by v, for t = T … 1::

    (δa_t, δu_t) = cell's backward step of δh_t          δh_(t-1) = U δu_t + what the cell keeps + upstream
    δW = Σ_t x_t δa_tᵀ     δU = Σ_t h_(t-1) δu_tᵀ     δx_t = W δa_t   (each one product over all t)

Products may be made in bfloat16 with float32 accumulation; states, gates and weights are float32.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from rnnchat.training.engine.cells import CELLS, Cell, States, Tensor


class FastRecurrent(keras.layers.Layer):  # type: ignore[misc]
    """A recurrent layer over (time, batch, inputs) that takes its states and returns them.

    `cell` is gru, lstm or rnn; the weights are those of ``keras.layers.GRU``, ``LSTM`` or ``SimpleRNN``. With
    `use_bfloat16` products are made in bfloat16. The number of steps must be known when the graph is built.
    No gradients flow into the states before the first step (truncated backpropagation through time).
    """

    def __init__(self, cell: str, units: int, *, use_bfloat16: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.cell = CELLS[cell]
        self.units = units
        self.use_bfloat16 = use_bfloat16

    def build(self, inputs: int) -> None:
        """Create the weights for `inputs` values a step, initialised as those of Keras' layers."""
        rows, columns = self.cell.bias_rows, self.cell.gates * self.units
        self.kernel = self.add_weight(name="kernel", shape=(inputs, columns), initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, columns), initializer="orthogonal"
        )
        self.bias = self.add_weight(
            name="bias", shape=(rows, columns) if rows else (columns,), initializer=self._first_bias
        )
        self.built = True

    def call(self, x: Tensor, states: States, keep: Tensor | None = None) -> tuple[Tensor, States]:
        """Return h after every step (time, batch, units), and the last states, each (batch, units).

        `keep` (units, gates·units), where given, multiplies the recurrent kernel (weight drop).
        """
        recurrent = tf.convert_to_tensor(self.recurrent_kernel)
        outputs, *last = unroll(
            self.cell,
            x,
            states,
            tf.convert_to_tensor(self.kernel),
            recurrent if keep is None else recurrent * keep,
            tf.convert_to_tensor(self.bias),
            use_bfloat16=self.use_bfloat16,
        )
        return outputs, tuple(last)

    def _first_bias(self, shape: Any, dtype: Any = None, **_: Any) -> Tensor:
        """Return zeros, but ones for an LSTM's forget gate, which so starts open (Jozefowicz et al. 2015)."""
        zeros = tf.zeros(shape, tf.float32)
        if self.cell is not CELLS["lstm"]:
            return zeros
        before, forget, after = tf.split(zeros, [self.units, self.units, 2 * self.units])
        return tf.concat([before, forget + 1, after], 0)


def product(a: Tensor, b: Tensor, *, use_bfloat16: bool, **transposed: bool) -> Tensor:
    """Return the matrix product of two tensors in float32, made in bfloat16 if `use_bfloat16` is set."""
    return tf.cast(tf.matmul(rounded(a, use_bfloat16), rounded(b, use_bfloat16), **transposed), tf.float32)


def unroll(
    cell: Cell,
    x: Tensor,
    start: States,
    kernel: Tensor,
    recurrent: Tensor,
    bias: Tensor,
    *,
    use_bfloat16: bool,
) -> tuple[Tensor, ...]:
    """Return h after every step (time, batch, units), and the last states (batch, units).

    `x` is (time, batch, inputs), and `start` the states before the first step.
    """
    steps, batch, inputs = x.shape
    start = tuple(tf.transpose(state) for state in start)
    no_more = tuple(tf.zeros_like(state) for state in start[1:])

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(x: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> tuple[tuple[Tensor, ...], Any]:
        columns = tf.transpose(rounded(x, use_bfloat16), [0, 2, 1])
        low_kernel = rounded(kernel, use_bfloat16)
        from_x = tf.unstack(tf.matmul(tf.transpose(low_kernel), columns))
        weights = rounded(recurrent, use_bfloat16)
        upright = tf.transpose(weights)
        tall_bias = tf.tile(tf.reshape(bias, [max(1, cell.bias_rows), -1, 1]), [1, 1, batch])
        states, saved, low_h = [start], [], [rounded(start[0], use_bfloat16)]
        for t in range(steps):
            from_h = tf.cast(tf.matmul(upright, low_h[-1]), tf.float32)
            after, kept = cell.forward(tf.cast(from_x[t], tf.float32), from_h, tall_bias, states[-1])
            states.append(after)
            saved.append(kept)
            low_h.append(rounded(after[0], use_bfloat16))
        outputs = tf.transpose(tf.stack([after[0] for after in states[1:]]), [0, 2, 1])
        last = [tf.stop_gradient(tf.transpose(state)) for state in states[-1]]

        def backward(upstream: Tensor, *_: Tensor) -> tuple[Tensor, ...]:
            arriving = tf.unstack(tf.transpose(upstream, [0, 2, 1]))
            only_x: dict[int, list[Tensor]] = {}  # the errors of gates whose two products differ
            d_from_h: list[Tensor] = [None] * steps
            d_h, d_carried = arriving[-1], no_more
            for t in reversed(range(steps)):
                to_x, to_h, kept, d_carried = cell.backward(saved[t], states[t], d_h, d_carried)
                for gate, (ours, other) in enumerate(zip(to_x, to_h, strict=True)):
                    if ours is not other:
                        only_x.setdefault(gate, []).insert(0, rounded(ours, use_bfloat16))
                d_from_h[t] = tf.concat([rounded(gate, use_bfloat16) for gate in to_h], 0)
                d_h = tf.cast(tf.matmul(weights, d_from_h[t]), tf.float32)
                d_h = d_h if kept is None else d_h + kept
                d_h = d_h + arriving[t - 1] if t else d_h
            all_d_h, past = tf.concat(d_from_h, 1), tf.concat(low_h[:-1], 1)
            all_d_x = _replace_gates(all_d_h, {gate: tf.concat(parts, 1) for gate, parts in only_x.items()})
            all_x = tf.reshape(tf.transpose(columns, [1, 0, 2]), [inputs, steps * batch])
            d_columns = tf.reshape(
                product(low_kernel, all_d_x, use_bfloat16=use_bfloat16), [inputs, steps, batch]
            )
            ones = tf.ones([steps * batch, 1])
            d_bias = [
                product(d, ones, use_bfloat16=use_bfloat16)
                for d in (all_d_x, all_d_h)[: max(1, cell.bias_rows)]
            ]
            return (
                tf.transpose(d_columns, [1, 2, 0]),
                product(all_x, all_d_x, use_bfloat16=use_bfloat16, transpose_b=True),
                product(past, all_d_h, use_bfloat16=use_bfloat16, transpose_b=True),
                tf.reshape(tf.stack(d_bias), bias.shape),
            )

        return (outputs, *last), backward

    return tuple(run(x, kernel, recurrent, bias))


def _replace_gates(rows: Tensor, others: dict[int, Tensor]) -> Tensor:
    """Return `rows` (gates·units, n) with some gates' rows replaced by `others` (units, n)."""
    if not others:
        return rows
    units = next(iter(others.values())).shape[0]
    parts = [others.get(n, rows[n * units : (n + 1) * units]) for n in range(rows.shape[0] // units)]
    return tf.concat(parts, 0)


def rounded(tensor: Tensor, use_bfloat16: bool) -> Tensor:
    """Return a tensor as products take it: in bfloat16 where `use_bfloat16` is set, else in float32."""
    return tf.cast(tensor, tf.bfloat16 if use_bfloat16 else tf.float32)
