"""Text from a predictor, streamed piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.generation.guidance import Guide
from rnnchat.generation.sampling import Sampler, Sampling
from rnnchat.lm.protocols import AnyLanguageModel, Floats, Learn, Lookahead, Step
from rnnchat.text.chat_format import LONGEST_CONTEXT
from rnnchat.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class Chunk:
    """What one step gives: new text (none while a character is half done) and where it stands."""

    text: str
    piece: int
    probability: float
    """The predictor's own probability of the piece, before sampling bent it."""
    finish: str = ""
    """``end`` where the model ended the text, ``length`` where the limit did, else nothing."""


@dataclass(frozen=True)
class _Place:
    """How far a text has been read: its pieces, what follows them, and the predictor's state."""

    read: list[int]
    probabilities: Floats
    state: object


class TextGenerator:
    """A predictor with its tokenizer, ready to continue text.

    It remembers what it last read, so that going on from there costs only the new pieces. With `learn`, it
    learns from what it reads, but for the model's own turns, until `forget` is called, which it does before
    it reads something else. A `guide` keeps its turns in a conversation to what was said.
    """

    def __init__(
        self,
        predictor: AnyLanguageModel,
        tokenizer: Tokenizer,
        learn: Learn | None = None,
        forget: Callable[[], None] = lambda: None,
        guide: Guide | None = None,
    ) -> None:
        self.predictor = predictor
        self.tokenizer = tokenizer
        self._learn, self._forget = learn, forget
        self._guide = guide
        self._last: _Place | None = None
        self._step_sampled = predictor.step_sampled if isinstance(predictor, Lookahead) else predictor.step
        roles = tokenizer.roles
        self._never = np.array(sorted({0, roles.start, roles.user, roles.model}))
        self._opens = np.array([tokenizer.decode_bytes((p,))[:1] == b" " for p in range(tokenizer.size)])

    def stream(self, context: Sequence[int], sampling: Sampling, maximum: int) -> Iterator[Chunk]:
        """Continue `context` by at most `maximum` pieces; the last chunk says how it finished.

        A context that ends with a space is continued by a word, whose own space is not repeated.
        """
        pieces = list(context)
        opening = len(pieces) > 1 and pieces[-1:] == self.tokenizer.encode(" ")
        sampler = Sampler(sampling)
        decoder = self.tokenizer.stream()
        place = self._last = self._read(pieces[:-1] if opening else pieces)
        place = _Place(list(place.read), place.probabilities, place.state)
        is_turn = pieces[-1] == self.tokenizer.roles.model
        guided = self._guide.begin(pieces) if self._guide and is_turn and sampling.guidance else None
        visible = False
        for count in range(1, maximum + 1):
            leaning = guided.leaning() if guided else None
            piece = sampler.choose(
                self._allowed(place.probabilities, visible, opening),
                place.read[-sampling.window :],
                leaning,
            )
            probability = float(place.probabilities[piece])
            if piece == self.tokenizer.roles.end:
                yield Chunk(decoder.finish(), piece, probability, "end")
                return
            text = decoder.feed(piece)
            if opening:
                text, opening = text[1:], False
            visible = visible or bool(text.strip())
            if count == maximum:
                yield Chunk(text + decoder.finish(), piece, probability, "length")
                return
            yield Chunk(text, piece, probability)
            place = self._advance(place, piece, self._step_sampled)
            if guided:
                guided.follow(piece)

    def _allowed(self, probabilities: Floats, visible: bool, opening: bool) -> Floats:
        """Return the probabilities without roles, and without an end before something can be seen."""
        allowed = probabilities.copy()
        allowed[self._never] = 0
        if not visible:
            allowed[self.tokenizer.roles.end] = 0
        if opening:
            allowed *= self._opens
        return allowed

    def _read(self, pieces: list[int]) -> _Place:
        """Return the place after `pieces` (one at least), reading only what was not read before."""
        place = self._last
        if place is not None and place.read == pieces[: len(place.read)]:
            place = _Place(list(place.read), place.probabilities, place.state)
        else:
            self._forget()
            place = _Place(pieces[:1], *self.predictor.step(pieces[0], self.predictor.start()))
        roles = self.tokenizer.roles
        own = _last_of(place.read, (roles.user, roles.model)) == roles.model
        for piece in pieces[len(place.read) :]:
            own = piece == roles.model or (own and piece != roles.user)
            if self._learn is not None and not own:
                self._learn(piece, place.state)
            place = self._advance(place, piece, self.predictor.step)
        return place

    def _advance(self, place: _Place, piece: int, step: Step) -> _Place:
        """Return the place one piece on; the list of pieces is taken over from `place`, not copied."""
        place.read.append(piece)
        return _Place(place.read, *step(piece, place.state))


def _last_of(pieces: list[int], wanted: tuple[int, ...]) -> int:
    """Return which of the `wanted` stands last in `pieces`; -1 where none does."""
    return next((piece for piece in reversed(pieces) if piece in wanted), -1)


def text_context(tokenizer: Tokenizer, text: str) -> list[int]:
    """Return the pieces to continue `text` from, which may be empty."""
    return [tokenizer.roles.start, *tokenizer.encode(text)[-LONGEST_CONTEXT:]]
