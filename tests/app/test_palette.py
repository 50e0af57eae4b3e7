"""The command palette: every command once, with a key that the help page tells, too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.screen import Screen

from rnnchat.app.app import RnnchatApp
from rnnchat.app.key_names import display_key
from rnnchat.app.screens.attribution import AttributionScreen
from rnnchat.app.screens.browse import BrowseScreen
from rnnchat.app.screens.chats import ChatsScreen
from rnnchat.app.screens.dialogs import AskName, AskPath, Confirm
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.app.screens.help import HelpScreen, page
from rnnchat.app.screens.sampling import SamplingScreen, SuggestingScreen
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, wait_until

pytestmark = pytest.mark.slow

DIALOGS: dict[str, Callable[[], Screen[object]]] = {
    "help": HelpScreen,
    "chats": lambda: ChatsScreen(None),
    "drafts": lambda: DraftsScreen(0),
    "sampling": SamplingScreen,
    "suggesting": SuggestingScreen,
    "confirm": lambda: Confirm("?", "", yes="Yes", no="No"),
    "name": lambda: AskName("Name", "me"),
    "path": lambda: AskPath("Path", "", str),
    "browse": lambda: BrowseScreen(Path("/nowhere")),
    "origins": lambda: AttributionScreen("me", "text", []),
}
KEY = re.compile(r"\(([A-Z1-3←→↑↓][\w+←→↑↓]*)\)\Z")


def check(app: RnnchatApp) -> None:
    commands = list(app.get_system_commands(app.screen))
    titles = [command.title for command in commands]
    assert len(set(titles)) == len(titles), "no command twice"
    assert all(titles)
    told = set(page().plain.replace("^Y", "Ctrl+Y").split()) | {"Esc"}
    for command in commands:
        found = KEY.search(command.help)
        if found is None:
            assert command.title in ("Switch to light or dark", "Theme"), command
        elif found[1] != "F1":
            assert found[1] in told, f"{command.title}: {found[1]} stands nowhere in the help"


@pytest.mark.parametrize("key", ["f2", "f3", "f4", "f5", "f10", "ctrl+l"])
async def test_every_command_of_a_screen(paths: Paths, key: str) -> None:
    app = RnnchatApp(paths)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        await wait_until(pilot, lambda: app.focused is not None)
        check(app)


@pytest.mark.parametrize("name", sorted(DIALOGS))
async def test_every_command_of_a_dialog(paths: Paths, name: str) -> None:
    app = RnnchatApp(paths)
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(DIALOGS[name]())
        await pilot.pause()
        check(app)


def test_keys_are_written_as_in_the_help() -> None:
    assert [display_key(key) for key in ("ctrl+r", "f7", "pageup", "escape", "r", "delete")] == [
        "Ctrl+R",
        "F7",
        "PgUp",
        "Esc",
        "R",
        "Del",
    ]
