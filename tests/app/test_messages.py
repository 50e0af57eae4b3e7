"""Messages in small terminals leave what is written and what is chosen readable."""

from __future__ import annotations

from contextlib import suppress

import pytest
from textual.errors import NoWidget
from textual.geometry import Region
from textual.widgets import OptionList
from textual.widgets._toast import Toast

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.app.widgets.composer import Composer
from rnnchat.errors import RnnchatError
from rnnchat.library.drafts import Draft
from rnnchat.storage.paths import Paths
from tests.app.helpers import chat_of, open_draft, wait_until

ERROR = RnnchatError(
    "The disk is full: writing the draft was not possible.", "Free some space, and save it again."
)


@pytest.mark.slow
async def test_messages_cover_neither_the_message_nor_the_chosen_row(paths: Paths) -> None:
    app = RnnchatApp(paths)
    for number in range(12):
        app.drafts.keep(Draft(text=f"Draft number {number}."))
    async with app.run_test(size=(44, 12), notifications=True) as pilot:
        app.report(ERROR)
        await wait_until(pilot, lambda: bool(_toasts(app)))
        composer = chat_of(app).query_one(Composer).region
        assert not any(toast.overlaps(composer) for toast in _toasts(app))
        await open_draft(pilot, app)
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftsScreen))
        options = app.screen.query_one(OptionList)
        await wait_until(pilot, lambda: options.option_count == 12)
        app.inform("This draft is open. Start a new one first (Ctrl+N).")
        await wait_until(pilot, lambda: len(app.screen.query(Toast)) == 2)
        await wait_until(pilot, lambda: len(_toasts(app)) == 1)
        assert not any(toast.overlaps(options.region) for toast in _toasts(app))


def _toasts(app: RnnchatApp) -> list[Region]:
    """Return where messages are visible."""
    found = []
    for toast in app.screen.query(Toast):
        with suppress(NoWidget):  # it is not laid out yet
            found.append(app.screen.find_widget(toast).visible_region)
    return [region for region in found if region.area]
