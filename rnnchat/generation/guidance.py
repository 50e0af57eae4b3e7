"""Guidance: a reply prefers what the conversation makes likelier.

A small network prefers phrases that fit any conversation. So it reads two contexts, the conversation and
one whose only turn is empty, and what is likelier in the first is chosen more often.

Sources: mutual information for replies, Li et al. 2016 (https://arxiv.org/abs/1510.03055); classifier-free
guidance, Sanchez et al. 2023 (https://arxiv.org/abs/2306.17806).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork
from rnnchat.text.chat_format import empty_context
from rnnchat.text.tokenizer import Roles


class Guide:
    """Compares conversations with an empty one, using a network that was trained on conversations.

    It remembers the last context, so that a longer one costs only the new pieces.
    """

    def __init__(self, network: RecurrentNetwork, roles: Roles) -> None:
        self._network = network
        self._read: list[int] = []
        self._state = network.start()
        self._unconditional = network.start()
        for piece in empty_context(roles):
            self._unconditional = network.advance(piece, self._unconditional)

    def begin(self, context: Sequence[int]) -> ReplyGuidance:
        """Read a conversation up to the role whose turn it is; return what guides that turn."""
        read, state = self._read, self._state
        if read != list(context[: len(read)]):
            read, state = [], self._network.start()
        for piece in context[len(read) :]:
            state = self._network.advance(piece, state)
        self._read, self._state = list(context), state
        return ReplyGuidance(self._network, state, self._unconditional)


class ReplyGuidance:
    """The guidance of one reply as it grows.

    `conditional` is the network's state after the conversation, `unconditional` that after an empty one.
    """

    def __init__(
        self, network: RecurrentNetwork, conditional: NetworkState, unconditional: NetworkState
    ) -> None:
        self._network = network
        self._conditional, self._unconditional = conditional, unconditional
        self._reply: list[int] = []
        self._ratios: Floats | None = None
        self.information = 0.0
        """The pointwise mutual information of conversation and reply so far, in nats.

        A piece that comes again adds nothing to it.
        """

    def advance(self, piece: int) -> None:
        """Add a piece to the reply."""
        self.information += float(self.log_ratios()[piece])
        self._conditional = self._network.advance(piece, self._conditional)
        self._unconditional = self._network.advance(piece, self._unconditional)
        self._reply.append(piece)
        self._ratios = None

    def log_ratios(self) -> Floats:
        """Return the logarithm of how much likelier the conversation makes each piece (vocabulary,).

        Pieces that the reply has already are not made likelier, or they would be repeated again and again.
        """
        ratios = self._current_ratios().copy()
        ratios[self._reply] = np.minimum(ratios[self._reply], 0)
        return ratios

    def _current_ratios(self) -> Floats:
        """Return the logarithms (vocabulary,) at this point, worked out once."""
        if self._ratios is None:
            conditional = self._log_probabilities(self._conditional)
            self._ratios = conditional - self._log_probabilities(self._unconditional)
        return self._ratios

    def _log_probabilities(self, state: NetworkState) -> Floats:
        """Return the logarithms of the network's probabilities (vocabulary,) after a state."""
        return _log_softmax(self._network.logits(self._network.project(state)))


def _log_softmax(logits: Floats) -> Floats:
    """Return the logarithms of the probabilities (vocabulary,) that belong to `logits` (vocabulary,)."""
    shifted = logits - logits.max()
    logs: Floats = shifted - np.log(np.exp(shifted).sum())
    return logs
