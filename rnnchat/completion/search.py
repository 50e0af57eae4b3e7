"""Words that may come next, found by a best-first search through a predictor's pieces.

Pieces do not cross the beginning of a word or of a run of punctuation. So the search starts from the
predictor's state before the run at the cursor, follows the pieces that agree with the bytes typed since,
and adds up the probabilities of different pieces that spell the same text.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.spelling import Spelling, as_word, continues_word, ends_in_word, ends_unspaced
from rnnchat.lm.protocols import Floats, Step, Steps

STEPS = 14
"""A search looks at most at this many positions, all branches together."""
CONTINUATION_STEPS = 7
"""At most this many further positions are looked at for the words after the likeliest one."""
BATCH = 4
"""At most this many positions are computed together, which takes little longer than one of them."""
AHEAD_AT_ONCE = 8
"""This many of the likeliest pieces are looked at together before they are needed."""
BEST_WORDS = 6
"""A search ends once this many words are certain to be the likeliest, if no other number is asked for."""
SEARCH_RATIO = 4.0
"""A position is looked at where it is at least this many times as likely as the last of the best words."""
BRANCHES = 8
"""BRANCHES + 1 continuations of each position are considered."""
NEXT_WORDS = 6
"""At most this many words of one piece are considered after a word."""
LONGEST_LEAD = 16
"""What comes before a word, such as indentation, has at most this many bytes."""
LONGEST = 40
"""A suggestion grows while that may raise the expected number of right characters, up to about this many."""


class Position:
    """A position in a text: the predictor's state there, and what may follow, computed when it is needed."""

    def __init__(self, state: Any, predict: Callable[[], Floats]) -> None:
        self.state = state
        self._predict = predict
        self.found: dict[str, Any] = {}
        """What a search worked out from the probabilities alone, which further searches need again."""

    @classmethod
    def known(cls, probabilities: Floats, state: Any) -> Position:
        """Return a position whose probabilities (vocabulary,) are computed already."""
        return cls(state, lambda: probabilities)

    @cached_property
    def probabilities(self) -> Floats:
        """The probabilities (vocabulary,) of the next piece."""
        return self._predict()


@dataclass
class CandidateWord:
    """A word that may come next, with its probability and the pieces that spell it."""

    probability: float = 0.0
    """The probability of all spellings together."""
    best: float = 0.0
    """The probability of the likeliest spelling."""
    path: tuple[int, ...] = ()
    """The pieces of the likeliest spelling; none where the word was counted, not found."""
    is_ended: bool = False
    """Whether the search looked at what follows the likeliest spelling."""
    counted: float = 0.0
    """The part of the probability that comes from counts of the notes and of the draft."""

    def add(self, probability: float, path: tuple[int, ...], *, is_ended: bool) -> None:
        """Count another spelling; `is_ended` where the search looked at what follows it."""
        self.probability += probability
        if probability > self.best:
            self.best, self.path, self.is_ended = probability, path, is_ended


@dataclass
class SearchResult:
    """The words that a search found, by the characters to be added."""

    words: dict[str, CandidateWord] = field(default_factory=dict)
    mass: float = 0.0
    """The probability of all that agrees with what was typed."""


_Branch = tuple[int, float, bytes, bytes]
"""A piece that may come, its probability, the typed bytes still to be spelled, and the bytes after those."""

_Queued = tuple[float, tuple[int, ...], bytes, bytes]
"""A position in the queue: minus its probability, its pieces, the bytes to be spelled, and those after."""


def one_by_one(step: Step) -> Steps:
    """Return what takes several steps of a predictor one after the other."""

    def steps(pieces: Sequence[int], states: Sequence[Any]) -> list[tuple[Floats, Any]]:
        return [step(piece, state) for piece, state in zip(pieces, states, strict=True)]

    return steps


def word_end_shares(pieces: NDArray[np.integer], spelling: Spelling) -> Floats:
    """Return how often (vocabulary,) a word ends with each piece, in a row of `pieces` (pieces,)."""
    size = len(spelling.bytes)
    continues = np.zeros(size, bool)
    continues[spelling.word_inner] = True
    before = pieces[:-1].astype(np.int64)
    counts = np.bincount(before, minlength=size)
    ends = np.bincount(before, ~continues[pieces[1:]], size)
    return ((ends + 1) / (counts + 2)).astype(np.float32)


class WordSearch:
    """Searches ahead from one position of a text; it remembers what it has looked at until the next one.

    `steps` advances the predictor, by up to `batch` positions at once. `end_shares` (vocabulary,) says how
    often a word ends with each piece.
    """

    def __init__(self, steps: Steps, spelling: Spelling, end_shares: Floats, batch: int = BATCH) -> None:
        self._steps = steps
        self._batch = batch
        self._end_shares = end_shares
        self._spelling = spelling
        self._spaced_end_shares = end_shares.take(spelling.spaced)
        self._positions: dict[tuple[int, ...], Position] = {}
        """The positions that were looked at from the current one, by the pieces after it."""
        self._trees: list[dict[tuple[int, ...], Position]] = []
        """The same from positions where a later search may start."""

    @property
    def root(self) -> Position | None:
        """The position that it searches from."""
        return self._positions.get(())

    def start(self, position: Position, *, keep: bool = False) -> None:
        """Search from `position` from now on; with `keep` it is the one before, and what was found stays."""
        if not keep:
            self._positions = self._tree_of(position)

    def look_ahead(
        self, typed: bytes, next_starts: Sequence[Position], is_interrupted: Callable[[], bool]
    ) -> None:
        """Look at positions that the next search is likely to look at; what it finds does not depend on it.

        The next search may continue `typed`. What searches find from here and from `next_starts` is kept
        until the next call. Ends early where `is_interrupted` returns true.
        """
        self._trees = [self._positions, *map(self._tree_of, next_starts)]
        if typed and () in self._positions and not is_interrupted():
            self._look_at_likeliest(typed)

    def _look_at_likeliest(self, typed: bytes) -> None:
        """Look at the likeliest pieces that begin with `typed`, as far as they were not looked at."""
        candidates = self._spelling.starting_with(typed)
        probabilities = self._positions[()].probabilities.take(candidates)
        likeliest = candidates[probabilities.argsort()[: -4 * AHEAD_AT_ONCE : -1]].tolist()
        paths = [(piece,) for piece in likeliest if (piece,) not in self._positions][:AHEAD_AT_ONCE]
        if paths and self._batch > 1:
            self._look_at(paths)

    def _tree_of(self, position: Position) -> dict[tuple[int, ...], Position]:
        """Return the positions that were looked at from `position`; only that one where there are none."""
        return next((tree for tree in self._trees if tree[()] is position), {(): position})

    def position_after(self, path: tuple[int, ...]) -> Position:
        """Return the position after `path`; each is computed once."""
        if path not in self._positions:
            self.position_after(path[:-1])
            self._look_at([path])
        return self._positions[path]

    def _look_at(self, paths: Sequence[tuple[int, ...]]) -> None:
        """Compute the positions after `paths`, where those one piece before are known, in one batch."""
        states = [self._positions[path[:-1]].state for path in paths]
        for path, known in zip(paths, self._steps([path[-1] for path in paths], states), strict=True):
            self._positions[path] = Position.known(*known)

    def find(self, typed: bytes, *, allow_lead: bool, best: int = BEST_WORDS) -> SearchResult:
        """Return words that continue `typed`, with what may come before them if `allow_lead`.

        The search ends where the likeliest `best` words are known.
        """
        result, steps = SearchResult(), STEPS
        queue: list[_Queued] = [(-1.0, (), typed, b"")]
        estimates: dict[tuple[int, ...], float] = {}  # the probability of words that end at queued positions
        while queue and steps:
            least = SEARCH_RATIO * _last_of_best(best, result, estimates)
            if -queue[0][0] < least:
                break
            negative, path, rest, added = heapq.heappop(queue)
            estimates.pop(path, None)
            steps -= 1  # also where it was looked at before: suggestions depend on the text alone
            if path not in self._positions:
                self._look_at([path, *self._likely_next(queue, least, min(steps, self._batch - 1))])
            position = self._positions[path]
            if added and not rest:
                self._count_word(result, -negative, path, added, position)
            for piece, piece_probability, unspelled, longer in self._branches(
                position, rest, added, allow_lead
            ):
                probability = -negative * piece_probability
                if rest and not unspelled:
                    result.mass += probability
                if unspelled or longer or rest:
                    heapq.heappush(queue, (-probability, (*path, piece), unspelled, longer))
                    if not unspelled and as_word(longer):
                        estimates[(*path, piece)] = probability * float(self._end_shares[piece])
        if not typed:
            result.mass = 1.0
        for _, path, _, added in queue:  # positions that were not looked at count by their estimates
            if path in estimates:
                result.words.setdefault(as_word(added), CandidateWord()).add(
                    estimates[path], path, is_ended=False
                )
        return result

    def begins_piece(self, word: str) -> bool:
        """Whether a piece of a space and a word begins with `word`."""
        return bool(len(self._spelling.starting_with(b" " + word.encode())))

    def _likely_next(self, queue: Sequence[_Queued], least: float, most: int) -> list[tuple[int, ...]]:
        """Return the paths in the queue, `most` at most, that the search is likely to look at soon.

        Looking at them together with another costs little. What the search finds does not depend on it.
        """
        waiting = [entry for entry in queue if -entry[0] >= least and entry[1] not in self._positions]
        return [path for _, path, _, _ in heapq.nsmallest(most, waiting)]

    def continuations(self, text: str, word: CandidateWord, least: float = 0.0) -> list[tuple[str, float]]:
        """Return longer texts that begin with the word `text`, each likelier than those after it.

        Each step takes the likeliest piece. It ends at the end of the line, and where the probability falls
        below `least` or so far that nothing longer is worthwhile.
        """
        longer: list[tuple[str, float]] = []
        path, probability, added = word.path, word.probability, text.encode()
        for _ in range(CONTINUATION_STEPS if path else 0):
            position = self.position_after(path)
            probabilities = position.probabilities
            if path == word.path and not ends_unspaced(text):  # the word ends here
                probabilities = probabilities.copy()
                probabilities[self._spelling.word_inner] = 0
            piece = int(probabilities.argmax())
            spelled = self._spelling.bytes[piece]
            if not continues_word(spelled):
                ready = as_word(added)
                if ready and ready != text:
                    longer.append((ready, probability * (1 - self._inner_probability(position))))
            probability *= float(position.probabilities[piece])
            worth_while = max(least, word.probability * len(text) / LONGEST)
            if not spelled or b"\n" in spelled or probability < worth_while:
                break
            path, added = (*path, piece), added + spelled
        return longer

    def next_words(self, text: str, word: CandidateWord) -> list[tuple[str, float]]:
        """Return `text` with each of the likeliest words after it that are one piece, and the probabilities.

        It looks at no further position: where the search did not look behind the word, there are none.
        """
        # A batch also looks at positions that the search does not use; suggestions must not depend on these.
        position = self._positions.get(word.path) if word.is_ended else None
        if position is None or len(self._spelling.spaced) <= NEXT_WORDS or ends_unspaced(text):
            return []
        if "next words" not in position.found:
            position.found["next words"] = self._likely_next_words(position)
        return [
            (text + following, word.probability * probability)
            for following, probability in position.found["next words"]
        ]

    def _likely_next_words(self, position: Position) -> list[tuple[str, float]]:
        """Return the likeliest words of one piece after a position, with the space before each."""
        spaced = self._spelling.spaced
        likely = position.probabilities.take(spaced) * self._spaced_end_shares
        return [
            (self._spelling.bytes[int(spaced[one])].decode("utf-8", "ignore"), float(likely[one]))
            for one in np.argpartition(-likely, NEXT_WORDS)[:NEXT_WORDS].tolist()
        ]

    def _count_word(
        self,
        result: SearchResult,
        probability: float,
        path: tuple[int, ...],
        added: bytes,
        position: Position,
    ) -> None:
        """Count that a word may end after `added`."""
        word = as_word(added)
        if word:
            inner = 0.0 if ends_unspaced(word) else self._inner_probability(position)
            result.words.setdefault(word, CandidateWord()).add(
                probability * max(0.0, 1 - inner), path, is_ended=True
            )

    def _inner_probability(self, position: Position) -> float:
        """Return how likely the word at a position is to continue."""
        if "inner" not in position.found:
            position.found["inner"] = float(position.probabilities.take(self._spelling.word_inner).sum())
        inner: float = position.found["inner"]
        return inner

    def _branches(self, position: Position, rest: bytes, added: bytes, allow_lead: bool) -> list[_Branch]:
        """Return the pieces that may come at a position, where `rest` is still to be spelled."""
        probabilities, spelled = position.probabilities, self._spelling.bytes
        branches: list[_Branch] = []
        if rest:
            branches = [
                (piece, float(probabilities[piece]), rest[len(spelled[piece]) :], b"")
                for piece in self._spelling.prefixes_of(rest)
            ]
        candidates = self._candidates(rest, added, allow_lead)
        if not rest:
            name = "in line" if candidates is self._spelling.in_line else "in word"
            if len(candidates) and name not in position.found:
                position.found[name] = _likeliest(probabilities, candidates)
            likely = position.found[name] if len(candidates) else []
            return [(piece, probability, b"", added + spelled[piece]) for piece, probability in likely]
        for piece, probability in _likeliest(probabilities, candidates):
            more = spelled[piece][len(rest) :]
            if not more or continues_word(more) or (allow_lead and more.isspace()):
                branches.append((piece, probability, b"", added + more))
        return branches

    def _candidates(self, rest: bytes, added: bytes, allow_lead: bool) -> NDArray[np.intp]:
        """Return the pieces that may come: within a word its own, before one also what may come before it."""
        spelling = self._spelling
        if rest:
            return spelling.starting_with(rest)
        if not ends_in_word(added):
            return spelling.in_line if allow_lead and len(added) < LONGEST_LEAD else spelling.word_inner
        return spelling.none if ends_unspaced(as_word(added)) else spelling.word_inner


def _likeliest(probabilities: Floats, candidates: NDArray[np.intp]) -> list[tuple[int, float]]:
    """Return the BRANCHES + 1 likeliest of `candidates`, or all of them where there are fewer."""
    likely = probabilities.take(candidates)
    if len(candidates) > BRANCHES:
        best = np.argpartition(-likely, BRANCHES)[: BRANCHES + 1]
        candidates, likely = candidates[best], likely[best]
    return list(zip(candidates.tolist(), likely.tolist(), strict=True))


def _last_of_best(best: int, result: SearchResult, estimates: dict[tuple[int, ...], float]) -> float:
    """Return the probability of the last of the likeliest `best` words so far; 0 where there are fewer."""
    words = (word.probability for word in result.words.values())
    likely = heapq.nlargest(best, [*estimates.values(), *words])
    return likely[-1] if len(likely) == best else 0.0
