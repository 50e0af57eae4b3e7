"""Questions to the notes in the chat, the passages below replies, and the notes related to a draft."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from rnnchat.app import chat_engine
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens import passages
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.screens.passages import PlacesScreen
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.near_passages import NearPassages
from rnnchat.app.widgets.turn_view import TurnView
from rnnchat.library import asked_notes
from rnnchat.library.asked_notes import AskedNotes, notes_under
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, chat_of, news, open_draft, wait_until
from tests.helpers.waiting import patience

NOTES = {
    "heating.md": "# Heating\n\nThe boiler is serviced every autumn.\n\nThe pressure should be 1.5 bar.\n",
    "bread.md": "# Bread\n\nThe dough rests for twelve hours. Bake it with steam.\n",
    "rolls.md": "# Rolls\n\nThe dough for rolls rests for one hour. Bake them with steam.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def app(paths: Paths, tiny_model: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> RnnchatApp:
    """An app whose model has learned three notes."""

    def notes_of_model(paths: Paths, model: str) -> AskedNotes:
        return notes_under(paths, [folder])

    monkeypatch.setattr(asked_notes, "notes_of_model", notes_of_model)
    monkeypatch.setattr(chat_engine, "PIECES_PER_SECOND", 10_000)
    with change_settings(paths) as settings:
        settings.model = tiny_model
        settings.reply_pieces = 10
        settings.seed = 1
    return RnnchatApp(paths)


def texts(app: RnnchatApp) -> str:
    return "\n".join(str(one.render()) for one in app.screen.query(Static))


async def test_a_question_is_answered_and_enter_opens_the_note_at_its_line(
    app: RnnchatApp, folder: Path
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("question_mark", *"how", "space", *"much", "space", *"pressure", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        assert "The pressure should be 1.5 bar." in texts(app)
        options = app.screen.query_one(OptionList)
        assert "heating.md:5" in str(options.get_option_at_index(0).prompt)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        screen = app.screen
        assert isinstance(screen, DraftScreen)
        await wait_until(pilot, lambda: screen.editor.cursor_location == (4, 0))
        assert screen.editor.text == (folder / "heating.md").read_text()


async def test_the_name_of_a_file_is_shown_in_one_line(app: RnnchatApp, folder: Path) -> None:
    (folder / "new\nline\x1b[31m[red]\udcff.md").write_text("The chimney is swept in May.")
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one(Composer).text = "? chimney"
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        shown = str(app.screen.query_one(OptionList).get_option_at_index(0).prompt)
        assert "new\\nline\\x1b[31m[red]\\xff.md:1" in shown


async def test_a_long_question_leaves_space_for_the_passages(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one(Composer).text = "? boiler pressure " + "a b " * 5_000
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        await pilot.pause()
        places = app.screen.query_one(OptionList)
        assert places.region.height >= 2
        assert app.screen.region.contains_region(places.region)


async def test_a_question_is_no_turn_of_the_chat(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one(Composer).text = "?boiler"
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen))
        assert chat_of(app).turns == []
        assert chat_of(app).query_one(Composer).text == ""


async def test_a_follow_up_question_keeps_the_subject(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        for question, answer in (
            ("? how long does bread dough rest", "twelve"),
            ("? and how is it baked", "Bake it"),
        ):
            app.screen.query_one(Composer).text = question
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
            first = str(app.screen.query_one(OptionList).get_option_at_index(0).prompt)
            assert "bread.md" in first
            assert answer in texts(app) or answer in first
            await pilot.press("escape")
            await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen))


async def test_a_question_without_an_answer_says_so(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one(Composer).text = "? sistine chapel"
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        assert "Nothing in your notes" in texts(app)
        await pilot.press("escape")
        app.screen.query_one(Composer).text = "?"
        await pilot.press("enter")
        await wait_until(pilot, lambda: "after the ?" in news(app))


async def test_the_nearest_passages_are_shown_below_a_reply(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        chat = chat_of(app)
        chat.query_one(Composer).text = "The boiler pressure is low"
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(chat.turns) == 2 and not chat.is_replying)
        view = chat.query(TurnView).last()
        await wait_until(pilot, lambda: bool(view.query(NearPassages)))
        near = view.query_one(NearPassages)
        assert "heating.md:3" in str(near.get_option_at_index(0).prompt)
        assert "Shift+Tab" in str(view.query_one(".hint-passages", Static).render())
        assert near.highlighted is None


async def test_a_passage_below_a_reply_is_opened_with_the_keyboard(app: RnnchatApp, folder: Path) -> None:
    async with app.run_test(size=(44, 12)) as pilot:
        chat = chat_of(app)
        chat.query_one(Composer).text = "The boiler pressure is low"
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(chat.turns) == 2 and not chat.is_replying)
        await wait_until(pilot, lambda: bool(chat.query(NearPassages)))
        await pilot.press("shift+tab")
        assert chat.query_one(NearPassages).has_focus
        await pilot.press("escape")
        assert chat.query_one(Composer).has_focus
        await pilot.press("shift+tab", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        screen = app.screen
        assert isinstance(screen, DraftScreen)
        await wait_until(pilot, lambda: screen.editor.text == (folder / "heating.md").read_text())
        await wait_until(pilot, lambda: screen.editor.cursor_location == (2, 0))


async def test_keys_typed_while_an_answer_opens_do_nothing_in_it(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        asked, answered = threading.Event(), threading.Event()
        ask = app.note_finder.ask

        def slow(model: str, question: str) -> object:
            asked.set()
            answered.wait(patience(10))
            return ask(model, question)

        monkeypatch.setattr(app.note_finder, "ask", slow)
        monkeypatch.setattr(passages, "HELD_SECONDS", 1000.0)
        composer = chat_of(app).query_one(Composer)
        composer.text = "? boiler pressure"
        composer.move_cursor(composer.document.end)
        await pilot.press("enter")
        await wait_until(pilot, asked.is_set)
        await pilot.press(*" and")
        answered.set()
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        await pilot.press("q", "enter")
        assert isinstance(app.screen, PlacesScreen)
        monkeypatch.setattr(passages, "HELD_SECONDS", 0.0)
        await pilot.press("q")
        await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen))
        assert composer.text == "and", "what was typed after the question is kept"


async def test_an_answer_does_not_open_over_another_screen(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        answered = threading.Event()
        ask = app.note_finder.ask

        def slow(model: str, question: str) -> object:
            answered.wait(patience(10))
            return ask(model, question)

        monkeypatch.setattr(app.note_finder, "ask", slow)
        chat = chat_of(app)
        chat.query_one(Composer).text = "? boiler pressure"
        await pilot.press("enter")
        await open_draft(pilot, app)
        answered.set()
        await wait_until(pilot, lambda: "press Enter in Chat" in news(app))
        assert isinstance(app.screen, DraftScreen)
        assert chat.query_one(Composer).text == "? boiler pressure"


async def test_related_notes_open_in_draft(app: RnnchatApp, folder: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        editor.text = "# Rye bread\n\nThe dough rests, then bake it."
        await pilot.press("f9")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        assert "bread.md" in str(app.screen.query_one(OptionList).get_option_at_index(0).prompt)
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.editor.text == (folder / "bread.md").read_text())


async def test_a_note_that_was_moved_away_is_not_opened_as_a_new_draft(app: RnnchatApp, folder: Path) -> None:
    gone = "heating.md is gone: it was moved, renamed or deleted."
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one(Composer).text = "? how much pressure"
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        assert "heating.md" in str(app.screen.query_one(OptionList).get_option_at_index(0).prompt)
        (folder / "heating.md").rename(folder / "boiler.md")
        await pilot.press("enter")
        await wait_until(pilot, lambda: gone in news(app))
        assert isinstance(app.screen, PlacesScreen), "the answer can still be read"
        (folder / "boiler.md").rename(folder / "heating.md")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))


async def test_a_related_note_that_was_moved_away_is_not_opened(app: RnnchatApp, folder: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        editor.text = "# Rye bread\n\nThe dough rests, then bake it."
        await pilot.press("f9")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesScreen))
        (folder / "bread.md").unlink()
        before = editor.text
        await pilot.press("enter")
        await wait_until(pilot, lambda: "bread.md is gone" in news(app))
        assert isinstance(app.screen, PlacesScreen)
        assert editor.text == before


async def test_a_passage_below_a_reply_that_was_moved_away_is_not_opened(
    app: RnnchatApp, folder: Path
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        chat = chat_of(app)
        chat.query_one(Composer).text = "The boiler pressure is low"
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(chat.turns) == 2 and not chat.is_replying)
        await wait_until(pilot, lambda: bool(chat.query(NearPassages)))
        (folder / "heating.md").unlink()
        await pilot.press("shift+tab", "enter")
        await wait_until(pilot, lambda: "heating.md is gone" in news(app))
        assert app.screen is chat
