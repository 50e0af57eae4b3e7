"""AdamW with clipping, a rate for each weight, and an average of the weights, in few passes over memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

Tensor = Any

FIRST, SECOND, EPSILON = 0.9, 0.99, 1e-7
CLIP = 1.0
"""The largest norm of all gradients together."""


class Optimizer:
    """AdamW (Loshchilov and Hutter 2019) over named variables; also keeps their moving average.

    The average (Polyak and Juditsky 1992) remembers about `horizon` steps, fewer at first. Weight decay
    draws to zero, or to the `anchors` where there are some (L2-SP, Li et al. 2018). `factors` multiply
    the rate of single variables. Gradients of several replicas are averaged first.
    """

    def __init__(
        self,
        variables: Mapping[str, Any],
        averages: Mapping[str, Any],
        *,
        decay: float,
        horizon: float,
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
        self._horizon = horizon
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
        """Change the variables by their gradients, at step number `step`, counted from 0."""
        replicas = tf.distribute.get_replica_context()
        whole = [tf.convert_to_tensor(gradient) for gradient in gradients]
        if replicas.num_replicas_in_sync > 1:
            summed = replicas.all_reduce(tf.distribute.ReduceOp.SUM, whole)
            whole = [gradient / replicas.num_replicas_in_sync for gradient in summed]
        norm = tf.linalg.global_norm(whole)
        scale = tf.minimum(1.0, CLIP / (norm + 1e-6))
        replicas.merge_call(self._update, args=(whole, scale, rate, tf.cast(step, tf.float32) + 1))

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
            beta1_power=FIRST**number,
            beta2_power=SECOND**number,
            lr=own_rate,
            beta1=FIRST,
            beta2=SECOND,
            epsilon=EPSILON,
            grad=gradient * scale,
        )
        # Young averages forget fast, so that the first steps do not weigh on them.
        share = tf.maximum(1 / self._horizon, 1 / (1 + number / 4))
        _subtract(average, average - variable, share)


def _subtract(variable: Any, value: Tensor, factor: Tensor) -> None:
    """Subtract `factor` times `value` in one pass."""
    delta = tf.convert_to_tensor(value)
    tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=factor, delta=delta)


def _decays(name: str, anchored: bool) -> bool:
    """Tell whether a weight is drawn to zero: biases and embeddings are not, but all are to an anchor."""
    return anchored or not ("bias" in name or name == "embedding")
