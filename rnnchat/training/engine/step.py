"""One training step and one measurement as TensorFlow graphs, on one replica or on many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.lm.recurrent import NetworkShape
from rnnchat.training.engine.checkpoint import Arrays, Group
from rnnchat.training.engine.network import Network, States, Weights, as_numpy
from rnnchat.training.engine.optimizer import Optimizer
from rnnchat.training.plan import Plan


class Engine:
    """The network, its averaged twin and the optimiser.

    Under a `strategy` of many replicas each learns from its share of a batch's texts, and their gradients
    are averaged, so that the replicas together do what one would do alone.
    """

    def __init__(
        self,
        shape: NetworkShape,
        plan: Plan,
        *,
        seed: int,
        anchors: Mapping[str, NDArray[np.floating]] | None = None,
        strategy: Any = None,
    ) -> None:
        self._strategy = strategy or tf.distribute.get_strategy()
        self._batch = plan.batch
        replicas = self._strategy.num_replicas_in_sync
        if plan.batch % replicas:
            raise ValueError(f"{plan.batch} texts cannot be shared by {replicas} replicas")
        self._local = plan.batch // replicas
        with self._strategy.scope():
            frozen = [name for name, factor in plan.rates.items() if not factor]
            self.network = Network(shape, dropping=plan.dropping, seed=seed, half=plan.half, frozen=frozen)
            self.averaged = Network(shape, seed=seed, half=plan.half)
            self.optimizer = Optimizer(
                dict(self.network.learned()),
                dict(self.averaged.named()),
                decay=plan.weight_decay,
                horizon=plan.horizon,
                factors=plan.rates,
                anchors=anchors,
            )
        self.forget()
        self._learn = tf.function(self._learn_on_all, autograph=False)
        self._measure = tf.function(self._make_measure(), autograph=False)

    def start_from(self, weights: Weights) -> None:
        """Take over the weights to begin with."""
        self.network.load_weights_by_name(weights)
        self.averaged.load_weights_by_name(weights)

    def forget(self) -> None:
        """Begin all texts anew."""
        self._states = self._share(lambda _: self.network.start(self._local))

    def learn(self, chunk: NDArray[np.int32], step: int, rate: float) -> float:
        """Learn from a chunk (batch, length + 1), going on from the last; return the mean of -ln p."""

        def rows(replica: int) -> tuple[Any, Any]:
            own = chunk[replica * self._local : (replica + 1) * self._local]
            return tf.constant(own[:, :-1]), tf.constant(own[:, 1:])

        inputs = self._share(rows)
        loss, self._states = self._learn(inputs, self._states, tf.constant(step), tf.constant(rate))
        return float(loss)

    def bits(
        self, inputs: NDArray[np.int32], targets: NDArray[np.int32], counted: NDArray[np.float32], length: int
    ) -> float:
        """Return the bits that the averaged network needs for the targets, (texts, time), as `counted`."""
        states, total = self.averaged.start(len(inputs)), 0.0
        for start in range(0, inputs.shape[1], length):
            cut = slice(start, start + length)
            found, states = self._measure(inputs[:, cut], targets[:, cut], counted[:, cut], states)
            total += float(found)
        return total / float(np.log(2))

    def groups(self) -> Iterator[Group]:
        """Yield copies of all that a checkpoint needs, a group at a time, made when they are asked for."""
        states = tf.nest.flatten(self._gathered(self._states))  # by all replicas together, at once
        yield "states", ((str(index), as_numpy(state)) for index, state in enumerate(states))
        for group, network in (("network", self.network), ("averaged", self.averaged)):
            yield group, ((name, as_numpy(variable)) for name, variable in network.named())
        for group, variables in self.optimizer.moments.items():
            yield group, ((name, as_numpy(self._one(v))) for name, v in variables.items())

    def restore(self, groups: Mapping[str, Arrays]) -> None:
        """Go back to what `groups` gave."""
        self.network.load_weights_by_name(groups["network"])
        self.averaged.load_weights_by_name(groups["averaged"])
        for group, variables in self.optimizer.moments.items():
            for name, variable in variables.items():
                variable.assign(groups[group][name])
        states = [groups["states"][str(index)] for index in range(len(groups["states"]))]

        def rows(replica: int) -> States:
            own = slice(replica * self._local, (replica + 1) * self._local)
            tensors = [tf.constant(state[own]) for state in states]
            packed: States = tf.nest.pack_sequence_as(self.network.start(1), tensors)
            return packed

        self._states = self._share(rows)

    def _share(self, make: Callable[[int], Any]) -> Any:
        """Return what `make` gives for every replica, or for the only one."""
        if self._strategy.num_replicas_in_sync == 1:
            return make(0)
        return self._strategy.experimental_distribute_values_from_function(
            lambda context: make(context.replica_id_in_sync_group)
        )

    def _gathered(self, states: Any) -> Any:
        if self._strategy.num_replicas_in_sync == 1:
            return states
        return tf.nest.map_structure(lambda state: self._strategy.gather(state, axis=0), states)

    def _one(self, variable: Any) -> Any:
        local = self._strategy.experimental_local_results(variable)
        return local[0]

    def _learn_on_all(self, inputs: Any, states: Any, step: Any, rate: Any) -> tuple[Any, Any]:
        if self._strategy.num_replicas_in_sync == 1:
            return self._learn_on_one(inputs, states, step, rate)
        losses, states = self._strategy.run(self._learn_on_one, args=(inputs, states, step, rate))
        return self._strategy.reduce(tf.distribute.ReduceOp.MEAN, losses, axis=None), states

    def _learn_on_one(self, inputs: Any, states: Any, step: Any, rate: Any) -> tuple[Any, Any]:
        variables = [variable for _, variable in self.network.learned()]
        with tf.GradientTape() as tape:
            masks = self._own(self.network.masks(step, self._batch))
            pieces, targets = inputs
            loss, states = self.network.mean_loss(pieces, targets, states, masks)
        gradients = tape.gradient(loss, [getattr(v, "value", v) for v in variables])
        self.optimizer.apply(gradients, rate, step)
        return loss, states

    def _own(self, masks: dict[str, Any]) -> dict[str, Any]:
        """Return this replica's rows of the masks that have a row for each text."""
        if self._local == self._batch:
            return masks
        first = tf.distribute.get_replica_context().replica_id_in_sync_group * self._local
        return {
            name: mask if name.startswith("weights") else mask[first : first + self._local]
            for name, mask in masks.items()
        }

    def _make_measure(self) -> Callable[..., Any]:
        def measure(inputs: Any, targets: Any, counted: Any, states: Any) -> Any:
            losses, states = self.averaged.piece_losses(inputs, targets, states)
            return tf.reduce_sum(losses * counted), states

        return measure
