"""Text from a predictor, streamed piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.generation.guidance import Guide
from rnnchat.generation.sampler import Sampler
from rnnchat.generation.sampling import Sampling
from rnnchat.lm.protocols import AnyLanguageModel, Floats, Learn, Lookahead, Step
from rnnchat.text.chat_format import is_model_turn
from rnnchat.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class Chunk:
    """What one step adds to a text."""

    text: str
    """The new characters; none while a character is incomplete."""
    piece: int
    """The number of the piece that was chosen."""
    probability: float
    """The predictor's own probability of the piece, before temperature and the like."""
    finish: str = ""
    """``end`` where the model ended the text, ``length`` where the limit did, else nothing."""


@dataclass(frozen=True)
class _Prefix:
    """The pieces of a text so far, what may follow them (vocabulary,), and the predictor's state there."""

    pieces: list[int]
    probabilities: Floats
    state: object


class TextGenerator:
    """A predictor with its tokenizer, ready to continue text.

    It remembers the last context, so that a longer one costs only the new pieces. With `learn`, it learns
    every piece that it reads after the first, except those of the model's own turns. It calls `forget`
    before it reads a context that does not continue the last one. A `guide` steers replies towards the
    conversation.
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
        self._last: _Prefix | None = None
        self._step_sampled = predictor.step_sampled if isinstance(predictor, Lookahead) else predictor.step
        roles = tokenizer.roles
        # Piece 0 is the one for unknown text: it has no bytes, and no lossless tokenizer produces it.
        self._never = np.array(sorted({0, roles.start, roles.user, roles.model}))
        self._begins_with_space = np.array([spelled.startswith(b" ") for spelled in tokenizer.piece_bytes])

    def stream(self, context: Sequence[int], sampling: Sampling, maximum: int) -> Iterator[Chunk]:
        """Continue `context` by at most `maximum` pieces; the last chunk says how it finished.

        A context that ends with a space is continued by a word, whose own space is not repeated.
        """
        pieces = list(context)
        after_space = len(pieces) > 1 and pieces[-1:] == self.tokenizer.encode(" ")
        sampler = Sampler(sampling)
        decoder = self.tokenizer.stream()
        self._last = self._read(pieces[:-1] if after_space else pieces)
        prefix = _Prefix(list(self._last.pieces), self._last.probabilities, self._last.state)
        is_reply = pieces[-1] == self.tokenizer.roles.model
        guidance = self._guide.begin(pieces) if self._guide and is_reply and sampling.guidance else None
        is_visible = False
        for count in range(1, maximum + 1):
            piece = sampler.choose(
                self._allowed(prefix.probabilities, is_visible, after_space),
                prefix.pieces,
                guidance.log_ratios() if guidance else None,
            )
            probability = float(prefix.probabilities[piece])
            if piece == self.tokenizer.roles.end:
                yield Chunk(decoder.finish(), piece, probability, "end")
                return
            text = decoder.feed(piece)
            if after_space:
                text, after_space = text[1:], False
            is_visible = is_visible or bool(text.strip())
            if count == maximum:
                yield Chunk(text + decoder.finish(), piece, probability, "length")
                return
            yield Chunk(text, piece, probability)
            prefix = self._extend(prefix, piece, self._step_sampled)
            if guidance:
                guidance.advance(piece)

    def _allowed(self, probabilities: Floats, is_visible: bool, after_space: bool) -> Floats:
        """Return the probabilities (vocabulary,) of the pieces that may come next.

        Roles may not, nor an end before anything is visible; after a space only pieces that begin with one.
        """
        allowed = probabilities.copy()
        allowed[self._never] = 0
        if not is_visible:
            allowed[self.tokenizer.roles.end] = 0
        if after_space:
            allowed *= self._begins_with_space
        return allowed

    def _read(self, pieces: list[int]) -> _Prefix:
        """Return the prefix `pieces` (at least one), reading only what follows the one read before."""
        prefix = self._last
        if prefix is not None and prefix.pieces == pieces[: len(prefix.pieces)]:
            prefix = _Prefix(list(prefix.pieces), prefix.probabilities, prefix.state)
        else:
            self._forget()
            prefix = _Prefix(pieces[:1], *self.predictor.step(pieces[0], self.predictor.start()))
        roles = self.tokenizer.roles
        is_own = is_model_turn(roles, prefix.pieces)
        for piece in pieces[len(prefix.pieces) :]:
            is_own = piece == roles.model or (is_own and piece != roles.user)
            if self._learn is not None and not is_own:
                self._learn(piece, prefix.state)
            prefix = self._extend(prefix, piece, self.predictor.step)
        return prefix

    def _extend(self, prefix: _Prefix, piece: int, step: Step) -> _Prefix:
        """Return the prefix with one more piece; its list is taken over from `prefix`, not copied."""
        prefix.pieces.append(piece)
        return _Prefix(prefix.pieces, *step(piece, prefix.state))
