"""How drafts are kept and saved, as a writer sees it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.dialogs import AskPath, Confirm
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.errors import StorageError
from rnnchat.library.drafts import Draft
from rnnchat.library.settings import change_settings
from rnnchat.storage.files import TextFile, save_text
from rnnchat.storage.paths import Paths
from tests.app.draft_helpers import toast_text
from tests.app.helpers import SIZE, open_draft, status, wait_until, write

pytestmark = pytest.mark.slow


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    return RnnchatApp(paths)


async def test_all_that_is_typed_is_kept_and_comes_back(app: RnnchatApp, paths: Paths) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "Dear reader")
        await wait_until(pilot, lambda: [one.title for one in app.drafts.find()] == ["Dear reader"])
        await pilot.press("left", "left")
        await write(pilot, "X")
    again = RnnchatApp(paths)
    async with again.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, again)
        assert editor.text == "Dear readXer", "leaving keeps what was typed last"
        assert editor.offset_of_cursor == 10


async def test_a_new_draft_keeps_the_old_one(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "one")
        await pilot.press("ctrl+n")
        assert editor.text == ""
        await write(pilot, "two")
        await wait_until(pilot, lambda: len(app.drafts.find()) == 2)
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftsScreen))
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count == 2)
        await write(pilot, "one")
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await wait_until(pilot, lambda: editor.text == "one")
        assert {one.title for one in app.drafts.find()} == {"one", "two"}


async def test_saving_to_a_file_and_over_a_change(app: RnnchatApp, tmp_path: Path) -> None:
    path = tmp_path / "letter.md"
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        await write(pilot, "Hello")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, AskPath))
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await wait_until(pilot, path.exists)
        await wait_until(pilot, lambda: "letter.md  ·  1 word  ·  saved" in status(app))
        path.write_text("by another program")
        await write(pilot, "!")
        await wait_until(pilot, lambda: "not in file" in status(app))
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        assert path.read_text() == "by another program"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("right", "enter")
        await wait_until(pilot, lambda: path.read_text() == "Hello!")


async def test_a_file_belongs_to_the_draft_that_was_saved_whatever_is_open_by_then(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, let_go = tmp_path / "letter.md", threading.Event()

    def slow(file: TextFile, text: str) -> TextFile:
        let_go.wait(20)
        return save_text(file, text)

    monkeypatch.setattr("rnnchat.app.screens.draft_files.save_text", slow)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen, editor = await open_draft(pilot, app)
        await write(pilot, "Hello")
        screen.file_saver.save_to(str(path), None)
        await write(pilot, "!")
        await pilot.press("ctrl+n")
        await write(pilot, "Another")
        let_go.set()
        await wait_until(pilot, lambda: "Saved as" in toast_text(app))
        assert screen.open_draft.draft.file is None
        await wait_until(pilot, lambda: "letter.md" in [one.title for one in app.drafts.find()])
        kept = app.drafts.of_file(path)
        assert kept is not None and kept.text == "Hello!"
        assert path.read_text() == "Hello"
        assert editor.text == "Another"
        await wait_until(pilot, lambda: len(app.drafts.find()) == 2)


async def test_leaving_asks_first_where_what_was_typed_cannot_be_kept(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(draft: Draft) -> Draft:
        raise StorageError("The disk is full.", "Make room.")

    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_draft(pilot, app)
        with monkeypatch.context() as patched:
            patched.setattr(app.drafts, "keep", full)
            await write(pilot, "Hello")
            await wait_until(pilot, lambda: status(app) == "1 word  ·  not autosaved")
            await wait_until(pilot, lambda: "The disk is full" in toast_text(app))
            await pilot.press("ctrl+q")
            await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("escape")
        assert app.is_running
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert [one.title for one in app.drafts.find()] == ["Hello"]


async def test_what_could_not_be_kept_is_tried_again_also_of_a_draft_that_was_left(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnchat.app.autosave.RETRY_SECONDS", 0.3)

    def full(draft: Draft) -> Draft:
        raise StorageError("The disk is full.", "Make room.")

    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen, _ = await open_draft(pilot, app)
        with monkeypatch.context() as patched:
            patched.setattr(app.drafts, "keep", full)
            await write(pilot, "one")
            await pilot.press("ctrl+n")
            await wait_until(pilot, lambda: "The disk is full" in toast_text(app))
            await write(pilot, "two")
            await wait_until(pilot, lambda: len(screen.autosave.unsaved) == 2)
        await wait_until(pilot, lambda: {one.title for one in app.drafts.find()} == {"one", "two"})
        await wait_until(pilot, lambda: "autosaved, no file" in status(app))
        await wait_until(pilot, lambda: not screen.autosave.unsaved)


async def test_a_place_that_cannot_be_written_to_says_so(app: RnnchatApp, tmp_path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        await write(pilot, "Hello")
        await pilot.press("f12")
        await wait_until(pilot, lambda: isinstance(app.screen, AskPath))
        app.screen.query_one(Input).value = str(tmp_path / "nowhere" / "x.md")
        await pilot.press("enter")
        refused = app.screen.query_one("#refused", Static)
        await wait_until(pilot, lambda: "There is no folder" in str(refused.content))


async def test_a_file_given_on_the_command_line(paths: Paths, tiny_model: str, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("[b]not markup[/b] \x1b]0;x\x07\n")
    app = RnnchatApp(paths, file=path)
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        screen = app.screen
        assert isinstance(screen, DraftScreen)
        assert screen.editor.text == path.read_text()
        svg = app.export_screenshot()
        assert "\x1b" not in svg
        assert "note.md" in status(app)


async def test_a_draft_changed_by_another_rnnchat_is_kept_twice(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen, _ = await open_draft(pilot, app)
        await write(pilot, "mine")
        await wait_until(pilot, lambda: bool(app.drafts.find()))
        kept = app.drafts.load()
        assert kept is not None
        app.drafts.keep(Draft(kept.id, kept.version, "theirs"))
        await write(pilot, "!")
        await wait_until(pilot, lambda: "Another rnnchat has changed this draft" in toast_text(app))
        assert {one.title for one in app.drafts.find()} == {"mine!", "theirs"}
        assert screen.open_draft.draft_id != kept.id
