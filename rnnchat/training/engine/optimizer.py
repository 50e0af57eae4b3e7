"""AdamW with clipping, a learning rate for each weight, and an average of the weights.

With g the gradients of all weights together, clipped to norm 1, w a weight, η its learning rate, λ the
weight decay, a its anchor or 0, and t the number of the step from 1 on::

    w ← w - η λ (w - a)
    m ← β₁ m + (1 - β₁) g         v ← β₂ v + (1 - β₂) g²
    w ← w - η √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)
    e ← e + max(1 / k, 1 / (1 + t / 4)) (w - e)

This is AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101), and an exponential moving
average e of the weights over k steps (after Polyak and Juditsky 1992), which is short at first. Decay towards
the weights of a base is L2-SP (Li et al. 2018, https://arxiv.org/abs/1802.01483).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

Tensor = Any

BETA_1 = 0.9
"""The share of the first moment that a step keeps (β₁)."""
BETA_2 = 0.99
"""The share of the second moment that a step keeps (β₂)."""
EPSILON = 1e-7
"""What is added to the root of the second moment (ε), so that it never divides by zero."""
LARGEST_NORM = 1.0
"""The gradients together are scaled down to this norm where theirs is larger."""
YOUNG_STEPS = 4
"""The average of the first t steps covers about t divided by this."""


class Optimizer:
    """AdamW over named variables, which also keeps their moving average in `averages`.

    The average covers about `ema_steps` steps. Weight `decay` pulls towards zero, or towards the `anchors`
    where there are any. `factors` multiply the learning rates of single variables. Gradients of several
    replicas are averaged first. All updates are made in few passes over memory.
    """

    def __init__(
        self,
        variables: Mapping[str, Any],
        averages: Mapping[str, Any],
        *,
        decay: float,
        ema_steps: float,
        factors: Mapping[str, float] | None = None,
        anchors: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._names = list(variables)
        self._variables = list(variables.values())
        self._averages = [averages[name] for name in self._names]
        self._decays = [decay if _decays(name, anchors is not None) else 0.0 for name in self._names]
        self._factors = [(factors or {}).get(name, 1.0) for name in self._names]
        self._anchors = [
            None if anchors is None else tf.constant(anchors[name], tf.float32) for name in self._names
        ]
        self._ema_steps = ema_steps
        self.first = [tf.Variable(tf.zeros(v.shape), trainable=False) for v in self._variables]
        self.second = [tf.Variable(tf.zeros(v.shape), trainable=False) for v in self._variables]

    @property
    def moments(self) -> dict[str, dict[str, Any]]:
        """The variables that a checkpoint needs, by group and by name."""
        return {
            "first": dict(zip(self._names, self.first, strict=True)),
            "second": dict(zip(self._names, self.second, strict=True)),
        }

    def apply(self, gradients: Sequence[Tensor], rate: Tensor, step: Tensor) -> None:
        """Update the variables by their `gradients` at the learning `rate`; steps are numbered from 0 on."""
        replicas = tf.distribute.get_replica_context()
        averaged = [tf.convert_to_tensor(gradient) for gradient in gradients]
        if replicas.num_replicas_in_sync > 1:
            summed = replicas.all_reduce(tf.distribute.ReduceOp.SUM, averaged)
            averaged = [gradient / replicas.num_replicas_in_sync for gradient in summed]
        norm = tf.linalg.global_norm(averaged)
        scale = tf.minimum(1.0, LARGEST_NORM / (norm + 1e-6))
        replicas.merge_call(self._update, args=(averaged, scale, rate, tf.cast(step, tf.float32) + 1))

    def _update(
        self, strategy: Any, gradients: Sequence[Tensor], scale: Tensor, rate: Tensor, number: Tensor
    ) -> None:
        for index, variable in enumerate(self._variables):
            strategy.extended.update(
                getattr(variable, "value", variable),
                self._change,
                args=(
                    self.first[index],
                    self.second[index],
                    getattr(self._averages[index], "value", self._averages[index]),
                    gradients[index],
                    scale,
                    rate,
                    number,
                ),
                kwargs={"index": index},
                group=True,
            )

    def _change(
        self,
        variable: Any,
        first: Any,
        second: Any,
        average: Any,
        gradient: Tensor,
        scale: Tensor,
        rate: Tensor,
        number: Tensor,
        *,
        index: int,
    ) -> None:
        own_rate = rate * self._factors[index]
        if self._decays[index]:
            anchor = self._anchors[index]
            away = variable if anchor is None else variable - anchor
            _subtract(variable, away, own_rate * self._decays[index])
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=first.handle,
            v=second.handle,
            beta1_power=BETA_1**number,
            beta2_power=BETA_2**number,
            lr=own_rate,
            beta1=BETA_1,
            beta2=BETA_2,
            epsilon=EPSILON,
            grad=gradient * scale,
        )
        # A young average is short, so that the first weights soon leave it.
        share = tf.maximum(1 / self._ema_steps, 1 / (1 + number / YOUNG_STEPS))
        _subtract(average, average - variable, share)


def _subtract(variable: Any, value: Tensor, factor: Tensor) -> None:
    """Subtract `factor` times `value` in one pass."""
    delta = tf.convert_to_tensor(value)
    tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=factor, delta=delta)


def _decays(name: str, anchored: bool) -> bool:
    """Return whether a weight decays: towards an anchor all do, towards zero not biases and embeddings."""
    return anchored or not ("bias" in name or name == "embedding")
