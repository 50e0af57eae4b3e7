"""The recurrent cells, one step forward and one step back, written out.

Every tensor here is (features, batch): gates are rows, so taking some of them copies nothing, and the
recurrent product has the large matrix on its left, where the processor's kernels need not repack it.
Results and weights are those of the Keras layers of the same name.
"""

from __future__ import annotations

from typing import Any, Protocol

import tensorflow as tf

Tensor = Any
States = tuple[Tensor, ...]


class Cell(Protocol):
    """How a recurrent network goes one step on, and how errors go one step back."""

    gates: int
    """The rows of the products, per unit."""
    states: int
    """What is carried from step to step: h alone, or h and c."""
    bias_rows: int
    """The rows of the bias as Keras keeps it; 0 where it is a vector."""

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return the next states, h first, and what `backward` will need.

        `from_x` and `from_h` (gates·units, batch) are the products of the input and of h. `bias` is
        (rows, gates·units, batch).
        """
        ...

    def backward(
        self, saved: States, before: States, d_h: Tensor, d_carried: States
    ) -> tuple[States, States, Tensor | None, States]:
        """Return the errors of `from_x` and `from_h`, gate by gate, of h itself, and of the further states.

        `saved` is what `forward` kept, `before` the states before the step, `d_h` all errors that
        reach h after it, `d_carried` those of the further states. Where a gate's error is the same
        for both products, it is the same tensor. The error of h is None where h is not kept as it was.
        """
        ...


class GRUCell:
    """A gated recurrent unit with ``reset_after=True``; gates z, r, candidate."""

    gates, states, bias_rows = 3, 1, 2

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return ``c + z·(h - c)``, with ``c = tanh(x_c + r·(h U_c + b_c))``."""
        (h,) = states
        units = h.shape[0]
        z_r = tf.sigmoid(from_x[: 2 * units] + from_h[: 2 * units] + (bias[0] + bias[1])[: 2 * units])
        z, r = z_r[:units], z_r[units:]
        c_h = from_h[2 * units :] + bias[1][2 * units :]
        c = tf.tanh(from_x[2 * units :] + bias[0][2 * units :] + r * c_h)
        return (c + z * (h - c),), (z_r, c, c_h)

    def backward(
        self, saved: States, before: States, d_h: Tensor, d_carried: States
    ) -> tuple[States, States, Tensor | None, States]:
        """Go back through ``forward``."""
        z_r, c, c_h = saved
        (h,) = before
        units = h.shape[0]
        z, r = z_r[:units], z_r[units:]
        kept = d_h * z
        d_c = tf.raw_ops.TanhGrad(y=c, dy=d_h - kept)
        d_z = tf.raw_ops.SigmoidGrad(y=z, dy=d_h * (h - c))
        d_r = tf.raw_ops.SigmoidGrad(y=r, dy=d_c * c_h)
        return (d_z, d_r, d_c), (d_z, d_r, d_c * r), kept, d_carried


class LSTMCell:
    """Long short-term memory; gates i, f, candidate, o."""

    gates, states, bias_rows = 4, 2, 0

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return ``h = o·tanh(c)`` and ``c = f·c + i·g``."""
        h, c = states
        units = h.shape[0]
        total = from_x + from_h + bias[0]
        i_f, o = tf.sigmoid(total[: 2 * units]), tf.sigmoid(total[3 * units :])
        g = tf.tanh(total[2 * units : 3 * units])
        c = i_f[units:] * c + i_f[:units] * g
        tanh_c = tf.tanh(c)
        return (o * tanh_c, c), (i_f, g, o, tanh_c)

    def backward(
        self, saved: States, before: States, d_h: Tensor, d_carried: States
    ) -> tuple[States, States, Tensor | None, States]:
        """Go back through ``forward``."""
        i_f, g, o, tanh_c = saved
        _, c = before
        units = c.shape[0]
        d_c = d_carried[0] + tf.raw_ops.TanhGrad(y=tanh_c, dy=d_h * o)
        i, f = i_f[:units], i_f[units:]
        d_i = tf.raw_ops.SigmoidGrad(y=i, dy=d_c * g)
        d_f = tf.raw_ops.SigmoidGrad(y=f, dy=d_c * c)
        d_g = tf.raw_ops.TanhGrad(y=g, dy=d_c * i)
        d_o = tf.raw_ops.SigmoidGrad(y=o, dy=d_h * tanh_c)
        gates = (d_i, d_f, d_g, d_o)
        return gates, gates, None, (d_c * f,)


class SimpleRNNCell:
    """The plain recurrent network: ``h = tanh(W x + U h + b)``."""

    gates, states, bias_rows = 1, 1, 0

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return the next h."""
        h = tf.tanh(from_x + from_h + bias[0])
        return (h,), (h,)

    def backward(
        self, saved: States, before: States, d_h: Tensor, d_carried: States
    ) -> tuple[States, States, Tensor | None, States]:
        """Go back through ``forward``."""
        gates = (tf.raw_ops.TanhGrad(y=saved[0], dy=d_h),)
        return gates, gates, None, d_carried


CELLS: dict[str, Cell] = {"gru": GRUCell(), "lstm": LSTMCell(), "rnn": SimpleRNNCell()}
"""The cells by the name that a network's shape gives them."""
