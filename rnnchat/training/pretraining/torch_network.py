"""The network in PyTorch, with the names and the layout that weights are saved with.

It computes what `rnnchat.lm.recurrent` says. On a GPU it uses cuDNN's GRU, which applies the reset gate after
the recurrent product, as Keras' does with ``reset_after``. PyTorch has the gates in the order r, z, n, and
Keras in the order z, r, h.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from rnnchat.errors import TrainingError
from rnnchat.lm.shape import NetworkShape
from rnnchat.training.plan import Dropout

Tensor = Any
"""A tensor of PyTorch, which need not be installed where types are checked."""


class TorchNetwork(nn.Module):
    """A GRU language model whose output layer is tied to its embedding.

    It begins with random weights: orthogonal ones in the recurrent product. Raises TrainingError where the
    `shape` has another cell.
    """

    def __init__(self, shape: NetworkShape, dropout: Dropout | None = None) -> None:
        super().__init__()
        if shape.cell != "gru":
            raise TrainingError(f"PyTorch trains no {shape.cell}.", "Use `--engine tensorflow`.")
        self.shape = shape
        self.dropout = dropout or Dropout()
        self.embedding = nn.Embedding(shape.vocabulary, shape.embedding)
        self.gru = nn.GRU(shape.embedding, shape.units, shape.layers, batch_first=True)
        self.projection = nn.Linear(shape.units, shape.embedding)
        self.output_bias = nn.Parameter(torch.zeros(shape.vocabulary))
        self._initialize()

    def start(self, batch: int) -> Tensor:
        """Return the states of `batch` texts of which nothing has been read: (layers, batch, units) zeros."""
        device = self.output_bias.device
        return torch.zeros(self.shape.layers, batch, self.shape.units, device=device)

    def forward(self, pieces: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits (batch · time, vocabulary) after every piece of (batch, time), and the states."""
        inputs = self._drop(self.embedding(pieces), self.dropout.inputs)
        outputs, states = self.gru(inputs, states)
        vectors = self.projection(self._drop(outputs, self.dropout.hidden))
        return functional.linear(vectors.flatten(0, 1), self.embedding.weight, self.output_bias), states

    def losses(self, pieces: Tensor, targets: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return -ln p (batch · time,) of every target of (batch, time), and the states."""
        logits, states = self(pieces, states)
        return functional.cross_entropy(logits.float(), targets.flatten(), reduction="none"), states

    def weights_by_name(self) -> dict[str, NDArray[np.float32]]:
        """Return a copy of every weight under the name that it is saved with."""
        named = {
            "embedding": self.embedding.weight,
            "projection.kernel": self.projection.weight.T,
            "projection.bias": self.projection.bias,
            "output.bias": self.output_bias,
        }
        for layer in range(self.shape.layers):
            kernel, recurrent, *biases = self._layer(layer)
            named[f"layer_{layer}.kernel"] = self._reordered(kernel).T
            named[f"layer_{layer}.recurrent_kernel"] = self._reordered(recurrent).T
            named[f"layer_{layer}.bias"] = torch.stack([self._reordered(bias) for bias in biases])
        return {name: _as_numpy(named[name]) for name in self.shape.weights()}

    def load_weights_by_name(self, weights: Mapping[str, NDArray[np.floating[Any]]]) -> None:
        """Set the weights to saved ones."""
        loaded = {name: torch.from_numpy(np.array(value, np.float32)) for name, value in weights.items()}
        with torch.no_grad():
            self.embedding.weight.copy_(loaded["embedding"])
            self.projection.weight.copy_(loaded["projection.kernel"].T)
            self.projection.bias.copy_(loaded["projection.bias"])
            self.output_bias.copy_(loaded["output.bias"])
            for layer in range(self.shape.layers):
                kernel, recurrent, *biases = self._layer(layer)
                kernel.copy_(self._reordered(loaded[f"layer_{layer}.kernel"].T))
                recurrent.copy_(self._reordered(loaded[f"layer_{layer}.recurrent_kernel"].T))
                for bias, value in zip(biases, loaded[f"layer_{layer}.bias"], strict=True):
                    bias.copy_(self._reordered(value))

    def _layer(self, layer: int) -> list[Tensor]:
        """Return a layer's input and recurrent weights (3 · units, inputs), and their biases (3 · units,)."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [getattr(self.gru, f"{name}_l{layer}") for name in names]

    def _reordered(self, gates: Tensor) -> Tensor:
        """Return the rows of two of the three gates exchanged: from PyTorch's order to Keras', or back."""
        first, second, third = gates.chunk(3)
        return torch.cat([second, first, third])

    def _initialize(self) -> None:
        nn.init.normal_(self.embedding.weight, std=self.shape.embedding**-0.5)
        for layer in range(self.shape.layers):
            kernel, recurrent, *biases = self._layer(layer)
            nn.init.xavier_uniform_(kernel)
            for gate in recurrent.data.chunk(3):
                nn.init.orthogonal_(gate)
            for bias in biases:
                nn.init.zeros_(bias)

    def _drop(self, values: Tensor, share: float) -> Tensor:
        """Drop a `share` of `values` (batch, time, size), the same at all time steps."""
        if not share or not self.training:
            return values
        mask = torch.empty_like(values[:, :1]).bernoulli_(1 - share) / (1 - share)
        return values * mask


def _as_numpy(tensor: Tensor) -> NDArray[np.float32]:
    return np.array(tensor.detach().float().cpu().numpy(), np.float32)
