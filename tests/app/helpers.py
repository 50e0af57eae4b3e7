"""What the tests of the app do with it: wait, press keys, and read what a screen shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from rnnchat.app import chat_engine
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.app.widgets.draft_status import DraftStatus
from rnnchat.app.widgets.turn_view import TurnView

SIZE = (80, 24)


async def wait_until(pilot: Pilot[None], condition: Callable[[], bool], seconds: float = 15) -> None:
    """Let the app work until `condition` holds."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError("waited in vain")


def chat_of(app: RnnchatApp) -> ChatScreen:
    assert isinstance(app.screen, ChatScreen)
    return app.screen


def shown(app: RnnchatApp) -> list[tuple[str, str]]:
    return [(view.role, view.text) for view in app.screen.query(TurnView)]


async def hear_a_long_reply(
    pilot: Pilot[None], app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> ChatScreen:
    """Send a message and wait for the beginning of a reply that would take a minute."""
    monkeypatch.setattr(chat_engine, "PIECES_PER_SECOND", 20)
    app.settings.reply_pieces = 1000
    chat = chat_of(app)
    chat.query_one(Composer).text = "Go on and on"
    await pilot.press("enter")
    await wait_until(pilot, lambda: len(shown(app)) == 2 and len(shown(app)[1][1]) > 10)
    return chat


async def open_draft(pilot: Pilot[None], app: RnnchatApp) -> tuple[DraftScreen, DraftEditor]:
    await pilot.press("f5")
    await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
    screen = app.screen
    assert isinstance(screen, DraftScreen)
    return screen, screen.editor


async def write(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*({" ": "space", "\n": "enter"}.get(character, character) for character in text))


def status(app: RnnchatApp) -> str:
    return str(app.screen.query_one(DraftStatus).render())


def news(app: RnnchatApp) -> str:
    return "\n".join(f"{note.title} {note.message}" for note in app._notifications)


def send(app: RnnchatApp, *what: str) -> None:
    """Send keys by their names, and text, at once, as one write of a terminal."""
    for one in what:
        if one.startswith("<"):
            app.post_message(events.Key(one[1:-1], None))
        else:
            for letter in one:
                app.post_message(events.Key("space" if letter == " " else letter, letter))


def composer_of(app: RnnchatApp) -> Composer:
    return app.get_screen_stack("chat")[0].query_one(Composer)


def draft_of(app: RnnchatApp) -> DraftScreen:
    (screen, *_) = app.get_screen_stack("draft")
    assert isinstance(screen, DraftScreen)
    return screen


def written(app: RnnchatApp) -> str:
    """Return all text that the screen shows."""
    return "\n".join(str(static.render()) for static in app.screen.query(Static))
