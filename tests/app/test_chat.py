"""The chat as a person uses it, driven by its keys."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from rnnchat.app import chat_engine
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.attribution import AttributionScreen
from rnnchat.app.screens.chat import ChatTurn
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.number_stepper import NumberStepper
from rnnchat.generation.attribution import Attribution
from rnnchat.library.settings import Settings, change_settings, load_settings
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import Turn
from tests.app.helpers import SIZE, chat_of, hear_a_long_reply, shown, wait_until, written


@pytest.fixture
def app(paths: Paths, tiny_model: str, monkeypatch: pytest.MonkeyPatch) -> RnnchatApp:
    """An app whose model is tiny and whose replies come at once."""
    monkeypatch.setattr(chat_engine, "PIECES_PER_SECOND", 10_000)
    with change_settings(paths) as settings:
        settings.model = tiny_model
        settings.reply_pieces = 30
        settings.seed = 1
    return RnnchatApp(paths)


async def say(pilot: Pilot[None], app: RnnchatApp, text: str) -> None:
    """Send a message and wait for the reply."""
    chat = chat_of(app)
    before = len(chat.turns)
    chat.query_one(Composer).text = text
    await pilot.press("enter")
    await wait_until(pilot, lambda: len(chat.turns) == before + 2 and not chat.is_replying)


def slowly(add: Callable[..., tuple[int, int]]) -> Callable[..., tuple[int, int]]:
    """Return `add` as it is on a slow disk."""

    def add_slowly(*turn: object) -> tuple[int, int]:
        time.sleep(0.3)
        return add(*turn)

    return add_slowly


async def test_it_opens_ready_to_write_and_says_what_it_is(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert isinstance(app.focused, Composer)
        assert app.screen.query_one("#welcome", Static).display
        assert app.screen.query_one(Composer).border_title == "to tiny"


async def test_a_chat(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*"Rain")
        await pilot.press("ctrl+j", *"again", "enter")
        chat = chat_of(app)
        await wait_until(pilot, lambda: len(chat.turns) == 2 and not chat.is_replying)
        await pilot.pause()
        (first, said), (second, reply) = shown(app)
        assert (first, said, second) == ("user", "Rain\nagain", "model")
        assert reply.strip()
        assert chat.query_one(Composer).text == ""
        assert not chat.query_one("#welcome").display
        kept = app.chats.turns(app.chats.find()[0].id)
        assert [(turn.role, turn.text) for turn in kept] == shown(app)


async def test_the_same_seed_replies_the_same_and_again_differs(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, app, "The river")
        first = shown(app)[1][1]
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert shown(app) == []
        await say(pilot, app, "The river")
        assert shown(app)[1][1] == first
        chat = chat_of(app)
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: len(chat.turns) == 2 and not chat.is_replying)
        assert len(shown(app)) == 2
        assert shown(app)[1][1] != first
        kept = app.chats.turns(app.chats.find()[0].id)
        assert [turn.text for turn in kept] == ["The river", chat.turns[1].text]


async def test_escape_stops_and_keeps_what_has_come(app: RnnchatApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app.run_test(size=SIZE) as pilot:
        chat = await hear_a_long_reply(pilot, app, monkeypatch)
        monkeypatch.setattr(app.chats, "add_turn", slowly(app.chats.add_turn))
        await pilot.press("enter")  # nothing is sent while a reply comes in
        await pilot.press("escape")
        await wait_until(pilot, lambda: not chat.is_replying)  # until what has come is kept
        await pilot.pause()
        kept = app.chats.turns(app.chats.find()[0].id)
        assert len(kept) == 2
        assert kept[1].text == shown(app)[1][1]
        assert 5 < len(kept[1].text) < 2000


async def test_a_new_chat_stops_a_reply_which_stays_where_it_was_asked_for(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        chat = await hear_a_long_reply(pilot, app, monkeypatch)
        asked = chat.conversation
        await pilot.press("ctrl+n")
        monkeypatch.setattr(chat_engine, "PIECES_PER_SECOND", 10_000)
        app.settings.reply_pieces = 30
        await say(pilot, app, "Something else")
        await wait_until(pilot, lambda: not asked.is_replying)
        assert asked.chat is not None
        assert [turn.role for turn in app.chats.turns(asked.chat)] == ["user", "model"]
        assert [said.role for said in chat.turns] == ["user", "model"]
        assert chat.turns[0].text == "Something else"
        assert asked.chat != chat.conversation.chat


async def test_what_is_said_is_text_and_nothing_else(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        evil = "[@click=app.leave]x[/] [bold]b [/] see [1] \x1b]52;c;aGk=\x07 \u202egnp"
        await say(pilot, app, evil)
        await pilot.pause()
        assert shown(app)[0][1] == "[@click=app.leave]x[/] [bold]b [/] see [1]  gnp"
        svg = app.export_screenshot()
        assert "[@click=app.leave]x[/]" in svg.replace("&#160;", " ").replace("&#x27;", "'")
        assert "\x1b" not in svg
        assert "\u202e" not in svg


async def test_f8_shows_what_of_a_reply_stands_in_the_notes(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f8")
        await pilot.pause()
        assert app.screen is chat_of(app), "there is no reply yet"
        chat_of(app).show_chat(
            None, [ChatTurn("model", "Yes, the [b]boat leaves at noon[/b] today.", "tiny", 1)]
        )
        await pilot.press("f8")
        await wait_until(pilot, lambda: isinstance(app.screen, AttributionScreen))
        assert "none of your notes" in written(app)
        await pilot.press("escape")
        found = [Attribution("[b]boat leaves at noon", "/notes/[red]sea.md", 12, 9)]
        app.chat_engine.attribution = lambda name, text: found  # type: ignore[method-assign]
        await pilot.press("f8")
        await wait_until(pilot, lambda: isinstance(app.screen, AttributionScreen))
        assert "52% of this reply" in written(app)
        assert "the [b]boat leaves at noon[1][/b]" in written(app)
        assert "[1] /notes/[red]sea.md, line 12" in written(app)


async def test_a_long_chat_shows_its_end_and_more_on_demand(app: RnnchatApp) -> None:
    chat_number = None
    for number in range(50):
        chat_number, _ = app.chats.add_turn(chat_number, "user", f"turn {number}", "tiny")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: bool(app.screen.query(OptionList)))
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(shown(app)) == 20)
        assert shown(app)[-1][1] == "turn 49"
        await pilot.press("f7")
        await wait_until(pilot, lambda: len(shown(app)) == 40)
        assert [text for _, text in shown(app)] == [f"turn {n}" for n in range(10, 50)]


async def test_a_replaced_reply_is_rejected_until_the_next_message(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply, rejections = app.chat_engine.reply, []

    def noted(settings: Settings, turns: list[Turn], is_cancelled: Callable[[], bool], rejected: list[str]):  # type: ignore[no-untyped-def]
        rejections.append(rejected)
        return reply(settings, turns, is_cancelled, rejected)

    monkeypatch.setattr(app.chat_engine, "reply", noted)
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, app, "Hello")
        chat, replaced = chat_of(app), []
        for count in (1, 2):
            replaced.append(chat.turns[-1].text)
            await pilot.press("ctrl+r")
            await wait_until(pilot, lambda count=count: len(rejections) == count + 1 and not chat.is_replying)
        await say(pilot, app, "Hello again")
    assert rejections == [[], replaced[:1], replaced, []]


async def test_sampling_holds_at_once_and_is_kept(app: RnnchatApp, paths: Paths) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+g")
        await wait_until(pilot, lambda: isinstance(app.focused, NumberStepper))
        await pilot.press("right", "right", "down", "left", "down", "left")
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.focused, Composer))
        assert app.settings.temperature == 0.8
        assert load_settings(paths).temperature == 0.8
        assert load_settings(paths).guidance == 0.9
        assert load_settings(paths).top_p == 0.9
