"""The recurrent networks in NumPy: one step is h_t = f(W x_t + U h_{t-1} + b), o_t = g(V h_t + c).

The weights are the Keras layers' own, in their layout. A network is an embedding, one or more
recurrent layers, a projection back to the embedding's size, and the embedding again (tied) as output.

Sources: simple RNN, Elman 1990; LSTM, Hochreiter and Schmidhuber 1997; GRU, Cho et al. 2014, with the
reset gate applied after the recurrent product; tied output, Press and Wolf 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.protocols import Floats, Lookahead
from rnnchat.lm.shape import GATES, NetworkShape
from rnnchat.storage.tensors import all_finite

__all__ = ["GATES", "PRODUCTS", "NetworkShape", "NetworkState", "Recur", "RecurrentNetwork", "softmax"]

PRODUCTS = 4096
"""So many pieces' products with the first kernel are kept (38 MB for 768 GRU units, once all were read)."""

NetworkState = tuple[Floats, ...]
"""One (units,) vector a layer; two for an LSTM, h then c. Of n texts side by side: (n, units)."""

Recur = Callable[[int, Floats], Floats]
"""Returns the product of a layer's recurrent kernel with its output (…, units) before: (…, gates · units)."""


class RecurrentNetwork(Lookahead[NetworkState]):
    """A recurrent network that speaks: stateful, one piece a step, without TensorFlow.

    Where its embedding is that of the network `beside` it, both use one copy, which halves what a
    processor's cache must hold of them.
    """

    def __init__(
        self,
        shape: NetworkShape,
        weights: Mapping[str, NDArray[np.floating]],
        beside: RecurrentNetwork | None = None,
    ) -> None:
        for name, expected in shape.weights().items():
            if name not in weights or weights[name].shape != expected:
                raise ModelError(f"The network's weight {name} is missing or has the wrong shape.")
            if not all_finite(weights[name]):
                raise ModelError(f"The network's weight {name} holds values that are no numbers.")
        self.shape = shape
        own = {name: np.ascontiguousarray(weights[name], dtype=np.float32) for name in shape.weights()}
        # The output layer reads all of it at every step, which is quicker with a piece in each column.
        self._output: Floats = np.ascontiguousarray(own["embedding"].T)
        if beside is not None and np.array_equal(beside._output, self._output):
            self._output = beside._output
        self._embedding: Floats = self._output.T
        self._layers = [
            tuple(own[f"layer_{layer}.{part}"] for part in ("kernel", "recurrent_kernel", "bias"))
            for layer in range(shape.layers)
        ]
        self._projection: Floats = own["projection.kernel"]
        self._projection_bias: Floats = own["projection.bias"]
        self._output_bias: Floats = own["output.bias"]
        self._from_pieces: dict[int, Floats] = {}
        self._cell = {"gru": _gru, "lstm": _lstm, "rnn": _rnn}[shape.cell]
        self._per_layer = 2 if shape.cell == "lstm" else 1

    @property
    def vocabulary(self) -> int:
        """How many pieces there are."""
        return self.shape.vocabulary

    def start(self) -> NetworkState:
        """Return the state before the first piece: zeros."""
        zeros = np.zeros(self.shape.units, np.float32)
        return (zeros,) * (self._per_layer * self.shape.layers)

    def advance(self, piece: int, state: NetworkState, recur: Recur | None = None) -> NetworkState:
        """Return the state after `piece`, without working out what follows it.

        With `recur`, the recurrent products are what it says. Raises ModelError where there is no such piece.
        """
        if not 0 <= piece < self.vocabulary:
            raise ModelError(f"There is no piece {piece}.")
        return self._advance(self._from_piece(piece), state, recur or self._recur)

    def advance_all(self, pieces: NDArray[np.integer], state: NetworkState) -> NetworkState:
        """Return the states (n, units) of n texts side by side, each after its own one of `pieces` (n,)."""
        return self._advance(self._embedding[pieces] @ self._layers[0][0], state, self._recur)

    def _advance(self, from_x: Floats, state: NetworkState, recur: Recur) -> NetworkState:
        after: list[Floats] = []
        for index, (kernel, _, bias) in enumerate(self._layers):
            if index:
                from_x = after[-self._per_layer] @ kernel
            own = state[index * self._per_layer : (index + 1) * self._per_layer]
            after += self._cell(from_x, recur(index, own[0]), own, bias)
        return tuple(after)

    def _recur(self, layer: int, output: Floats) -> Floats:
        product: Floats = output @ self._layers[layer][1]
        return product

    def outputs(self, state: NetworkState) -> tuple[Floats, ...]:
        """Return what each layer gave out (units,), which its recurrent kernel takes."""
        return state[:: self._per_layer]

    def recurrent_kernels(self) -> list[Floats]:
        """Return each layer's recurrent kernel (units, gates · units)."""
        return [recurrent for _, recurrent, _ in self._layers]

    def expect(self, pieces: NDArray[np.integer]) -> None:
        """Work out at once what the first kernel makes of `pieces` (n,), which are likely to come."""
        products = self._embedding[pieces] @ self._layers[0][0]
        self._from_pieces.update(zip(pieces.tolist(), products, strict=True))

    def _from_piece(self, piece: int) -> Floats:
        """Return a piece's product with the first kernel, which is the same each time it comes."""
        product = self._from_pieces.get(piece)
        if product is None:
            if len(self._from_pieces) >= PRODUCTS:
                self._from_pieces.clear()
            product = self._from_pieces[piece] = self._embedding[piece] @ self._layers[0][0]
        return product

    def logits(self, vector: Floats) -> Floats:
        """Return the unnormalised log-probabilities (vocabulary,) that a projected state stands for."""
        return self.embedding_scores(vector) + self._output_bias

    def embedding_scores(self, vector: Floats) -> Floats:
        """Return the products (vocabulary,) of a vector (embedding,) with those of the pieces."""
        embedding_scores: Floats = vector @ self._output
        return embedding_scores

    def top(self, state: NetworkState) -> Floats:
        """Return the last layer's output (units,), which alone says what follows."""
        return state[-self._per_layer]

    def project(self, state: NetworkState) -> Floats:
        """Return the top state as a vector (embedding,) among those of the pieces."""
        projected: Floats = self.top(state) @ self._projection + self._projection_bias
        return projected

    def output_side(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return embedding, output bias, projection and its bias: logits = E (h P + p) + b."""
        return self._embedding, self._output_bias, self._projection, self._projection_bias

    def step(self, piece: int, state: NetworkState) -> tuple[Floats, NetworkState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        state = self.advance(piece, state)
        return softmax(self.logits(self.project(state))), state


def softmax(logits: Floats) -> Floats:
    """Return the probabilities that `logits` (vocabulary,) stand for; they sum to 1."""
    exponentials: Floats = np.exp(logits - logits.max())
    exponentials /= exponentials.sum()
    return exponentials


def _sigmoid(x: Floats) -> Floats:
    # By way of tanh, which cannot overflow.
    squashed: Floats = (np.tanh(x * np.float32(0.5)) + np.float32(1)) * np.float32(0.5)
    return squashed


def _gru(from_x: Floats, from_h: Floats, state: NetworkState, bias: Floats) -> tuple[Floats, ...]:
    """z, r = σ(W x + U h + b); c = tanh(W_c x + b_c + r · (U_c h + b'_c)); h' = z · h + (1 − z) · c."""
    (h,) = state
    units = h.shape[-1]
    from_x, from_h = from_x + bias[0], from_h + bias[1]
    gates = _sigmoid(from_x[..., : 2 * units] + from_h[..., : 2 * units])
    z, r = gates[..., :units], gates[..., units:]
    c = np.tanh(from_x[..., 2 * units :] + r * from_h[..., 2 * units :])
    return (c + z * (h - c),)


def _lstm(from_x: Floats, from_h: Floats, state: NetworkState, bias: Floats) -> tuple[Floats, ...]:
    """i, f, o = σ(…); c' = f · c + i · tanh(…); h' = o · tanh(c'). Columns in the order i, f, c, o."""
    _, c = state
    i, f, candidate, o = np.split(from_x + from_h + bias, 4, axis=-1)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(candidate)
    return _sigmoid(o) * np.tanh(c), c


def _rnn(from_x: Floats, from_h: Floats, state: NetworkState, bias: Floats) -> tuple[Floats, ...]:
    """h' = tanh(W x + U h + b)."""
    return (np.tanh(from_x + from_h + bias),)
