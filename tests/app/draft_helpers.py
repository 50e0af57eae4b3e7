"""What tests of the draft, Models and Train screens share, besides what all tests of the app do."""

from __future__ import annotations

from textual.pilot import Pilot

from rnnchat.app.app import RnnchatApp
from rnnchat.app.widgets.draft_editor import DraftEditor
from tests.app.helpers import wait_until


async def wait_for_suggestion(pilot: Pilot[None], editor: DraftEditor, text: str) -> None:
    """Wait until `text` is shown in grey after the cursor."""
    await wait_until(pilot, lambda: editor.suggestion == text)


def toasts(app: RnnchatApp) -> list[str]:
    """Return the messages on the screen, each with its title; the app must run with notifications."""
    return [str(toast.render()) for toast in app.screen.query("Toast")]


def toast_text(app: RnnchatApp) -> str:
    """Return the messages on the screen as one text."""
    return "\n".join(toasts(app))
