"""Chats that are open, and how what is said in them gets to the disk: at once, or as soon as possible."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rnnchat.errors import RnnchatError
from rnnchat.storage.log import explain

if TYPE_CHECKING:
    from textual.worker import Worker

    from rnnchat.library.chats import Chats


@dataclass
class Said:
    """A turn of the chat that is open, with its number in the database once it is kept."""

    role: str
    text: str
    model: str
    number: int = 0


@dataclass
class Conversation:
    """A chat that is open, and the reply that is coming in.

    A reply's thread holds on to the conversation that it belongs to: whatever is on the screen
    by then, what has come is kept there and nowhere else.
    """

    chat: int | None = None
    said: list[Said] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    """Numbers of turns that are to be removed, as a reply that is asked for again."""
    attempt: int = 0
    reply: Worker[None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_replying(self) -> bool:
        """Whether a reply is coming in, or has been stopped and is not kept yet."""
        return self.reply is not None and not self.reply.is_finished


class ConversationSaver:
    """Keeps what was said, from any thread, and knows what could not be kept."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._one_by_one = threading.Lock()
        self._listing = threading.Lock()
        self._unkept: list[Conversation] = []
        """What could not be kept, or is being kept at this moment."""

    def is_unkept(self, conversation: Conversation) -> bool:
        """Whether something that was said in a conversation is not kept yet."""
        return any(one is conversation for one in self._unkept)

    @property
    def has_unkept(self) -> bool:
        """Whether there is anything to try again, also in chats that are no longer shown."""
        return bool(self._unkept)

    def keep(self, conversation: Conversation) -> None:
        """Write the turns that are not in the database yet.

        Raises:
            StorageError: it is not possible now; the conversation counts as not kept until it is.
        """
        with self._listing:
            if not self.is_unkept(conversation):
                self._unkept.append(conversation)  # before it is tried: who leaves meanwhile is told of it
        with self._one_by_one:
            self._write(conversation)
            with self._listing:
                self._unkept = [one for one in self._unkept if one is not conversation]

    def keep_all(self) -> RnnchatError | None:
        """Try again to keep what could not be kept, and return what prevents it, if anything does."""
        prevented = None
        for conversation in list(self._unkept):
            try:
                self.keep(conversation)
            except Exception as error:
                prevented = explain(error)
        return prevented

    def _write(self, conversation: Conversation) -> None:
        while conversation.dropped:
            self._chats.remove_turn(conversation.dropped[0])
            del conversation.dropped[0]
        for said in list(conversation.said):
            if not said.number:
                conversation.chat, said.number = self._chats.add_turn(
                    conversation.chat, said.role, said.text, said.model
                )
