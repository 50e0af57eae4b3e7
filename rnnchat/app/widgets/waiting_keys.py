"""Text that comes faster than keys are handled, such as a paste that the terminal sends as single keys.

Textual handles several messages for each key, which takes up to a millisecond. Thousands of keys one by one
would freeze the app, so those that wait are inserted together. Textual has no public way to see what waits,
so this module uses private methods of the version that `pyproject.toml` names.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events
from textual.message_pump import MessagePumpClosed

if TYPE_CHECKING:
    from textual.document._edit import Edit
    from textual.document._history import EditHistory
    from textual.message_pump import MessagePump

BURST = 16
"""From this many characters on, what waits is one change to undo; fewer are what somebody typed."""

JOINED_SECONDS = 1.0
"""Bursts that follow within this time are parts of one paste."""
MOST_JOINED = 100_000
"""From this many characters on, another burst is a change of its own; joining longer ones takes time."""


class BurstHistory:
    """Makes the bursts of one paste a single change to undo."""

    def __init__(self) -> None:
        self._last: Edit | None = None
        self._last_time = 0.0

    def join(self, history: EditHistory) -> None:
        """Join the last change, a burst, with the one before if that is the burst that came just before."""
        changes, now = history._undo_stack, time.monotonic()
        if not changes or len(changes[-1]) > 1 or changes[-1][0] is self._last:
            return  # the burst was not inserted, as the draft would be too long
        last, new = self._last, changes[-1][0]
        if (
            last is not None
            and len(changes) > 1
            and changes[-2][-1] is last
            and now - self._last_time < JOINED_SECONDS
            and len(last.text) < MOST_JOINED
            and last._edit_result is not None
            and new._edit_result is not None
            and new.top == new.bottom == last._edit_result.end_location
        ):
            last.text += new.text
            last._edit_result.end_location = new._edit_result.end_location
            last._updated_selection = new._updated_selection
            changes.pop()
        else:
            self._last = new
        self._last_time = now


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
