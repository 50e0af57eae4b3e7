"""What a mixture knows of a text after its last piece, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from rnnchat.lm.mixture.contexts import ContextState
from rnnchat.lm.mixture.history import TokenHistory
from rnnchat.lm.protocols import Floats
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork


@dataclass(frozen=True)
class MixtureState:
    """The states of both networks, the contexts of the text, and the text itself."""

    network: NetworkState
    vector: Floats
    """(embedding,) the network's state projected into the embedding space."""
    base: NetworkState
    """The state of the base network; empty without one."""
    trust: float
    """The probability, given what was read, that this text is the mixture's and not the base's."""
    context: ContextState
    history: TokenHistory
    """What was read of the text; sampled pieces are left out."""


def start_state(network: RecurrentNetwork, base: RecurrentNetwork | None, trust: float) -> MixtureState:
    """Return the state before the first piece of a text."""
    state = network.start()
    history = TokenHistory(network.shape.embedding)
    base_state = () if base is None else base.start()
    return MixtureState(
        network=state,
        vector=network.project(state),
        base=base_state,
        trust=trust,
        context=ContextState(),
        history=history,
    )


def advance_networks(
    piece: int, state: MixtureState, network: RecurrentNetwork, base: RecurrentNetwork | None
) -> tuple[NetworkState, Floats, NetworkState]:
    """Return the network's state after `piece`, its vector (embedding,), and the base network's state.

    Raises ModelError where `piece` is not in the vocabulary.
    """
    after = network.advance(piece, state.network)
    return after, network.project(after), () if base is None else base.advance(piece, state.base)
