"""Open chats, and how their turns are saved: at once, or as soon as the disk allows it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rnnchat.errors import RnnchatError
from rnnchat.storage.log import explain

if TYPE_CHECKING:
    from textual.worker import Worker

    from rnnchat.library.chats import Chats

RETRY_SECONDS = 5.0
"""The time from a save that failed to the next attempt, in seconds."""


@dataclass
class ChatTurn:
    """A turn of the open chat."""

    role: str
    """``user`` or ``model``."""
    text: str
    model: str
    """The model that replied, or that the message was written to."""
    id: int = 0
    """The turn's id in the database; 0 until it is saved."""


@dataclass
class Conversation:
    """An open chat, and the reply that is being generated.

    The thread of a reply holds on to its conversation, so the reply is saved there, whatever chat is on
    the screen by then.
    """

    chat: int | None = None
    """The chat's id in the database; None until its first turn is saved."""
    turns: list[ChatTurn] = field(default_factory=list)
    removed_ids: list[int] = field(default_factory=list)
    """The ids of turns still to be removed from the database, such as a reply that is being replaced."""
    rejected: list[str] = field(default_factory=list)
    """The replies to the last message that have been replaced, which are not given again."""
    reply: Worker[None] | None = None
    """The worker of the last reply."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set to stop the reply."""

    @property
    def is_replying(self) -> bool:
        """Whether a reply is being generated, or has been stopped and is not saved yet."""
        return self.reply is not None and not self.reply.is_finished


class ConversationSaver:
    """Saves conversations from any thread, and remembers which could not be saved."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._save_lock = threading.Lock()
        self._list_lock = threading.Lock()
        self._unsaved: list[Conversation] = []
        """The conversations that could not be saved, or are being saved at this moment."""

    def is_unsaved(self, conversation: Conversation) -> bool:
        """Whether some turn of a conversation is not saved yet."""
        return any(one is conversation for one in self._unsaved)

    @property
    def has_unsaved(self) -> bool:
        """Whether a save must be retried, be it of a chat that is no longer shown."""
        return bool(self._unsaved)

    def save(self, conversation: Conversation) -> None:
        """Write to the database what has changed since the last save.

        Raises:
            StorageError: it is not possible now; the conversation counts as unsaved until it is.
        """
        with self._list_lock:
            if not self.is_unsaved(conversation):
                self._unsaved.append(conversation)  # before the attempt, so that leaving meanwhile asks first
        with self._save_lock:
            self._write(conversation)
            with self._list_lock:
                self._unsaved = [one for one in self._unsaved if one is not conversation]

    def retry(self) -> RnnchatError | None:
        """Save again what could not be saved before; return the error that prevents it, if any."""
        prevented = None
        for conversation in list(self._unsaved):
            try:
                self.save(conversation)
            except Exception as error:
                prevented = explain(error)
        return prevented

    def _write(self, conversation: Conversation) -> None:
        while conversation.removed_ids:
            self._chats.remove_turn(conversation.removed_ids[0])
            del conversation.removed_ids[0]
        for turn in list(conversation.turns):
            if not turn.id:
                conversation.chat, turn.id = self._chats.add_turn(
                    conversation.chat, turn.role, turn.text, turn.model
                )
