"""Text from a predictor, streamed piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnnchat.generation.guidance import Guide, ReplyGuidance
from rnnchat.generation.sampler import Sampler
from rnnchat.generation.sampling import Sampling
from rnnchat.lm.protocols import AnyLanguageModel, Floats, Learn, Lookahead, Step
from rnnchat.text.chat_format import is_model_turn, pieces_of_model
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

    @property
    def learns(self) -> bool:
        """Whether it learns from what it reads."""
        return self._learn is not None

    def begins_word(self, piece: int) -> bool:
        """Whether a piece begins with a space."""
        return bool(self._begins_with_space[piece])

    def stream(self, context: Sequence[int], sampling: Sampling, maximum: int) -> Iterator[Chunk]:
        """Continue `context` by at most `maximum` pieces; the last chunk says how it finished.

        A context that ends with a space is continued by a word, whose own space is not repeated.
        """
        text = self.begin(context, Sampler(sampling), maximum)
        while not text.finish:
            yield text.advance()

    def begin(
        self, context: Sequence[int], sampler: Sampler, maximum: int, not_first: Iterable[int] = ()
    ) -> Continuation:
        """Return a text that continues `context` by at most `maximum` pieces, with none of them drawn yet.

        It does not begin with a piece in `not_first`. Several texts can continue the same context.
        """
        pieces = list(context)
        after_space = len(pieces) > 1 and pieces[-1:] == self.tokenizer.encode(" ")
        self._last = self._read(pieces[:-1] if after_space else pieces)
        prefix = _Prefix(list(self._last.pieces), self._last.probabilities, self._last.state)
        is_reply = pieces[-1] == self.tokenizer.roles.model
        is_guided = is_reply and sampler.sampling.guidance > 0
        guidance = self._guide.begin(pieces) if self._guide and is_guided else None
        return Continuation(self, prefix, guidance, sampler, maximum, after_space, not_first)

    def allowed(self, probabilities: Floats, is_visible: bool, after_space: bool) -> Floats:
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

    def extend(self, prefix: _Prefix, piece: int) -> _Prefix:
        """Return the prefix with one more piece, which was drawn."""
        return self._extend(prefix, piece, self._step_sampled)

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


class Continuation:
    """One text as it grows; `TextGenerator.begin` returns it."""

    def __init__(
        self,
        generator: TextGenerator,
        prefix: _Prefix,
        guidance: ReplyGuidance | None,
        sampler: Sampler,
        maximum: int,
        after_space: bool,
        not_first: Iterable[int],
    ) -> None:
        self.chunks: list[Chunk] = []
        """What has been drawn so far."""
        self.guidance = guidance
        """What the conversation makes likelier; None where the text is no reply, or is not guided."""
        self._generator, self._prefix, self._sampler = generator, prefix, sampler
        self._decoder = generator.tokenizer.stream()
        self._maximum, self._after_space = maximum, after_space
        self._not_first = list(not_first)
        self._is_visible = False
        # A reply may take up the person's words, unless they are likelier already as they have been learned.
        roles = generator.tokenizer.roles
        self._is_reply = prefix.pieces[-1] == roles.model
        is_free = self._is_reply and not generator.learns
        self._own = pieces_of_model(roles, prefix.pieces) if is_free else None

    @property
    def finish(self) -> str:
        """How the text ended, as in `Chunk.finish`; empty while it can go on."""
        return self.chunks[-1].finish if self.chunks else ""

    @property
    def text(self) -> str:
        """The characters drawn so far."""
        return "".join(chunk.text for chunk in self.chunks)

    def advance(self) -> Chunk:
        """Draw one more piece and return what it adds; not to be called after the text has ended."""
        generator, prefix = self._generator, self._prefix
        piece = self._choose()
        chunk = self._chunk(piece, float(prefix.probabilities[piece]))
        self.chunks.append(chunk)
        if self.guidance:
            self.guidance.advance(piece)
        if not chunk.finish:
            self._prefix = generator.extend(prefix, piece)
            if self._own is not None:
                self._own.append(piece)
        return chunk

    def _choose(self) -> int:
        """Return the next piece."""
        probabilities = self._generator.allowed(
            self._prefix.probabilities, self._is_visible, self._after_space
        )
        if not self.chunks:
            probabilities[self._not_first] = 0
        if self._is_reply:
            probabilities[self._overused()] = 0
        recent = self._prefix.pieces if self._own is None else self._own
        return self._sampler.choose(
            probabilities, recent, self.guidance.log_ratios() if self.guidance else None
        )

    def _overused(self) -> list[int]:
        """Return the beginnings of words that came twice in the last four pieces: a reply is stuck there."""
        last = [chunk.piece for chunk in self.chunks[-4:]]
        return [piece for piece in set(last) if last.count(piece) > 1 and self._generator.begins_word(piece)]

    def _chunk(self, piece: int, probability: float) -> Chunk:
        """Return what a piece adds to the text."""
        if piece == self._generator.tokenizer.roles.end:
            return Chunk(self._decoder.finish(), piece, probability, "end")
        text = self._decoder.feed(piece)
        if self._after_space:
            text, self._after_space = text[1:], False
        self._is_visible = self._is_visible or bool(text.strip())
        if len(self.chunks) + 1 == self._maximum:
            return Chunk(text + self._decoder.finish(), piece, probability, "length")
        return Chunk(text, piece, probability)
