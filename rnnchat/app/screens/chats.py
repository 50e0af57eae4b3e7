"""Earlier chats: search, open, delete."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Input

from rnnchat.app.screens.search import Row, SearchScreen
from rnnchat.library.chats import ChatSummary


class ChatsScreen(SearchScreen[tuple[int, str]]):
    """A list of chats, narrowed by what is typed; gives back the one chosen, and what was typed."""

    heading = "Earlier chats"
    placeholder = "Search in all that was said"
    none_yet = "There are no chats yet."
    none_found = "No chat holds these words."
    is_open = "This chat is open. Begin a new one first (Ctrl+N)."
    sure = "Delete this chat for good?"

    def find(self, words: str) -> Sequence[Row]:
        """Return the chats in which all `words` were said."""
        return [(chat.id, _line(chat)) for chat in self.services.chats.find(words)]

    def open_entry(self, number: int) -> None:
        """Give back the chat that was chosen, and what was sought in it."""
        self.dismiss((number, self.query_one(Input).value))

    def delete(self, number: int) -> None:
        """Delete a chat."""
        self.services.chats.delete(number)


def _line(chat: ChatSummary) -> Content:
    when = time.strftime("%d %b %H:%M", time.localtime(chat.changed))
    count = f"{chat.turns} turn" + ("" if chat.turns == 1 else "s")
    return Content.assemble((f"{when}  ", "dim"), chat.title, (f"  {count}", "dim"))
