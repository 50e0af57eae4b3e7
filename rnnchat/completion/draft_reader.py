"""Reading a draft: the predictor follows the text before the cursor, and learns from it.

It remembers what was read, so that one more key costs one or two steps of the predictor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rnnchat.completion.search import Position
from rnnchat.completion.spelling import Spelling
from rnnchat.completion.words import common_prefix_length
from rnnchat.lm.protocols import AnyLanguageModel, Learn, Lookahead
from rnnchat.text.tokenizer import Tokenizer

CONTEXT = 1500
"""At least this many characters before the cursor are read, if there are as many; at most twice as many."""
LEARNED_AT_ONCE = 8
"""At most this many pieces are learned before an answer; more wait until the writer pauses."""

LEAST_LIKELY_SIGN = 0.3
"""Signs and line ends are read ahead where each is this likely to come next."""
LONGEST_WITH_SIGNS = 9
"""At most this many pieces are read ahead, with the signs at their end."""

PiecePath = tuple[int, ...]
"""Pieces in a row, from a position of the draft."""


class DraftReader:
    """Keeps a predictor at the end of a text that changes; with `learn`, it learns each part once."""

    def __init__(
        self, predictor: AnyLanguageModel, tokenizer: Tokenizer, spelling: Spelling, learn: Learn | None
    ) -> None:
        self._predictor = predictor
        self._tokenizer = tokenizer
        self._spelling = spelling
        self._learn = learn
        self._lookahead = predictor if isinstance(predictor, Lookahead) else None
        self.newline = tokenizer.encode("\n")[-1]
        """The piece that ends a line."""
        self._to_learn: deque[tuple[int, Any]] = deque()
        """Pieces that were read and are not learned yet, each with the state before it."""
        self.begin()

    def begin(self) -> None:
        """Begin another draft; what was learned from earlier drafts stays."""
        self._text = ""
        """The part of the draft that was read, from the draft's beginning."""
        self._start = 0
        """The character of the draft with which reading began."""
        self._learned = 0
        """The number of characters of the draft that were learned, or are waiting for it."""
        self._pieces: list[int] = []
        self._positions: list[Position] = []
        """The position after each piece that was read."""
        self._lines: tuple[str, list[int]] = ("", [])
        """The lines above the last one that was read, and their pieces."""
        self._ahead: dict[PiecePath, Position] = {}
        """Positions that were read ahead, by the pieces after the end."""

    @property
    def end(self) -> Position | None:
        """The position at the end of what was read; None before anything is."""
        return self._positions[-1] if self._positions else None

    @property
    def pieces(self) -> Sequence[int]:
        """The pieces that were read."""
        return self._pieces

    @property
    def before_line_end(self) -> Position | None:
        """The position before the last piece, where that is a line end; else None."""
        if len(self._positions) < 2 or self._pieces[-1] != self.newline:
            return None
        return self._positions[-2]

    def read(self, text: str) -> bool:
        """Read `text` to its end; return whether the predictor was there already."""
        self.learn_waiting(LEARNED_AT_ONCE)
        if text == self._text and self._positions:
            return True
        self._choose_start(text)
        pieces = [self._tokenizer.roles.start, *self._encode(text[self._start :])]
        same = common_prefix_length(self._pieces, pieces)
        ahead = self._ahead if same == len(self._pieces) else {}
        self._ahead = {}
        del self._pieces[same:], self._positions[same:]
        if self._positions and tuple(pieces[same : same + 1]) not in ahead:
            self._reuse_last_buffer()
        offset = self._start + len(self._tokenizer.decode(self._pieces))
        for count, piece in enumerate(pieces[same:], start=same + 1):
            offset += sum(byte & 0xC0 != 0x80 for byte in self._spelling.bytes[piece])  # characters
            known = ahead.get((*self._pieces[same:], piece))
            self._append(piece, offset, known, is_last=count == len(pieces))
        self._learned = max(self._learned, len(text))
        self._text = text
        return False

    def learn_waiting(self, most: int) -> bool:
        """Learn at most `most` of the pieces that wait for it; return whether any are left."""
        for _ in range(min(most, len(self._to_learn))):
            piece, state = self._to_learn.popleft()
            if self._learn is not None:
                self._learn(piece, state)
        return bool(self._to_learn)

    def prepare_reading_ahead(self) -> None:
        """Make the predictor ready for quick steps, which takes up to a second, once."""
        if self._lookahead is not None:
            self._lookahead.build_fast_path()

    def read_ahead(self, paths: Sequence[PiecePath], is_interrupted: Callable[[], bool]) -> list[Position]:
        """Return the position at the end of each of `paths`, which begin at the end of what was read.

        Drops positions that are on none of them. Where it is interrupted, some are missing.
        """
        ahead = {
            path: position
            for path, position in self._ahead.items()
            if any(other[: len(path)] == path for other in paths)
        }
        if self._ahead and not ahead:
            self._reuse_last_buffer()
        self._ahead = ahead
        for path in paths:
            position = self._positions[-1]
            for size in range(1, len(path) + 1):
                if is_interrupted():
                    return [ahead[path] for path in paths if path in ahead]
                known = ahead.get(path[:size])
                position = known or Position.known(*self._predictor.step(path[size - 1], position.state))
                ahead[path[:size]] = position
        return [ahead[path] for path in paths]

    def read_signs_ahead(self, path: PiecePath, is_interrupted: Callable[[], bool]) -> PiecePath:
        """Return `path`, which was read ahead, with the line ends and signs that are likely to follow it.

        The positions after these are read ahead, too.
        """
        while path in self._ahead and not is_interrupted():
            position = self._ahead[path]
            piece = int(position.probabilities.argmax())
            is_likely = float(position.probabilities[piece]) >= LEAST_LIKELY_SIGN
            longer = (*path, piece)
            if not (is_likely and self._spelling.is_sign(piece)) or len(longer) > LONGEST_WITH_SIGNS:
                break
            if longer not in self._ahead:
                self._ahead[longer] = Position.known(*self._predictor.step(piece, position.state))
            path = longer
        return path

    def ahead(self, path: PiecePath) -> Position | None:
        """Return the position after `path`, where that was read ahead; else None."""
        return self._ahead.get(path)

    @contextmanager
    def supposing_read(self, text: str, path: PiecePath) -> Iterator[None]:
        """Suppose, within a `with` statement, that `text` was read, which ends with a path read ahead."""
        kept = self._text, self._pieces, self._positions
        self._text = text
        ahead = [self._ahead[path[: size + 1]] for size in range(len(path))]
        self._pieces, self._positions = [*self._pieces, *path], [*self._positions, *ahead]
        try:
            yield
        finally:
            self._text, self._pieces, self._positions = kept

    def _reuse_last_buffer(self) -> None:
        """Let the next step from the last position overwrite what the states after it hold."""
        if self._lookahead is not None:
            self._lookahead.reuse_buffer(self._positions[-1].state)

    def _choose_start(self, text: str) -> None:
        """Start again where `text` is another one, or where too much or too little of it would be read."""
        size = len(text) - self._start
        if not text.startswith(self._text[: self._start]) or not (
            CONTEXT <= size <= 2 * CONTEXT or (len(text) <= 2 * CONTEXT and not self._start)
        ):
            self._start = _context_start(text)
            self._pieces, self._positions = [], []

    def _encode(self, text: str) -> list[int]:
        """Return the pieces of `text`; none crosses a line end, so those above the last line are cached."""
        above = text[: text.rfind("\n") + 1]
        if self._lines[0] != above:
            self._lines = above, self._tokenizer.encode(above)
        return [*self._lines[1], *self._tokenizer.encode(text[len(above) :])]

    def _append(self, piece: int, offset: int, known: Position | None, *, is_last: bool) -> None:
        """Read a piece that ends at character `offset` of the draft.

        `known` is the position after it, where it was read ahead.
        What follows all pieces but the last is predicted when it is needed, which is seldom.
        """
        state = self._positions[-1].state if self._positions else self._predictor.start()
        if self._learn is not None and self._positions and offset > self._learned:
            self._to_learn.append((piece, state))
        if known is not None:
            position = known
        elif is_last or self._lookahead is None:
            position = Position.known(*self._predictor.step(piece, state))
        else:
            after = self._lookahead.advance(piece, state)
            position = Position(after, lambda: self._predictor.step(piece, state)[0])
        self._pieces.append(piece)
        self._positions.append(position)


def _context_start(text: str) -> int:
    """Return where to begin to read: CONTEXT characters back, at the beginning of a line if there is one."""
    if len(text) <= 2 * CONTEXT:
        return 0
    start = len(text) - CONTEXT - CONTEXT // 4
    line = text.find("\n", start, len(text) - CONTEXT)
    return start if line < 0 else line + 1
