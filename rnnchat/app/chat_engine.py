"""The model in use, and its replies as they grow at a readable speed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnchat.generation.attribution import Attribution
    from rnnchat.library.models import Library
    from rnnchat.library.settings import Settings
    from rnnchat.loading import LoadedModel
    from rnnchat.text.chat_format import Turn

PIECES_PER_SECOND = 90
"""How fast a reply grows, so that one can read along; the model could generate it many times faster."""
UPDATE_SECONDS = 1 / 20
"""The time between two updates of a reply, in seconds."""


@dataclass(frozen=True)
class PartialReply:
    """A reply as far as it is generated."""

    text: str
    finish: str = ""
    """Why it ended: ``stopped``, ``length`` or another of the generator's reasons; empty while it grows."""


class ChatEngine:
    """Loads the model in use once and generates its replies; every method may be called in any thread.

    At most one reply is generated at a time, as the model's mixture learns from the chat that it replies to.
    """

    def __init__(self, open_library: Callable[[], Library]) -> None:
        self._open_library = open_library
        self._lock = threading.Lock()
        self._reply_lock = threading.Lock()
        self._model: LoadedModel | None = None
        self._key: tuple[str, str] | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether a model is in memory."""
        return self._model is not None

    def load(self, name: str) -> LoadedModel:
        """Return the model called `name`, read from disk unless it is the one in memory."""
        from rnnchat.loading import load_model

        with self._lock:
            library = self._open_library()
            entry = library.find(name)
            key = (entry.name, entry.card.created if entry.card else "")
            if self._model is None or self._key != key:
                self._model = load_model(library, name)
                self._key = key
            return self._model

    def attribution(self, name: str, text: str) -> list[Attribution] | None:
        """Return the passages of `text` that stand in the notes of a model; None where it has no notes."""
        model = self.load(name)
        return None if model.attribution is None else model.attribution.find(text)

    def reply(
        self,
        settings: Settings,
        turns: Sequence[Turn],
        is_cancelled: Callable[[], bool],
        rejected: Sequence[str] = (),
    ) -> Generator[PartialReply, None, None]:
        """Yield the reply to `turns` as it grows, about twenty times a second.

        It differs from the model's earlier turns, and from the replies in `rejected`, which it replaces. The
        same seed and the same texts give the same reply.
        Waits until the reply before it has ended, so close an iterator that is not exhausted.
        """
        with self._reply_lock:
            yield from self._generate(settings, turns, is_cancelled, rejected)

    def _generate(
        self,
        settings: Settings,
        turns: Sequence[Turn],
        is_cancelled: Callable[[], bool],
        rejected: Sequence[str],
    ) -> Iterator[PartialReply]:
        from rnnchat.text.notes.clean import sanitize

        model = self.load(settings.model)
        sampling = settings.sampling
        if sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + len(rejected))
        text = ""
        started = updated = time.monotonic()
        for count, chunk in enumerate(
            model.reply_generator.stream(turns, sampling, settings.reply_pieces, rejected), start=1
        ):
            text += chunk.text
            if is_cancelled():
                yield PartialReply(sanitize(text).strip(), "stopped")
                return
            if chunk.finish:
                yield PartialReply(sanitize(text).strip(), chunk.finish)
                return
            ahead = started + count / PIECES_PER_SECOND - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            if time.monotonic() - updated >= UPDATE_SECONDS:
                updated = time.monotonic()
                yield PartialReply(sanitize(text).lstrip())
