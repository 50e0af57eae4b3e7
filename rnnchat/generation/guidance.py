"""Keeping a reply to what was said: what the conversation makes likelier counts for more.

A small network likes to say what fits any conversation. So two readings of it are compared, one of the
conversation and one of an empty turn, and what is likelier in the first is chosen more often.

Sources: mutual information for replies, Li et al. 2016 (https://arxiv.org/abs/1510.03055); classifier-free
guidance, Sanchez et al. 2023 (https://arxiv.org/abs/2306.17806).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork
from rnnchat.text.tokenizer import Roles


class Guide:
    """Leans towards what a conversation makes likelier, by a network that knows conversations.

    It remembers what it last read, so that going on from there costs only the new pieces.
    """

    def __init__(self, network: RecurrentNetwork, roles: Roles) -> None:
        self._network = network
        self._last: tuple[list[int], NetworkState] = [], network.start()
        self._unasked = network.start()
        for piece in (roles.start, roles.user, roles.end, roles.model):
            self._unasked = network.advance(piece, self._unasked)

    def begin(self, context: Sequence[int]) -> Guided:
        """Read a conversation, up to the role whose turn it is; return what guides that turn."""
        read, state = self._last
        if read != list(context[: len(read)]):
            read, state = [], self._network.start()
        for piece in context[len(read) :]:
            state = self._network.advance(piece, state)
        self._last = list(context), state
        return Guided(self._network, state, self._unasked)


class Guided:
    """One turn: what the conversation makes likelier there, as it goes on."""

    def __init__(self, network: RecurrentNetwork, asked: NetworkState, unasked: NetworkState) -> None:
        self._network = network
        self._states = asked, unasked
        self._said: list[int] = []

    def follow(self, piece: int) -> None:
        """Go on by a piece of the turn."""
        asked, unasked = self._states
        self._states = self._network.advance(piece, asked), self._network.advance(piece, unasked)
        self._said.append(piece)

    def leaning(self) -> Floats:
        """Return how much likelier (vocabulary,) the conversation makes each piece, as a logarithm.

        What the turn has said already gets no help, or it would be said again and again.
        """
        asked, unasked = (_log_softmax(self._network.logits(self._network.project(s))) for s in self._states)
        leaning: Floats = asked - unasked
        leaning[self._said] = np.minimum(leaning[self._said], 0)
        return leaning


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max()
    logs: Floats = shifted - np.log(np.exp(shifted).sum())
    return logs
