"""What tests of the draft, Models and Train screens share."""

from __future__ import annotations

from textual.pilot import Pilot

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.app.widgets.draft_status import DraftStatus
from tests.app.test_app import wait_until


async def open_draft(pilot: Pilot[None], app: RnnchatApp) -> tuple[DraftScreen, DraftEditor]:
    """Go to the draft screen and wait until a draft is loaded."""
    await pilot.press("f5")
    await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
    screen = app.screen
    assert isinstance(screen, DraftScreen)
    return screen, screen.editor


async def write(pilot: Pilot[None], text: str) -> None:
    """Press the keys that write `text`."""
    await pilot.press(*({" ": "space", "\n": "enter"}.get(character, character) for character in text))


async def wait_for_suggestion(pilot: Pilot[None], editor: DraftEditor, text: str) -> None:
    """Wait until `text` is shown in grey after the cursor."""
    await wait_until(pilot, lambda: editor.suggestion == text)


def status(app: RnnchatApp) -> str:
    """Return the status line of the draft."""
    return str(app.screen.query_one(DraftStatus).render())


def toasts(app: RnnchatApp) -> list[str]:
    """Return the texts of the messages on the screen, each with its title."""
    return [str(toast.render()) for toast in app.screen.query("Toast")]


def toast_text(app: RnnchatApp) -> str:
    """Return the texts of all messages on the screen."""
    return "\n".join(toasts(app))
