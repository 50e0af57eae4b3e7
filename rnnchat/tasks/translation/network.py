"""A recurrent encoder–decoder with attention in NumPy: from a phrase to the probabilities of its translation.

With x_1 … x_S the embeddings of the source's pieces and y_0 … y_(t-1) those of the target's, y_0 being that
of the start piece::

    h_i = [forward GRU after x_1 … x_i ; backward GRU after x_S … x_i]               (2·encoder,)
    y_0 ← y_0 + W_s [forward GRU after x_S ; backward GRU after x_1]
    d_t = GRU(y_(t-1), d_(t-1))                           the first decoder layer, (decoder,)
    α_ti = softmax_i (W_q d_t · h_i / √(2·encoder))       the attention
    c_t = Σ_i α_ti h_i                                    the context
    e_t = GRU([d_t ; c_t], e_(t-1))                       the second decoder layer, (decoder,)
    o_t = tanh(W_o [e_t ; c_t ; y_(t-1)] + b_o) + W_l Σ_i α_ti x_i
    p(y_t) = softmax(Y o_t + b)                           Y is the target's embedding again (tied)

The attention reads the first decoder layer and feeds the second, so that in training each layer runs over a
whole sentence at once. The last term of o_t translates single words: at the start of a training, the
embeddings are those of an alignment model, and that term alone already names likely translations.

Sources: encoder–decoder with attention, Bahdanau et al. 2015, https://arxiv.org/abs/1409.0473; scaled dot
products, Luong et al. 2015 and Vaswani et al. 2017; the lexical term, Nguyen and Chiang 2018,
https://arxiv.org/abs/1710.01329; tied output, Press and Wolf 2017.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.recurrent import gru_step, softmax
from rnnchat.storage.tensors import all_finite

Floats = NDArray[np.float32]
Integers = NDArray[np.integer]

RECURRENT = ("forward", "backward", "decoder_1", "decoder_2")
"""The four recurrent layers."""


@dataclass(frozen=True)
class TranslationShape:
    """The sizes of an encoder–decoder."""

    source_vocabulary: int
    """The number of pieces that a source may have, which is the tokenizer's size."""
    target_vocabulary: int
    """The number of pieces that a translation may have."""
    embedding: int
    encoder: int
    """The units of each direction of the encoder."""
    decoder: int
    """The units of each layer of the decoder."""

    def weights(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each weight by its name."""
        context = 2 * self.encoder
        inputs = {
            "forward": (self.embedding, self.encoder),
            "backward": (self.embedding, self.encoder),
            "decoder_1": (self.embedding, self.decoder),
            "decoder_2": (self.decoder + context, self.decoder),
        }
        shapes: dict[str, tuple[int, ...]] = {
            "source_embedding": (self.source_vocabulary, self.embedding),
            "target_embedding": (self.target_vocabulary, self.embedding),
            "start.kernel": (context, self.embedding),
            "query.kernel": (self.decoder, context),
            "output.kernel": (self.decoder + context + self.embedding, self.embedding),
            "output.bias": (self.embedding,),
            "lexical.kernel": (self.embedding, self.embedding),
            "target_bias": (self.target_vocabulary,),
        }
        for name, (size, units) in inputs.items():
            shapes[f"{name}.kernel"] = (size, 3 * units)
            shapes[f"{name}.recurrent_kernel"] = (units, 3 * units)
            shapes[f"{name}.bias"] = (2, 3 * units)
        return shapes

    @classmethod
    def of(cls, weights: Mapping[str, NDArray[np.floating]]) -> TranslationShape:
        """Return the shape that `weights` have; raise ModelError where they do not fit together."""
        try:
            source, target = weights["source_embedding"].shape, weights["target_embedding"].shape
            encoder = weights["forward.recurrent_kernel"].shape[0]
            decoder = weights["decoder_1.recurrent_kernel"].shape[0]
            shape = cls(source[0], target[0], source[1], encoder, decoder)
            fits = all(weights[name].shape == expected for name, expected in shape.weights().items())
        except (KeyError, IndexError) as error:
            raise ModelError(
                "A weight of the translation network is missing or has the wrong shape."
            ) from error
        if not fits:
            raise ModelError("A weight of the translation network has the wrong shape.")
        return shape


@dataclass(frozen=True)
class EncodedSource:
    """What the decoder reads of a phrase."""

    states: Floats
    """h_i (S, 2·encoder)."""
    words: Floats
    """W_l x_i (S, embedding)."""
    start: Floats
    """What is added to the embedding of the start piece, (embedding,)."""


@dataclass(frozen=True)
class DecoderState:
    """The states of n unfinished translations."""

    first: Floats
    """d_t (n, decoder)."""
    second: Floats
    """e_t (n, decoder)."""

    def take(self, rows: Integers) -> DecoderState:
        """Return the states of these `rows`, in this order."""
        return DecoderState(self.first[rows], self.second[rows])


class TranslationNetwork:
    """A trained encoder–decoder; raises ModelError where `weights` do not fit together.

    Sources are numbers of the tokenizer's pieces, and translations are places in the target's embedding.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.floating]]) -> None:
        self.shape = TranslationShape.of(weights)
        own = {name: np.ascontiguousarray(weights[name], np.float32) for name in self.shape.weights()}
        if not all(map(all_finite, own.values())):
            raise ModelError("The translation network holds values that are no numbers.")
        self._weights = own
        scale = np.float32(1 / math.sqrt(2 * self.shape.encoder))
        self._scaled_query: Floats = (own["query.kernel"] * scale).astype(np.float32)
        self._target_columns = np.ascontiguousarray(own["target_embedding"].T)
        kernel = own["output.kernel"]
        decoder, context = self.shape.decoder, 2 * self.shape.encoder
        self._from_state, self._from_context, self._from_target = np.split(
            kernel, [decoder, decoder + context]
        )

    def encode(self, source: Sequence[int]) -> EncodedSource:
        """Return what the decoder reads of the pieces `source`, of which there is at least one."""
        own = self._weights
        x = own["source_embedding"][np.asarray(source, np.intp)]
        forward = self._run("forward", x)
        backward = self._run("backward", x[::-1])[::-1]
        ends = np.concatenate([forward[-1], backward[0]])
        return EncodedSource(
            states=np.concatenate([forward, backward], 1),
            words=x @ own["lexical.kernel"],
            start=ends @ own["start.kernel"],
        )

    def start(self) -> DecoderState:
        """Return the state of one translation before its first piece."""
        zeros = np.zeros((1, self.shape.decoder), np.float32)
        return DecoderState(zeros, zeros)

    def step(
        self, source: EncodedSource, pieces: Integers, state: DecoderState, *, is_first: bool = False
    ) -> tuple[Floats, DecoderState, Floats]:
        """Return p(y_t) (n, target vocabulary), the states after it, and the attention (n, S).

        `pieces` (n,) are the last ones of n unfinished translations, and `is_first` says that they are the
        start piece.
        """
        own = self._weights
        y = own["target_embedding"][pieces]
        if is_first:
            y = y + source.start
        first = self._advance("decoder_1", y, state.first)
        query: Floats = first @ self._scaled_query
        attention = softmax(query @ source.states.T)
        context = attention @ source.states
        second = self._advance("decoder_2", np.concatenate([first, context], 1), state.second)
        mixed = second @ self._from_state + context @ self._from_context + y @ self._from_target
        output = np.tanh(mixed + own["output.bias"]) + attention @ source.words
        probabilities = softmax(output @ self._target_columns + own["target_bias"])
        return probabilities, DecoderState(first, second), attention

    def _run(self, layer: str, x: Floats) -> Floats:
        """Return h (steps, units) of a recurrent layer after each of `x` (steps, inputs)."""
        own = self._weights
        products = x @ own[f"{layer}.kernel"]
        recurrent, bias = own[f"{layer}.recurrent_kernel"], own[f"{layer}.bias"]
        h = np.zeros(recurrent.shape[0], np.float32)
        states = np.empty((len(x), recurrent.shape[0]), np.float32)
        for step, product in enumerate(products):
            (h,) = gru_step(product, h @ recurrent, (h,), bias)
            states[step] = h
        return states

    def _advance(self, layer: str, x: Floats, h: Floats) -> Floats:
        """Return the state (n, units) of a recurrent layer after one more input `x` (n, inputs)."""
        own = self._weights
        (after,) = gru_step(
            x @ own[f"{layer}.kernel"], h @ own[f"{layer}.recurrent_kernel"], (h,), own[f"{layer}.bias"]
        )
        return after
