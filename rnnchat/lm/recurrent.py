"""Recurrent networks in NumPy, one piece a step: h_t = f(W x_t + U h_{t-1} + b), o_t = softmax(E v_t + c).

x_t = E[w_t]               the embedding of the piece, (embedding,)
h_t                        the hidden state of each layer, (units,); a layer above takes the one below as x_t
v_t = h_t P + p            the top layer's state projected into the embedding space, (embedding,)
o_t = softmax(E v_t + c)   the probabilities of the next piece, (vocabulary,); E is the embedding again (tied)

So the output layer is o_t = softmax(V h_t + c'), with V = E Pᵀ and the bias c' = E p + c.

f depends on the cell: see `_rnn`, `gru_step` and `_lstm` below. The weights are those of Keras' layers, in
their layout: W is `kernel` (inputs, gates · units), U is `recurrent_kernel` (units, gates · units), and
vectors are rows, so that a product is x @ kernel.

Sources: simple RNN, Elman 1990; LSTM, Hochreiter and Schmidhuber 1997; GRU, Cho et al. 2014, with the reset
gate applied after the recurrent product; tied output, Press and Wolf 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.column_blocks import ColumnBlocks
from rnnchat.lm.numeric import sigmoid
from rnnchat.lm.pieces import check_piece
from rnnchat.lm.protocols import Floats, Integers, Lookahead
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.tensors import all_finite

MOST_PRODUCTS = 4096
"""The products x_t W of at most this many pieces are kept (38 MB for 768 GRU units)."""
LARGEST_COPIED = 2**24
"""A recurrent kernel of more numbers is not copied into blocks, which would double the memory it takes."""

NetworkState = tuple[Floats, ...]
"""The (units,) vector h of each layer; h and c of each for an LSTM. For n texts at once: (n, units)."""

RecurrentProduct = Callable[[int, Floats], Floats]
"""Takes a layer's number and its h_{t-1} (…, units); returns h_{t-1} U (…, gates · units)."""


class RecurrentNetwork(Lookahead[NetworkState]):
    """A recurrent network as a language model, without TensorFlow.

    Where its embedding equals that of the network `share_with`, both use one copy, which halves what a
    processor's cache must hold of them. Raises ModelError where `weights` do not have the sizes of `shape`,
    or hold values that are not numbers.
    """

    def __init__(
        self,
        shape: NetworkShape,
        weights: Mapping[str, NDArray[np.floating]],
        share_with: RecurrentNetwork | None = None,
    ) -> None:
        for name, expected in shape.weights().items():
            if name not in weights or weights[name].shape != expected:
                raise ModelError(f"The network's weight {name} is missing or has the wrong shape.")
            if not all_finite(weights[name]):
                raise ModelError(f"The network's weight {name} holds values that are no numbers.")
        self.shape = shape
        own = {name: np.ascontiguousarray(weights[name], dtype=np.float32) for name in shape.weights()}
        # The output layer reads all of it at every step, which is faster with a piece in each column.
        self._output: Floats = np.ascontiguousarray(own["embedding"].T)
        if share_with is not None and np.array_equal(share_with._output, self._output):
            self._output = share_with._output
        self._embedding: Floats = self._output.T
        self._output_blocks = ColumnBlocks(self._output, copied=False)
        layers = range(shape.layers)
        self._layers = [
            tuple(own[f"layer_{layer}.{part}"] for part in ("kernel", "bias")) for layer in layers
        ]
        recurrent = [own[f"layer_{layer}.recurrent_kernel"] for layer in layers]
        self._recurrent = [ColumnBlocks(kernel, copied=kernel.size <= LARGEST_COPIED) for kernel in recurrent]
        self._projection: Floats = own["projection.kernel"]
        self._projection_bias: Floats = own["projection.bias"]
        self._output_bias: Floats = own["output.bias"]
        self._input_products: dict[int, Floats] = {}
        self._cell = {"gru": gru_step, "lstm": _lstm, "rnn": _rnn}[shape.cell]
        self._vectors_per_layer = 2 if shape.cell == "lstm" else 1

    @property
    def vocabulary(self) -> int:
        """The number of pieces."""
        return self.shape.vocabulary

    def start(self) -> NetworkState:
        """Return the state before the first piece: zeros."""
        zeros = np.zeros(self.shape.units, np.float32)
        return (zeros,) * (self._vectors_per_layer * self.shape.layers)

    def step(self, piece: int, state: NetworkState) -> tuple[Floats, NetworkState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        state = self.advance(piece, state)
        return softmax(self.logits(self.project(state))), state

    def advance(
        self, piece: int, state: NetworkState, recurrent_product: RecurrentProduct | None = None
    ) -> NetworkState:
        """Return the state after `piece`, without working out what follows it.

        `recurrent_product` replaces the product with the recurrent kernels. Raises ModelError where `piece`
        is not in the vocabulary.
        """
        check_piece(piece, self.vocabulary)
        return self._advance(self._input_product(piece), state, recurrent_product or self._recurrent_product)

    def advance_all(self, pieces: Integers, state: NetworkState) -> NetworkState:
        """Return the states (n, units) of n texts, each after its own one of `pieces` (n,)."""
        return self._advance(self._embedding[pieces] @ self._layers[0][0], state, self._recurrent_product)

    def advance_few(
        self,
        pieces: Sequence[int],
        states: Sequence[NetworkState],
        recurrent_product: RecurrentProduct | None = None,
    ) -> list[NetworkState]:
        """Return the state after each of `pieces`, which follow `states`, as `advance` does for each.

        A few texts side by side take little longer than one.
        """
        for piece in pieces:
            check_piece(piece, self.vocabulary)
        products = np.stack([self._input_product(piece) for piece in pieces])
        state = tuple(np.stack(parts) for parts in zip(*states, strict=True))
        after = self._advance(products, state, recurrent_product or self._recurrent_product)
        return list(zip(*after, strict=True))

    def read_texts(self, texts: Sequence[Sequence[int]]) -> list[Floats]:
        """Return h_t (pieces, units) of the top layer after each piece of each of `texts`, from their start.

        The texts are read side by side, which is faster than one by one. Raises ModelError where a piece is
        not in the vocabulary.
        """
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        rows = [np.asarray(texts[number], np.intp) for number in order]
        used, places = np.unique(np.concatenate([*rows, np.zeros(0, np.intp)]), return_inverse=True)
        for piece in used[[0, -1]].tolist() if len(used) else []:
            check_piece(piece, self.vocabulary)
        products = self._embedding[used] @ self._layers[0][0]
        lengths = np.array([len(row) for row in rows], np.intp)
        begins = lengths.cumsum() - lengths
        tops = [np.empty((length, self.shape.units), np.float32) for length in lengths.tolist()]
        state: NetworkState = tuple(np.tile(part, (len(rows), 1)) for part in self.start())
        for place in range(lengths[0] if rows else 0):
            active = int((lengths > place).sum())
            now = places[begins[:active] + place]
            state = self._advance(
                products[now], tuple(part[:active] for part in state), self._recurrent_product
            )
            for own, top in zip(tops, self.top(state), strict=False):
                own[place] = top
        return [tops[order.index(number)] for number in range(len(texts))]

    def project(self, state: NetworkState) -> Floats:
        """Return v_t = h_t P + p (…, embedding) of the top layer."""
        return self.project_top(self.top(state))

    def project_top(self, top: Floats) -> Floats:
        """Return h_t P + p (…, embedding) of a top layer's output h_t (…, units)."""
        projected: Floats = top @ self._projection + self._projection_bias
        return projected

    def logits(self, vector: Floats) -> Floats:
        """Return the logits E v_t + c (…, vocabulary) of a `vector` v_t (…, embedding)."""
        return self.embedding_scores(vector) + self._output_bias

    def embedding_scores(self, vector: Floats) -> Floats:
        """Return the products E v_t (…, vocabulary) of a `vector` (…, embedding) with those of all pieces."""
        return self._output_blocks.product(vector)

    def top(self, state: NetworkState) -> Floats:
        """Return h_t (units,) of the top layer, which alone determines what follows."""
        return state[-self._vectors_per_layer]

    def layer_outputs(self, state: NetworkState) -> tuple[Floats, ...]:
        """Return h_t (…, units) of each layer."""
        return state[:: self._vectors_per_layer]

    def recurrent_kernels(self) -> list[Floats]:
        """Return U (units, gates · units) of each layer."""
        return [recurrent.matrix for recurrent in self._recurrent]

    def output_side(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return E (vocabulary, embedding), c (vocabulary,), P (units, embedding) and p (embedding,)."""
        return self._embedding, self._output_bias, self._projection, self._projection_bias

    def cache_input_products(self, pieces: Integers) -> None:
        """Work out x_t W of `pieces` (n,) at once, because they are likely to come."""
        products = self._embedding[pieces] @ self._layers[0][0]
        self._input_products.update(zip(pieces.tolist(), products, strict=True))

    def _input_product(self, piece: int) -> Floats:
        """Return x_t W (gates · units,) in the first layer, which is the same each time a piece comes."""
        product = self._input_products.get(piece)
        if product is None:
            if len(self._input_products) >= MOST_PRODUCTS:
                self._input_products.clear()
            product = self._input_products[piece] = self._embedding[piece] @ self._layers[0][0]
        return product

    def _recurrent_product(self, layer: int, h: Floats) -> Floats:
        return self._recurrent[layer].product(h)

    def _advance(
        self, input_product: Floats, state: NetworkState, recurrent_product: RecurrentProduct
    ) -> NetworkState:
        """Return the state after a piece, given its x_t W in the first layer."""
        after: list[Floats] = []
        for layer, (kernel, bias) in enumerate(self._layers):
            if layer:
                input_product = after[-self._vectors_per_layer] @ kernel
            own = state[layer * self._vectors_per_layer : (layer + 1) * self._vectors_per_layer]
            after += self._cell(input_product, recurrent_product(layer, own[0]), own, bias)
        return tuple(after)


def softmax(logits: Floats) -> Floats:
    """Return the probabilities exp(z_w) / Σ exp(z) of `logits` z (…, vocabulary)."""
    exponentials: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


def _rnn(wx: Floats, uh: Floats, state: NetworkState, bias: Floats) -> tuple[Floats, ...]:
    """Return the state after one step of a simple RNN, given W x_t and U h_{t-1} (…, units).

    h_t = tanh(W x_t + U h_{t-1} + b)

    `bias` is (units,).
    """
    return (np.tanh(wx + uh + bias),)


def gru_step(wx: Floats, uh: Floats, state: NetworkState, bias: Floats) -> tuple[Floats, ...]:
    """Return the state after one step of a GRU, given W x_t and U h_{t-1} (…, 3 · units).

    z = σ(W_z x_t + U_z h_{t-1} + b_z)      update gate
    r = σ(W_r x_t + U_r h_{t-1} + b_r)      reset gate
    ĥ = tanh(W_h x_t + b_h + r ⊙ (U_h h_{t-1} + b'_h))
    h_t = z ⊙ h_{t-1} + (1 − z) ⊙ ĥ

    Columns are in the order z, r, h; `bias` (2, 3 · units) has one row for W x_t and one for U h_{t-1}.
    """
    (h,) = state
    units = h.shape[-1]
    wx, uh = wx + bias[0], uh + bias[1]
    gates = sigmoid(wx[..., : 2 * units] + uh[..., : 2 * units])
    z, r = gates[..., :units], gates[..., units:]
    candidate = np.tanh(wx[..., 2 * units :] + r * uh[..., 2 * units :])
    return (candidate + z * (h - candidate),)


def _lstm(wx: Floats, uh: Floats, state: NetworkState, bias: Floats) -> tuple[Floats, ...]:
    """Return the state after one step of an LSTM, given W x_t and U h_{t-1} (…, 4 · units).

    i, f, o = σ(W x_t + U h_{t-1} + b)      input, forget and output gate
    ĉ = tanh(W_c x_t + U_c h_{t-1} + b_c)
    c_t = f ⊙ c_{t-1} + i ⊙ ĉ
    h_t = o ⊙ tanh(c_t)

    Columns are in the order i, f, c, o; `bias` is (4 · units,).
    """
    _, c = state
    i, f, candidate, o = np.split(wx + uh + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * np.tanh(c), c
