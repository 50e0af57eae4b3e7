"""The predictor: network, memory and what the text at hand teaches, mixed into one distribution.

The next piece is a path down a tree of decisions (`tree`). At each node every member has its odds, every
context its counts; a mixer (`mixer`) weighs them. Where all members together leave a node hardly any
probability, their mean decides. So the result sums to 1 by construction.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.lm.mixture.contexts import ContextState, CorpusContexts, PieceKinds
from rnnchat.lm.mixture.counts import KINDS, SuccessorCounter
from rnnchat.lm.mixture.history import History, TokenHistory
from rnnchat.lm.mixture.inputs import TINY, ContextCounts, LeafSegments, MixtureInputs, weight_rows
from rnnchat.lm.mixture.log_linear import LogLinearMixture, LogLinearState
from rnnchat.lm.mixture.low_rank import FullNetwork, LowRankNetwork
from rnnchat.lm.mixture.mixer import DEPTHS, LENGTHS, Decisions, Mixer
from rnnchat.lm.mixture.tree import PieceTree
from rnnchat.lm.neural_cache import AdaptedOutput, OutputSide, cached
from rnnchat.lm.ngram import Interval, NgramMemory, NgramModel
from rnnchat.lm.protocols import Floats, Lookahead
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork, softmax

WORTH_MIXING = 1e-3
"""A node with less probability than this is left to the members' mean."""
RATE = 0.015
"""How far the weights follow each piece that is learned."""
FIRST_RATE = 0.03
"""The same at the beginning of fitting; it has fallen half the way to RATE after"""
RATE_HALVES = 1000
"""so many pieces."""
TRUST = 0.9
"""How likely it is at first that a text is for the mixture, where there is a base that it could be for."""
TRUST_DRAWN = 0.01
"""How far the trust is drawn back to that by every piece, so that it can change within a text."""
SAID = 64
"""So many answers are kept for the pieces that turn out to follow."""
LEARNED_LATER = 8
"""So many predictions are kept for when it is learned what followed."""
TOLD_EVERY = 32
"""After how many pieces fitting tells how far it is."""
FINAL_RATE = 0.0005
"""How far the weights of the second mixing do."""


@dataclass(frozen=True)
class MixtureState:
    """What the network knows of a text, where the text stands, and what stands in it, as leaves."""

    network: NetworkState
    vector: Floats
    base: NetworkState
    """What the base knows of it; nothing where there is none."""
    trust: float
    """How likely it is, by what was read, that this text is for the mixture and not for the base alone."""
    trail: ContextState
    passage: TokenHistory


class Mixture(Lookahead[MixtureState]):
    """A language model of a network and a memory that may learn from what it reads.

    With `adaptive`, `learn` makes it count, cache and adapt; its saved parts do not change, and `forget`
    brings it back to them.
    """

    def __init__(
        self,
        network: RecurrentNetwork,
        memory: NgramMemory,
        kinds: PieceKinds,
        tree: PieceTree,
        *,
        adaptive: bool = False,
        mixer: Mixer | None = None,
        base: RecurrentNetwork | None = None,
    ) -> None:
        if not network.vocabulary == memory.vocabulary == len(tree.order) == len(kinds.wordy) or (
            base is not None and base.vocabulary != network.vocabulary
        ):
            raise ModelError("The parts of the model do not fit together: their vocabularies differ.")
        self.network, self.memory, self.tree, self.kinds = network, memory, tree, kinds
        self.base = base
        self.adaptive = adaptive
        self._saved = mixer or new_mixer(network.vocabulary, adaptive=adaptive, base=base is not None)
        self._depths = np.minimum(tree.depth, DEPTHS - 1)
        self._ngram = NgramModel(memory)
        self._in_short = LogLinearMixture(FullNetwork(network), memory, tree)
        self._is_quick = False
        self._followers = SuccessorCounter(memory, CorpusContexts(memory.pieces, kinds), tree.leaf)
        self.forget()

    @property
    def saved(self) -> Mixer:
        """The fitted mixer, without what was learned since."""
        return self._saved

    @property
    def vocabulary(self) -> int:
        """How many pieces there are."""
        return self.network.vocabulary

    def start(self) -> MixtureState:
        """Return the state before the first piece of a text."""
        state = self.network.start()
        passage = TokenHistory(self.network.shape.embedding)
        base = () if self.base is None else self.base.start()
        return MixtureState(state, self.network.project(state), base, TRUST, ContextState(), passage)

    def advance(self, piece: int, state: MixtureState, *, read: bool = True) -> MixtureState:
        """Return the state after `piece`; raise ModelError where there is no such piece.

        Costs a part of `step`. The trust follows what was read where it is known what was expected there.
        What was not `read` but drawn stays out of the text at hand: it tells nothing of how a person
        writes, and a model that believed itself would soon say the same again and again.
        """
        if not 0 <= piece < self.vocabulary:
            raise ModelError(f"There is no piece {piece}.")
        network = self.network.advance(piece, state.network)
        return MixtureState(
            network,
            self.network.project(network),
            () if self.base is None else self.base.advance(piece, state.base),
            self._trust_after(piece, state) if read else state.trust,
            state.trail.after(piece, self.kinds),
            state.passage.after(int(self.tree.leaf[piece]), state.vector) if read else state.passage,
        )

    def step(self, piece: int, state: MixtureState) -> tuple[Floats, MixtureState]:
        """Return the probabilities (vocabulary,) of what follows `piece`, and the state after it."""
        state = self.advance(piece, state)
        return self.predict(state), state

    def step_sampled(self, piece: int, state: MixtureState) -> tuple[Floats, MixtureState]:
        """Return the same for a `piece` that was drawn from the probabilities of `state`."""
        state = self.advance(piece, state, read=False)
        return self.predict(state), state

    def reuse_buffer(self, state: MixtureState) -> None:
        """Say that no state after `state` is used any more, so that going on from it copies nothing."""
        state.passage.reuse_buffer()

    def approximate_step(
        self, piece: int, state: MixtureState | LogLinearState
    ) -> tuple[Floats, LogLinearState]:
        """Return about the same as `step_sampled` in a fraction of the time, for looking many pieces ahead.

        After `build_fast_path`, in less.
        """
        if isinstance(state, MixtureState):
            state = LogLinearState(state.network, state.trail.recent, state.passage)
        return self._in_short.step(piece, state, self._ngram, self._output_side)

    def build_fast_path(self) -> None:
        """Make glances take half of the time from now on; that itself takes most of a second, once."""
        if not self._is_quick:
            brief = LowRankNetwork(self.network, self.memory.pieces)
            self._in_short = LogLinearMixture(brief, self.memory, self.tree)
            self._is_quick = True

    @property
    def _output_side(self) -> OutputSide:
        return self.network.output_side()[1:] if self._adapted is None else self._adapted.now

    def predict(self, state: MixtureState) -> Floats:
        """Return the probabilities (vocabulary,) of what follows."""
        mixed, of_base = self._say(state)
        if of_base is None:
            return mixed
        said: Floats = of_base + np.float32(state.trust) * (mixed - of_base)
        return said

    def _say(self, state: MixtureState) -> tuple[Floats, Floats | None]:
        """Return the probabilities (vocabulary,) of the mixture, and those of the base where there is one."""
        said = self._said_already(state)
        if said is None:
            scene = self._look(state)
            said = self._mix(scene), scene.of_base
            if self.base is not None:
                self._said.append((state, said))
        return said

    def _said_already(self, state: MixtureState) -> tuple[Floats, Floats | None] | None:
        return next((said for asked, said in reversed(self._said) if asked is state), None)

    def _trust_after(self, piece: int, state: MixtureState) -> float:
        """Return the trust in the mixture once `piece` was read: its posterior, drawn a little to TRUST.

        So a text that is not like the notes is soon left to the base, and a chat to one who knows chats.
        Source: the fixed-share mixture of experts, Herbster and Warmuth 1998.
        """
        said = self._said_already(state) if state.trail.recent else None
        if said is None or said[1] is None:
            return state.trust
        mixed, of_base = said[0], said[1]
        own, other = state.trust * float(mixed[piece]), (1 - state.trust) * float(of_base[piece])
        posterior = own / (own + other) if own + other > 0 else state.trust
        return posterior + TRUST_DRAWN * (TRUST - posterior)

    def _mix(self, scene: MixtureInputs) -> Floats:
        """Return the probabilities (vocabulary,) that all members make together."""
        tree = self.tree
        mass = scene.cumulative.take(tree.high) - scene.cumulative.take(tree.low)
        nodes = np.flatnonzero(mass > WORTH_MIXING)
        stretches = LeafSegments(tree, nodes)
        right = self.mixer.mix(self._decisions(scene, nodes, stretches)).astype(np.float64)
        passed = scene.cumulative.take(tree.high.take(nodes)) - scene.cumulative.take(tree.middle.take(nodes))
        expected = np.minimum(np.maximum(passed / mass.take(nodes), TINY), 1 - TINY)
        to_left, to_right = np.log((1 - right) / (1 - expected)), np.log(right / expected)
        changes = np.bincount(
            stretches.bounds.reshape(-1),
            np.concatenate([to_left, to_right - to_left, -to_right]),
            len(stretches.starts) + 1,
        )
        leaves = np.exp(changes.cumsum()).astype(np.float32).take(stretches.of_leaf[:-1])
        leaves *= scene.mean
        leaves /= leaves.sum()
        probabilities: Floats = leaves.take(tree.leaf)
        return probabilities

    def learn(self, piece: int, state: MixtureState) -> None:
        """Learn that `piece` followed the text of `state`; only the adaptive mixture does."""
        if self.adaptive:
            asked = (scene for of, scene in reversed(self._asked) if of is state)
            scene = next(asked, None) or self._look(state)
            self._learn_to_mix(scene, piece, self.mixer, RATE)
            self._experience(scene, piece, state)

    def fit(
        self,
        texts: Iterable[list[int]],
        until: float = math.inf,
        progress: Callable[[int], None] | None = None,
        *,
        done: int = 0,
    ) -> None:
        """Fit the saved weights to texts that no member has learned; forgets what else was learned.

        Each text is a list of pieces that begins with the start piece. No other one is begun once the
        monotonic clock is at `until`. `progress` is told now and then how many pieces are done. The weights
        were fitted to so many pieces before as are `done`.
        """
        self.forget()
        for text in texts:
            if time.monotonic() >= until:
                break
            state = self.advance(text[0], self.start())
            for piece in text[1:]:
                rate = RATE + (FIRST_RATE - RATE) / (1 + done / RATE_HALVES)
                scene = self._look(state)
                self._learn_to_mix(scene, piece, self._saved, rate)
                if self.adaptive:
                    self._experience(scene, piece, state)
                state = self.advance(piece, state)
                done += 1
                if progress is not None and done % TOLD_EVERY == 0:
                    progress(done)
        self.forget()

    def forget(self) -> None:
        """Drop what was learned since the model was loaded."""
        self.mixer = self._saved.copy() if self.adaptive else self._saved
        self._ngram.forget()
        self._followers.forget()
        self._history = History()
        self._adapted = AdaptedOutput(self.network) if self.adaptive else None
        self._looked: tuple[MixtureState, MixtureInputs] | None = None
        self._asked: deque[tuple[MixtureState, MixtureInputs]] = deque(maxlen=LEARNED_LATER)
        self._said: deque[tuple[MixtureState, tuple[Floats, Floats | None]]] = deque(maxlen=SAID)

    def _look(self, state: MixtureState) -> MixtureInputs:
        """Ask every member; the last answer is kept, as it is asked for twice where a text is learned."""
        looked = self._looked
        if looked is None or looked[0] is not state:
            looked = self._looked = (state, self._ask(state))
            if self.adaptive:
                self._asked.append(looked)
        return looked[1]

    def _ask(self, state: MixtureState) -> MixtureInputs:
        network, recent, passage = self.network, state.trail.recent, state.passage
        top = network.top(state.network)
        of_network = softmax(network.logits(state.vector))
        intervals = self.memory.intervals(recent)
        of_memory = self._ngram.predict(recent, intervals)
        members = [of_network.take(self.tree.order), of_memory.take(self.tree.order)]
        members.append(cached(passage.vectors, passage.pieces, state.vector, members[0]))
        of_base = None
        if self.base is not None:
            of_base = softmax(self.base.logits(self.base.project(state.base)))
            members.append(of_base.take(self.tree.order))
        ends = self.tree.leaf.take(recent)
        matches = [self._match_in_notes(intervals), passage.match(ends)]
        adapted = None
        if self._adapted is not None:
            adapted = self._adapted.predict(top)[1] if self._adapted.changed else of_network
            members.append(adapted.take(self.tree.order))
            piece, length = self._history.match(recent)
            if length > matches[1][1]:
                matches[1] = int(self.tree.leaf[piece]), length
        matches[1] = matches[1][0], min(matches[1][1], LENGTHS - 1)
        together = np.stack(members)
        mean: Floats = together.sum(axis=0)
        mean /= mean.sum()
        cumulative = np.zeros(len(mean) + 1)
        mean.cumsum(dtype=np.float64, out=cumulative[1:])
        followed = self._followers.find(state.trail, intervals)
        here = (passage.pieces, passage.followers(ends[-1:]), passage.followers(ends[-2:]))
        sizes = tuple(map(len, here))
        return MixtureInputs(
            top,
            adapted,
            of_base,
            together,
            mean,
            cumulative,
            intervals,
            ContextCounts.of(followed, here, matches),
            tuple(length for _, length in matches),
            weight_rows(of_network, of_memory, intervals, followed, matches, recent[-1], sizes),
        )

    def _match_in_notes(self, intervals: list[Interval]) -> tuple[int, int]:
        if not intervals:
            return 0, 0
        place = int(self.memory.suffixes[intervals[-1][1] - 1])
        return int(self.tree.leaf[self.memory.pieces[place + 1]]), min(len(intervals), LENGTHS - 1)

    def _decisions(self, scene: MixtureInputs, nodes: NDArray[np.intp], stretches: LeafSegments) -> Decisions:
        """Return all that is known at `nodes`, whose stretches are given."""
        ways = stretches.ways(scene.counted.marks)
        return Decisions(
            nodes,
            self._depths.take(nodes),
            stretches.members(scene.members),
            stretches.counts(scene.counted),
            ways[:, :KINDS],
            ways[:, KINDS:],
            scene.lengths,
            scene.selected,
        )

    def _learn_to_mix(self, scene: MixtureInputs, piece: int, mixer: Mixer, rate: float) -> None:
        path, tree = self.tree.path(piece), self.tree
        mixed = (
            scene.cumulative[tree.high[path.nodes]] - scene.cumulative[tree.low[path.nodes]] > WORTH_MIXING
        )
        if mixed.any():
            nodes = path.nodes[mixed]
            decisions = self._decisions(scene, nodes, LeafSegments(tree, nodes))
            mixer.learn(decisions, path.right[mixed], rate, FINAL_RATE)

    def _experience(self, scene: MixtureInputs, piece: int, state: MixtureState) -> None:
        """Count and adapt."""
        self._ngram.learn(piece, state.trail.recent)
        self._followers.learn(state.trail, scene.intervals, piece)
        self._history.learn(state.trail.recent, piece)
        if self._adapted is not None and scene.adapted is not None:
            self._adapted.learn(scene.top, piece, scene.adapted)
        self._looked = None


def new_mixer(vocabulary: int, *, adaptive: bool, base: bool = False) -> Mixer:
    """Return an unfitted mixer for the members that a static or an adaptive mixture has."""
    members = 3 + adaptive + base
    return Mixer(vocabulary - 1, members, KINDS, 2, (256, 512, 512, vocabulary, 512))
