"""The titles that are offered when a draft is saved for the first time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from rnnchat.app.app import RnnchatApp
from rnnchat.app.draft_titles import names_of, titles_of_draft
from rnnchat.app.screens.first_save import AskFirstPath
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, open_draft, wait_until, write

TEXT = "You can undo the last commit with git reset. The changes of the last commit stay."


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    return RnnchatApp(paths)


@pytest.mark.slow
async def test_a_title_is_offered_and_taken(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        editor.text = TEXT
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, AskFirstPath))
        field = app.screen.query_one(Input)
        titles = app.screen.query_one("#titles", OptionList)
        await wait_until(pilot, lambda: titles.display)
        assert field.value == f"{tmp_path}/{titles.get_option_at_index(0).prompt}"
        assert field.selected_text == titles.get_option_at_index(0).prompt, "typing replaces the name"
        field.value = f"{tmp_path}/"
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: field.value.endswith(".md"))
        assert app.focused is field
        path = Path(field.value)
        assert path.parent == tmp_path
        await pilot.press("enter")
        await wait_until(pilot, path.exists)
        assert path.read_text() == TEXT


@pytest.mark.slow
async def test_a_draft_without_sentences_is_saved_without_titles(app: RnnchatApp, tmp_path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        await write(pilot, "12")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, AskFirstPath))
        screen = app.screen
        await pilot.press("down")
        assert not screen.query_one("#titles").display
        screen.query_one(Input).value = str(tmp_path / "numbers.md")
        await pilot.press("enter")
        await wait_until(pilot, (tmp_path / "numbers.md").exists)


def test_a_draft_with_a_heading_is_named_after_it(paths: Paths) -> None:
    assert titles_of_draft(paths, "base", f"# Undo things\n\n{TEXT}") == ["Undo things"]


def test_a_file_name_has_nothing_that_file_systems_refuse() -> None:
    assert names_of(["\u202ex\ud800y"]) == ["x y.md"]
    assert names_of(["a/b: c?", "..hidden", "*", "語" * 100]) == ["a b c.md", "hidden.md", f"{'語' * 66}.md"]


@pytest.mark.slow
async def test_titles_can_be_chosen_in_a_small_terminal(app: RnnchatApp) -> None:
    async with app.run_test(size=(44, 12)) as pilot:
        _, editor = await open_draft(pilot, app)
        editor.text = TEXT
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, AskFirstPath))
        titles = app.screen.query_one("#titles", OptionList)
        await wait_until(pilot, lambda: titles.display)
        await pilot.press("down")
        await wait_until(pilot, lambda: app.focused is titles and titles.region.height > 0)
        await pilot.pause()
        assert app.screen.find_widget(titles).visible_region.height > 0


@pytest.mark.slow
async def test_what_was_typed_before_a_title_is_found_stays(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = threading.Event()
    monkeypatch.setattr(
        "rnnchat.app.draft_titles.titles_of_draft", lambda *_: found.wait(30) and ["Undo the last commit"]
    )
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        editor.text = TEXT
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, AskFirstPath))
        field = app.screen.query_one(Input)
        field.value = typed = f"{tmp_path}/mine"
        await pilot.pause()
        found.set()
        await wait_until(pilot, lambda: app.screen.query_one("#titles", OptionList).display)
        assert field.value == typed
