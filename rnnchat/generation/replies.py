"""Replies: the model's next turn of a chat, the best of a few that are drawn.

A few candidates are drawn as far as their first pieces. The one that says most about the conversation is
continued: the highest pointwise mutual information with it, over the square root of its length. One that was
said in this chat before does not count, nor does one about bookings that nobody asked for.

Source: mutual information for replies, Li et al. 2016 (https://arxiv.org/abs/1510.03055).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rnnchat.generation.booking import asks_for_booking, is_booking_talk
from rnnchat.generation.generate import Chunk, Continuation, TextGenerator
from rnnchat.generation.sampler import Sampler
from rnnchat.generation.sampling import Sampling
from rnnchat.text.chat_format import MODEL, USER, Turn, chat_context

CANDIDATES = 4
"""How many candidates of a network are drawn, where they can be compared."""
MIXTURE_CANDIDATES = 2
"""How many candidates of a mixture are drawn, whose steps take several times as long."""
OPENING_PIECES = 16
"""Candidates are compared by at most this many pieces, so that a reply soon begins."""
ROUNDS = 3
"""How often candidates are drawn at most, where none of those before may be said."""


class ReplyGenerator:
    """Generates replies of a model of a `style` with a `generator`.

    It draws `candidates` where a guide can compare them, and one otherwise.
    """

    def __init__(self, generator: TextGenerator, style: str, candidates: int = CANDIDATES) -> None:
        self.generator = generator
        self.style = style
        self.candidates = candidates

    def stream(
        self, turns: Sequence[Turn], sampling: Sampling, maximum: int, rejected: Sequence[str] = ()
    ) -> Iterator[Chunk]:
        """Reply to `turns` with at most `maximum` pieces; the last chunk says how the reply finished.

        Replies of this chat are not said again, nor those that the person has `rejected`. Where every
        candidate is one of these, others are drawn that begin with other pieces; those of the last round
        begin with other pieces than any earlier reply.
        """
        reply = self._choose(turns, sampling, maximum, rejected)
        yield from reply.chunks
        while not reply.finish:
            yield reply.advance()

    def _choose(
        self, turns: Sequence[Turn], sampling: Sampling, maximum: int, rejected: Sequence[str]
    ) -> Continuation:
        """Return the opening of the reply."""
        tokenizer = self.generator.tokenizer
        context = chat_context(tokenizer, self.style, turns)
        earlier = [*rejected, *(turn.text for turn in turns if turn.role == MODEL)]
        said = {_words(text) for text in earlier}
        may_book = asks_for_booking(turn.text for turn in turns if turn.role == USER)
        sampler = Sampler(sampling)
        drawn: list[Continuation] = []
        for number in range(ROUNDS):
            not_first = {reply.chunks[0].piece for reply in drawn}
            if number == ROUNDS - 1:
                not_first |= {piece for text in earlier for piece in tokenizer.encode(text.strip())[:1]}
            openings = self._draw(context, sampler, maximum, not_first)
            new = [reply for reply in openings if not _repeats(reply, said)]
            fitting = [reply for reply in new if may_book or not is_booking_talk(reply.text)]
            if fitting:
                return max(fitting, key=_relevance)
            drawn += openings
        return max(drawn, key=lambda reply: (not _repeats(reply, said), _relevance(reply)))

    def _draw(
        self, context: Sequence[int], sampler: Sampler, maximum: int, not_first: set[int]
    ) -> list[Continuation]:
        """Return the openings of a few candidates, or of one where they could not be compared."""
        openings: list[Continuation] = []
        count = 1
        while len(openings) < count:
            reply = self.generator.begin(context, sampler, maximum, not_first)
            while not reply.finish and len(reply.chunks) < OPENING_PIECES:
                reply.advance()
            if reply.guidance and not sampler.is_greedy:
                count = self.candidates
            openings.append(reply)
        return openings


def _relevance(reply: Continuation) -> float:
    """Return how much an opening has to do with the conversation, whatever its length."""
    return reply.guidance.information / len(reply.chunks) ** 0.5 if reply.guidance else 0.0


def _repeats(reply: Continuation, said: set[str]) -> bool:
    """Whether a reply is, or might become, one that was said; only its words count."""
    words = _words(reply.text)
    return words in said if reply.finish else any(other.startswith(words) for other in said)


def _words(text: str) -> str:
    """Return the words of a text without case and punctuation; a text without words as it is."""
    return " ".join(re.findall(r"\w+", text.casefold())) or text.strip()
