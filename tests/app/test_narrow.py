"""The screens in the smallest terminal that rnnchat supports."""

from __future__ import annotations

import pytest
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey
from textual.widgets._toast import Toast

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.widgets.top_bar import TopBar
from rnnchat.errors import RnnchatError
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths
from tests.app.helpers import open_draft, wait_until

SMALLEST = (44, 12)


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    return RnnchatApp(paths)


async def test_the_top_bar_shows_every_screen_and_the_model(app: RnnchatApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        bar = app.screen.query_one(TopBar)
        status = bar.query_one(".status", Static)
        await wait_until(pilot, lambda: "tiny" in str(status.content))
        names = [str(item.content) for item in bar.query(Static) if item.region.area]
        assert names == ["Chat F2", "Train F3", "Models F4", "Draft F5", "● tiny"]
        for item in bar.query(Static):
            assert item.content_size.width >= len(str(item.content)) or not item.display
        assert status.region.right <= SMALLEST[0]


async def test_an_empty_draft_leaves_lines_to_write_in(app: RnnchatApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        screen, editor = await open_draft(pilot, app)
        assert isinstance(screen, DraftScreen)
        await wait_until(pilot, lambda: bool(screen.query_one("#draft-welcome").region.area))
        assert editor.region.height >= 2
        assert screen.region.contains_region(editor.region)


async def test_a_message_covers_few_lines(app: RnnchatApp) -> None:
    async with app.run_test(size=SMALLEST, notifications=True) as pilot:
        app.report(RnnchatError("The folder of the notes is gone. " * 2, "Name another folder. " * 2))
        await wait_until(pilot, lambda: any(toast.region.area for toast in app.screen.query(Toast)))
        toast = app.screen.query_one(Toast)
        assert toast.region.height <= 5
        assert toast.region.width >= 40
        assert "Name another folder. Name another folder." in str(toast.render())
        assert app.screen.region.contains_region(toast.region)


@pytest.mark.parametrize(
    ("key", "mode"), [("f2", "chat"), ("f3", "train"), ("f4", "models"), ("f5", "draft"), ("f10", "sort")]
)
async def test_the_footer_cuts_no_key(app: RnnchatApp, key: str, mode: str) -> None:
    def keys() -> list[FooterKey]:
        return list(app.screen.query_one(Footer).query(FooterKey))

    def is_shown() -> bool:
        is_there = isinstance(app.screen, AppScreen) and mode == app.screen.MODE
        return is_there and bool(keys()) and all(one.region.area for one in keys())

    async with app.run_test(size=SMALLEST) as pilot:
        await pilot.press(key)
        await wait_until(pilot, is_shown)
        narrow = len(keys())
        assert max(one.region.right for one in keys()) <= SMALLEST[0]
        await pilot.resize_terminal(140, 40)
        await wait_until(pilot, lambda: len(keys()) > narrow or mode in ("train", "sort"))
        await pilot.resize_terminal(*SMALLEST)
        await wait_until(pilot, lambda: len(keys()) == narrow)
