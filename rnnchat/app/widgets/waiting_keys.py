"""Text that comes faster than keys are handled, such as a paste that the terminal sends as single keys.

Textual handles several messages for each key, which takes up to a millisecond. Thousands of keys one by one
would freeze the app, so those that wait are inserted together. Textual has no public way to see what waits,
so this module uses private methods of the version that `pyproject.toml` names.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events
from textual.message_pump import MessagePumpClosed

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

BURST = 16
"""From this many characters on, what waits is one change to undo; fewer are what somebody typed."""


def typed_text(key: events.Key) -> str:
    """Return the text that a key inserts into an editor of several lines; empty where it does something else.

    A tab is not among them, as it may accept a suggestion.
    """
    if key.key == "enter":
        return "\n"
    return key.character or "" if key.is_printable else ""


async def take_waiting_text(pump: MessagePump) -> str:
    """Return the text of the keys that `pump` would handle next, and remove them from its queue.

    The first message that inserts no text, and all after it, stay.
    """
    parts: list[str] = []
    with suppress(MessagePumpClosed):
        while isinstance(key := pump._peek_message(), events.Key) and (text := typed_text(key)):
            await pump._get_message()
            parts.append(text)
    return "".join(parts)
