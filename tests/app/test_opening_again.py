"""A draft that is on the screen and is opened once more stays the one draft that it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, wait_until


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    return RnnchatApp(paths)


def saved_text(app: RnnchatApp, path: Path) -> str:
    """Return the text that is saved of the draft of a file."""
    draft = app.drafts.of_file(path)
    return "" if draft is None else draft.text


@pytest.mark.parametrize("before", [None, "Bread needs time.\n"])
@pytest.mark.parametrize("typed", ["", "So do I"])
async def test_opening_what_is_open_changes_nothing(
    app: RnnchatApp, tmp_path: Path, before: str | None, typed: str
) -> None:
    path = tmp_path / "bread.md"
    if before is not None:
        path.write_text(before)
    app.file_to_open = path
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        editor = app.screen.query_one(DraftEditor)
        for _ in range(3):
            editor.insert(typed)
            await pilot.press("ctrl+o")
            await wait_until(pilot, lambda: isinstance(app.focused, Input))
            app.screen.query_one(Input).value = str(path)
            await pilot.press("enter")
            await wait_until(pilot, lambda: app.focused is editor)
            await wait_until(pilot, lambda: saved_text(app, path) == editor.text)
        assert editor.text.replace(typed, "") == (before or "")
        assert editor.text.count(typed or "\0") == (3 if typed else 0)
        if before or typed:
            assert [draft.title for draft in app.drafts.find()] == ["bread.md"]
            assert app.drafts.of_file(path).text == editor.text


async def test_a_file_that_another_program_wrote_is_shown_when_it_is_opened_again(
    app: RnnchatApp, tmp_path: Path
) -> None:
    path = tmp_path / "bread.md"
    path.write_text("Bread needs time.\n")
    app.file_to_open = path
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        editor = app.screen.query_one(DraftEditor)
        await wait_until(pilot, lambda: len(app.drafts.find()) == 1)
        path.write_text("Bread needs more time.\n")
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await wait_until(pilot, lambda: editor.text == "Bread needs more time.\n")
        editor.insert("Yes. ")
        await wait_until(pilot, lambda: saved_text(app, path) == editor.text)
        assert len(app.drafts.find()) == 1
