"""Earlier chats: search, open, delete."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Input

from rnnchat.app.screens.search import Row, SearchScreen
from rnnchat.library.chats import StoredChat


class ChatsScreen(SearchScreen[tuple[int, str]]):
    """A list of chats; returns the one chosen and the words that were searched for."""

    heading = "Earlier chats"
    placeholder = "Search all messages"
    empty_text = "No chats yet."
    no_match_text = "No chat contains these words."
    open_entry_text = "This chat is open. Start a new one first (Ctrl+N)."
    delete_question = "Delete this chat permanently?"

    def find(self, words: str) -> Sequence[Row]:
        """Return the chats that contain all `words`."""
        return [(chat.id, _line(chat)) for chat in self.services.chats.find(words)]

    def open_entry(self, number: int) -> None:
        """Return the chat that was chosen and the words that were searched for."""
        self.dismiss((number, self.query_one(Input).value))

    def delete(self, number: int) -> None:
        """Delete a chat."""
        self.services.chats.delete(number)


def _line(chat: StoredChat) -> Content:
    when = time.strftime("%d %b %H:%M", time.localtime(chat.changed))
    count = f"{chat.turns} turn" + ("" if chat.turns == 1 else "s")
    return Content.assemble((f"{when}  ", "dim"), chat.title, (f"  {count}", "dim"))
