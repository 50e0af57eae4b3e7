"""Keys pressed while a screen opens wait until it is ready, so that none is lost and all stay in order.

A key changes the screen only after it has passed through the focused widget and all its ancestors. Keys
pressed right after it would by then have gone to the old screen, or to a field without the focus.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from textual import events
from textual.screen import Screen
from textual.widgets import TextArea

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.message_pump import MessagePump
    from textual.worker import Worker

PATIENCE = 5.0
"""Seconds after which keys are released, whatever they wait for."""
LOADING_PATIENCE = 30.0
"""The same while the text that the keys belong to is being loaded, in seconds."""
ROUNDS = 3
"""How often all messages are waited for: a key may post one, which posts another that changes the screen."""
POLL_SECONDS = 0.02
"""The time between two checks whether a text has been loaded, in seconds."""
LOADING_GROUP = "open"
"""The group of the workers that load what a screen is to show."""


class EarlyKeys:
    """Forwards keys and pastes, each as soon as the screen is ready for it.

    A wait goes through rounds. In each, a callback is queued at the focused widget, then at each ancestor and
    at the app; when it arrives there, every message that was queued before has been handled.
    """

    def __init__(self, app: App[None], forward: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._forward = forward
        self._waiting: deque[events.Event] = deque()
        self._ready_screen: Screen[object] | None = None
        """The screen that is known to be ready."""
        self._waiting_since: float | None = None
        """When the wait began, on the event loop's clock; None while keys are forwarded at once."""
        self._wait_number = 0
        """Counts the waits; callbacks of an earlier one are ignored."""
        self._timeout: asyncio.TimerHandle | None = None
        self._abandoned: Worker[object] | None = None
        """A loading worker that took too long and is not waited for any more."""
        self._has_typed = False
        """Whether text may still be on its way to the focused widget."""

    async def take(self, event: events.Event) -> None:
        """Forward a key or paste, now or when those before it have been."""
        self._waiting.append(event)
        if self._waiting_since is None:
            await self._forward_waiting()

    async def _forward_waiting(self) -> None:
        """Forward what waits, up to an event that must wait for the screen or be waited for itself."""
        while self._waiting and self._waiting_since is None:
            if not self._is_ready(self._waiting[0]):
                self._wait()
                return
            event = self._waiting.popleft()
            rounds = self._rounds_after(event)
            await self._forward(event)
            if rounds:
                self._wait(rounds)
            else:
                self._has_typed = True

    def _is_ready(self, event: events.Event) -> bool:
        if self._app.screen is not self._ready_screen or self._loading():
            return False
        # A priority key, such as Ctrl+Q, would overtake text that is still on its way.
        return not (self._has_typed and isinstance(event, events.Key) and self._has_priority(event.key))

    def _rounds_after(self, event: events.Event) -> int:
        """Return how many rounds to wait after an event before the next one is forwarded."""
        field = self._app.focused
        if not isinstance(field, TextArea):
            from textual.widgets import Input  # not needed for the first picture

            if not isinstance(field, Input):
                return ROUNDS
        if not isinstance(event, events.Key) or event.is_printable:
            return 0
        if event.key in ("enter", "tab"):
            inserts_text = isinstance(field, TextArea) and field.tab_behavior == "indent"
            return 0 if inserts_text else ROUNDS
        # A key bound in the field acts once it has passed the field's ancestors. The public way to ask,
        # `active_bindings`, checks every action of the screen, which is too slow for each key.
        return 1 if event.key in field._bindings.key_to_bindings else ROUNDS

    def _has_priority(self, key: str) -> bool:
        return any(  # not `active_bindings`, for the same reason
            binding.priority
            for _, bindings in self._app.screen._binding_chain
            for binding in bindings.key_to_bindings.get(key, ())
        )

    def _loading(self) -> Worker[object] | None:
        """Return the worker that loads what the screen is to show, if there is one."""
        screen = self._app.screen
        for worker in self._app.workers:
            if worker.group == LOADING_GROUP and worker.node is screen and not worker.is_finished:
                return None if worker is self._abandoned else worker
        return None

    def _wait(self, rounds: int = ROUNDS) -> None:
        loop = asyncio.get_running_loop()
        self._wait_number += 1
        self._waiting_since = loop.time()
        self._timeout = loop.call_later(PATIENCE, self._release_after_timeout)
        self._begin_round(self._wait_number, rounds)

    def _begin_round(self, wait_number: int, rounds: int) -> None:
        """Queue a callback at the focused widget and then at each of its ancestors."""
        screen = self._app.screen
        self._queue_at(self._app.focused or screen, screen, wait_number, rounds)

    def _queue_at(self, pump: MessagePump, screen: Screen[object], wait_number: int, rounds: int) -> None:
        while pump is not self._app:
            above = pump._parent or self._app  # `parent` is public only where a pump is a widget
            if pump.call_later(self._queue_at, above, screen, wait_number, rounds):
                return
            pump = above  # it is being closed
        self._app.call_later(self._end_round, screen, wait_number, rounds)

    async def _end_round(self, screen: Screen[object], wait_number: int, rounds: int) -> None:
        if wait_number != self._wait_number or self._waiting_since is None:
            return
        loop = asyncio.get_running_loop()
        if self._app.screen is not screen:
            self._begin_round(wait_number, ROUNDS)
        elif rounds > 1:
            self._begin_round(wait_number, rounds - 1)
        elif self._loading():
            loop.call_later(POLL_SECONDS, self._begin_round, wait_number, 1)
        else:
            await self._release()

    def stop_waiting(self) -> None:
        """Release all keys, whatever is not ready, because the app is about to end."""
        if self._waiting_since is not None:
            self._abandoned = self._loading()
            self._app.call_later(self._release)

    def _release_after_timeout(self) -> None:
        """Release all keys though something is not ready; a worker that loads a text is given more time."""
        if not self._app.is_running:
            return
        loop = asyncio.get_running_loop()
        left = LOADING_PATIENCE - (loop.time() - (self._waiting_since or 0.0))
        if self._loading() and left > 0:
            self._timeout = loop.call_later(left, self._release_after_timeout)
            return
        self._abandoned = self._loading()
        self._app.call_later(self._release)

    async def _release(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
        self._ready_screen = self._app.screen
        self._has_typed = False
        self._waiting_since = None
        self._wait_number += 1
        await self._forward_waiting()
