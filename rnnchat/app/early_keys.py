"""Keys that come while a screen opens wait until it is there, so that none is lost and all stay in order.

A key may change the screen only once it has passed through the widget with the focus and all that it is in.
What is typed behind it would by then have gone to the old screen, or to a field without the focus.
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
"""Seconds after which keys are let through, whatever they wait for."""
LOADING_PATIENCE = 30.0
"""The same where the text that they belong to is being read."""
ROUNDS = 3
"""How often all messages are waited for: a key may send one, which sends one that changes the screen."""
LOOKED_AGAIN_AFTER = 0.02
"""Seconds between two looks at whether a text has been read."""
LOADING = "open"
"""The group of the workers that read what a screen is to show."""


class EarlyKeys:
    """Hands keys and pastes on, each once the screen is ready for it."""

    def __init__(self, app: App[None], hand_on: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._waiting: deque[events.Event] = deque()
        self._settled: Screen[object] | None = None
        """The screen that is known to be ready."""
        self._begun: float | None = None
        """Since when keys wait; None while they are let through."""
        self._turn = 0
        """Counts the waits; what was asked for in an earlier one is forgotten."""
        self._alarm: asyncio.TimerHandle | None = None
        self._given_up: Worker[object] | None = None
        """A worker that takes too long to be waited for."""
        self._has_typed = False
        """Whether text may still be on its way to the widget with the focus."""

    async def take(self, event: events.Event) -> None:
        """Hand a key or paste on, now or in its turn."""
        self._waiting.append(event)
        if self._begun is None:
            await self._empty()

    async def _empty(self) -> None:
        """Hand on what waits, until one of it has to wait for the screen or be waited for."""
        while self._waiting and self._begun is None:
            if not self._is_ready(self._waiting[0]):
                self._wait()
                return
            event = self._waiting.popleft()
            rounds = self._rounds_after(event)
            await self._hand_on(event)
            if rounds:
                self._wait(rounds)
            else:
                self._has_typed = True

    def _is_ready(self, event: events.Event) -> bool:
        if self._app.screen is not self._settled or self._loading():
            return False
        # What overtakes text that is on its way, as Ctrl+Q does, comes after it.
        return not (self._has_typed and isinstance(event, events.Key) and self._overtakes(event.key))

    def _rounds_after(self, event: events.Event) -> int:
        """Return how often all messages are waited for before the next event is handed on."""
        field = self._app.focused
        if not isinstance(field, TextArea):
            from textual.widgets import Input  # not needed for the first picture

            if not isinstance(field, Input):
                return ROUNDS
        if not isinstance(event, events.Key) or event.is_printable:
            return 0
        if event.key in ("enter", "tab"):
            return (
                0 if isinstance(field, TextArea) and field.tab_behavior == "indent" else ROUNDS
            )  # they write
        # Textual does what a key is bound to once it has passed through all that the field is in.
        return 1 if event.key in field._bindings.key_to_bindings else ROUNDS

    def _overtakes(self, key: str) -> bool:
        return any(
            binding.priority
            for _, bindings in self._app.screen._binding_chain
            for binding in bindings.key_to_bindings.get(key, ())
        )

    def _loading(self) -> Worker[object] | None:
        """Return what is reading the text that the screen is to show, if anything is."""
        screen = self._app.screen
        for worker in self._app.workers:
            if worker.group == LOADING and worker.node is screen and not worker.is_finished:
                return None if worker is self._given_up else worker
        return None

    def _wait(self, rounds: int = ROUNDS) -> None:
        loop = asyncio.get_running_loop()
        self._turn += 1
        self._begun = loop.time()
        self._alarm = loop.call_later(PATIENCE, self._lose_patience)
        self._look(self._turn, rounds)

    def _look(self, turn: int, rounds: int) -> None:
        """Begin a round: let the widget with the focus, and then all that it is in, do what is to be done."""
        screen = self._app.screen
        self._climb(self._app.focused or screen, screen, turn, rounds)

    def _climb(self, pump: MessagePump, screen: Screen[object], turn: int, rounds: int) -> None:
        while pump is not self._app:
            above = pump._parent or self._app
            if pump.call_later(self._climb, above, screen, turn, rounds):
                return
            pump = above  # it is being closed
        self._app.call_later(self._end_round, screen, turn, rounds)

    async def _end_round(self, screen: Screen[object], turn: int, rounds: int) -> None:
        if turn != self._turn or self._begun is None:
            return
        loop = asyncio.get_running_loop()
        if self._app.screen is not screen:
            self._look(turn, ROUNDS)
        elif rounds > 1:
            self._look(turn, rounds - 1)
        elif self._loading():
            loop.call_later(LOOKED_AGAIN_AFTER, self._look, turn, 1)
        else:
            await self._let_through()

    def stop_waiting(self) -> None:
        """Let all that waits through, whatever is not ready: the app is about to end."""
        if self._begun is not None:
            self._given_up = self._loading()
            self._app.call_later(self._let_through)

    def _lose_patience(self) -> None:
        """Let all through though something is not ready; what reads a text is given more time."""
        if not self._app.is_running:
            return
        loop = asyncio.get_running_loop()
        left = LOADING_PATIENCE - (loop.time() - (self._begun or 0.0))
        if self._loading() and left > 0:
            self._alarm = loop.call_later(left, self._lose_patience)
            return
        self._given_up = self._loading()
        self._app.call_later(self._let_through)

    async def _let_through(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._settled = self._app.screen
        self._has_typed = False
        self._begun = None
        self._turn += 1
        await self._empty()
