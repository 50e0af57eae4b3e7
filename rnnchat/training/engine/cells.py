"""The recurrent cells, one step forward and one step back, written out.

Every tensor here is (features, batch): gates are rows, so taking some of them copies nothing, and the
recurrent product has the large matrix on its left, where the processor's kernels need not repack it.
Results and weights are those of the Keras layers of the same name. Products and sums of vectors are element
by element, σ is the logistic function, and dv is the derivative of the loss by v. In every step a = Wᵀ x and
u = Uᵀ h are given, and the backward step uses σ' = σ (1 - σ) and tanh' = 1 - tanh².
"""

from __future__ import annotations

from typing import Any, Protocol

import tensorflow as tf

Tensor = Any
States = tuple[Tensor, ...]


class Cell(Protocol):
    """One step of a recurrent network, and the step back of its gradients."""

    gates: int
    """How many gates there are, each of which has a row for each unit."""
    states: int
    """How many states are carried from step to step: h alone, or h and c."""
    bias_rows: int
    """How many rows the bias has in Keras; 0 where it is a vector."""

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return the next states, each (units, batch) and h first, and what `backward` will need.

        `from_x` and `from_h` (gates·units, batch) are the products of the input and of h. `bias` is
        (rows, gates·units, batch).
        """
        ...

    def backward(
        self, saved: States, before: States, d_h: Tensor, d_carried: States
    ) -> tuple[States, States, Tensor | None, States]:
        """Return the gradients of `from_x` and `from_h` by gate, of h before it, and of the other states.

        `saved` is what `forward` kept, `before` the states before the step, `d_h` the gradient of the h after
        it, and `d_carried` those of the other states after it. Where a gate has the same gradient for both
        products, it is the same tensor. The gradient of the h before leaves out what flows through `from_h`,
        and is None where there is nothing else.
        """
        ...


class GRUCell:
    """A gated recurrent unit (Cho et al. 2014) with ``reset_after=True``; gates z, r and the candidate c."""

    gates, states, bias_rows = 3, 1, 2

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return ``z h + (1 - z) c``; z, r = σ(a + u + b + b') and c = tanh(a_c + b_c + r (u_c + b'_c))."""
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
        """Return the gradients of ``forward``; ``c_h`` is ``u_c + b'_c``.

        They are ``da_c = dh (1 - z) tanh'``, ``da_z = dh (h - c) σ'`` and ``da_r = da_c c_h σ'``. Those of u
        are the same but ``du_c = da_c r``, and ``dh z`` reaches the h before the step.
        """
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
    """Long short-term memory (Hochreiter and Schmidhuber 1997, Gers et al. 2000); gates i, f, g, o."""

    gates, states, bias_rows = 4, 2, 0

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return ``h = o tanh(c)`` and ``c = f c + i g``; i, f, o = σ(a + u + b) and g = tanh(a + u + b)."""
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
        """Return the gradients of ``forward``.

        With ``dc`` that of c after the step, plus ``dh o tanh'``, they are ``di = dc g σ'``,
        ``dg = dc i tanh'``, ``do = dh tanh(c) σ'``, and ``df = dc c σ'`` with c before the step, which
        ``dc f`` reaches.
        """
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
    """The simple recurrent network (Elman 1990): ``h = tanh(a + u + b)``."""

    gates, states, bias_rows = 1, 1, 0

    def forward(self, from_x: Tensor, from_h: Tensor, bias: Tensor, states: States) -> tuple[States, States]:
        """Return the next h."""
        h = tf.tanh(from_x + from_h + bias[0])
        return (h,), (h,)

    def backward(
        self, saved: States, before: States, d_h: Tensor, d_carried: States
    ) -> tuple[States, States, Tensor | None, States]:
        """Return the gradients of ``forward``: ``da = du = dh tanh'``."""
        gates = (tf.raw_ops.TanhGrad(y=saved[0], dy=d_h),)
        return gates, gates, None, d_carried


CELLS: dict[str, Cell] = {"gru": GRUCell(), "lstm": LSTMCell(), "rnn": SimpleRNNCell()}
"""The cells by their names in a network's shape."""
