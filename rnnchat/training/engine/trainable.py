"""The network that is trained, with its training step and its evaluation as TensorFlow graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnnchat.lm.shape import NetworkShape
from rnnchat.training.data.batches import TrainingChunk
from rnnchat.training.engine.checkpoint import Arrays, Group
from rnnchat.training.engine.network import Network, States, Weights, as_numpy
from rnnchat.training.engine.optimizer import Optimizer
from rnnchat.training.plan import Plan


class TrainableNetwork:
    """A network, a second one with the average of its weights, and the optimizer.

    Weights are pulled towards the `anchors`, those of a base, where there are any. Under a `strategy` of
    several replicas (processors) each learns from its share of a batch's texts, and their gradients are
    averaged, so that together they do what one would do alone.
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
            frozen = [name for name, factor in plan.rate_factors.items() if not factor]
            low = plan.use_bfloat16
            self.network = Network(shape, dropout=plan.dropout, seed=seed, use_bfloat16=low, frozen=frozen)
            self.averaged = Network(shape, seed=seed, use_bfloat16=low)
            self.optimizer = Optimizer(
                dict(self.network.trained_weights()),
                dict(self.averaged.named_weights()),
                decay=plan.weight_decay,
                ema_steps=plan.ema_steps,
                factors=plan.rate_factors,
                anchors=anchors,
            )
        self.reset_states()
        self._step = tf.function(self._step_on_all, autograph=False)
        self._measure = tf.function(self._make_measure(), autograph=False)

    def start_from(self, weights: Weights) -> None:
        """Set the weights, by name, to start from."""
        self.network.load_weights_by_name(weights)
        self.averaged.load_weights_by_name(weights)

    def reset_states(self) -> None:
        """Forget what was read of the texts, as at the beginning of an epoch."""
        self._states = self._share(lambda _: self.network.start(self._local))

    def learn(self, chunk: TrainingChunk, step: int, rate: float) -> float:
        """Take training step number `step` on a chunk; return the mean of -ln p over its targets.

        The states go on from the chunk before. `rate` is the learning rate.
        """

        def rows(replica: int) -> tuple[Any, ...]:
            own = slice(replica * self._local, (replica + 1) * self._local)
            pair = tf.constant(chunk.inputs[own]), tf.constant(chunk.targets[own])
            if chunk.is_target is None:
                return pair
            return (*pair, tf.constant(chunk.is_target[own].astype(np.float32)))

        inputs = self._share(rows)
        loss, self._states = self._step(inputs, self._states, tf.constant(step), tf.constant(rate))
        return float(loss)

    def bits(
        self, inputs: NDArray[np.int32], targets: NDArray[np.int32], counted: NDArray[np.float32], length: int
    ) -> float:
        """Return the bits that the averaged network needs for the `targets` that are `counted` with 1.

        All arrays are (texts, time); they are read `length` steps at a time.
        """
        states, total = self.averaged.start(len(inputs)), 0.0
        for start in range(0, inputs.shape[1], length):
            cut = slice(start, start + length)
            found, states = self._measure(inputs[:, cut], targets[:, cut], counted[:, cut], states)
            total += float(found)
        return total / float(np.log(2))

    def groups(self) -> Iterator[Group]:
        """Yield copies of all that a checkpoint needs, one group at a time, made when they are asked for."""
        states = tf.nest.flatten(self._gathered(self._states))  # which all replicas do together
        yield "states", ((str(index), as_numpy(state)) for index, state in enumerate(states))
        for group, network in (("network", self.network), ("averaged", self.averaged)):
            yield group, ((name, as_numpy(variable)) for name, variable in network.named_weights())
        for group, variables in self.optimizer.moments.items():
            yield group, ((name, as_numpy(self._local_copy(v))) for name, v in variables.items())

    def restore(self, groups: Mapping[str, Arrays]) -> None:
        """Set everything to what a checkpoint's `groups` hold."""
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
        """Return the values of `make` for every replica number, or for the only one."""
        if self._strategy.num_replicas_in_sync == 1:
            return make(0)
        return self._strategy.experimental_distribute_values_from_function(
            lambda context: make(context.replica_id_in_sync_group)
        )

    def _gathered(self, states: Any) -> Any:
        """Return the states of all replicas as one."""
        if self._strategy.num_replicas_in_sync == 1:
            return states
        return tf.nest.map_structure(lambda state: self._strategy.gather(state, axis=0), states)

    def _local_copy(self, variable: Any) -> Any:
        """Return this process's copy of a variable that all replicas hold alike."""
        local = self._strategy.experimental_local_results(variable)
        return local[0]

    def _step_on_all(self, inputs: Any, states: Any, step: Any, rate: Any) -> tuple[Any, Any]:
        if self._strategy.num_replicas_in_sync == 1:
            return self._step_on_one(inputs, states, step, rate)
        losses, states = self._strategy.run(self._step_on_one, args=(inputs, states, step, rate))
        return self._strategy.reduce(tf.distribute.ReduceOp.MEAN, losses, axis=None), states

    def _step_on_one(self, inputs: Any, states: Any, step: Any, rate: Any) -> tuple[Any, Any]:
        variables = [variable for _, variable in self.network.trained_weights()]
        with tf.GradientTape() as tape:
            masks = self._own_masks(self.network.masks(step, self._batch))
            pieces, targets, *counted = inputs
            loss, states = self.network.mean_loss(pieces, targets, states, masks, *counted)
        gradients = tape.gradient(loss, [getattr(v, "value", v) for v in variables])
        self.optimizer.apply(gradients, rate, step)
        return loss, states

    def _own_masks(self, masks: dict[str, Any]) -> dict[str, Any]:
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
