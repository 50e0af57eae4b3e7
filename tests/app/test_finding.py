"""Find and replace in a draft, in every alphabet; and what is offered of a search in chats."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.chats import ChatsScreen
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.widgets.find_bar import FindBar, SearchTerm, replace_all
from rnnchat.app.widgets.transcript import PAGE_TURNS, EarlierTurns, LaterTurns, Transcript
from rnnchat.app.widgets.turn_view import TurnView
from rnnchat.library.drafts import Draft
from rnnchat.library.text_folding import fold_keeping_accents
from tests.app.helpers import SIZE, wait_until


@pytest.mark.parametrize(
    ("text", "sought", "replaced"),
    [
        (unicodedata.normalize("NFD", "Le café et le Café"), "café", "Le X et le X"),
        ("Le café", unicodedata.normalize("NFD", "café"), "Le X"),
        ("cafe, café", "cafe", "X, café"),
        ("Café and café", "Café", "X and café"),
        ("STRASSE, Straße, strasse", "straße", "X, X, X"),
        ("Ｗｉｄｅ wide", "wide", "X X"),
        ("ﬁ fi i", "i", "ﬁ fX X"),
        ("İ İ", "i\u0307", "X X"),
        ("今天天气很好", "天气", "今天X很好"),
        ("ΟΔΟΣ οδός", "οδοσ", "X οδός"),
        ("🙂🙂🙃", "🙂", "XX🙃"),
    ],
)
def test_what_is_replaced_is_what_is_found(text: str, sought: str, replaced: str) -> None:
    assert replace_all(text, SearchTerm(sought), "X")[0] == replaced


@given(
    st.text(st.sampled_from("aAéE\u0301ßs \nx"), max_size=30),
    st.text(st.sampled_from("aéE\u0301s"), min_size=1, max_size=3),
)
def test_all_that_is_replaced_is_gone_and_nothing_else(text: str, sought: str) -> None:
    spans = list(SearchTerm(sought).spans(text))
    replaced, number = replace_all(text, SearchTerm(sought), "")
    assert number == len(spans)
    assert len(replaced) == len(text) - sum(end - start for start, end in spans)
    if sought == sought.lower():
        folded = fold_keeping_accents(sought)
        assert all(fold_keeping_accents(text[start:end]) == folded for start, end in spans)


async def test_a_decomposed_word_is_found_and_replaced_in_a_draft(app: RnnchatApp) -> None:
    text = unicodedata.normalize("NFD", "Un café, two Cafés")
    app.drafts.keep(Draft(text=text))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        draft = app.screen
        assert isinstance(draft, DraftScreen)
        await pilot.press("ctrl+f", *"café")
        await wait_until(pilot, lambda: draft.editor.selected_text == unicodedata.normalize("NFD", "café"))
        assert "2 found" in str(draft.query_one("#found", Static).content)
        draft.query_one("#replacement", Input).value = "tea"
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: draft.editor.text.startswith("Un tea, two"))
        assert draft.editor.selected_text == unicodedata.normalize("NFD", "Café")
        draft.query_one(FindBar).action_replace(everywhere=True)
        assert draft.editor.text == "Un tea, two teas"


async def open_found(app: RnnchatApp, pilot: Pilot[None], words: str) -> ChatScreen:
    await pilot.press("ctrl+o")
    await wait_until(pilot, lambda: isinstance(app.screen, ChatsScreen))
    await pilot.press(*("space" if letter == " " else letter for letter in words))
    search = app.screen
    await wait_until(pilot, lambda: search.query_one(OptionList).option_count == 1)
    await pilot.press("enter")
    await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen) and bool(app.screen.turns))
    assert isinstance(app.screen, ChatScreen)
    return app.screen


@pytest.mark.slow
async def test_a_chat_that_was_found_is_opened_at_the_find(app: RnnchatApp) -> None:
    number = None
    for turn in range(100):
        text = "Der Übergang am Fluss" if turn == 30 else f"turn {turn}\nwith\nlines"
        number = app.chats.add_turn(number, "user", text, "base")[0]
    async with app.run_test(size=SIZE) as pilot:
        chat = await open_found(app, pilot, "ubergang")
        await wait_until(pilot, lambda: len(chat.query(TurnView)) == PAGE_TURNS)
        transcript = chat.query_one(Transcript)
        hit = next(view for view in chat.query(TurnView) if "Übergang" in view.text)
        await wait_until(pilot, lambda: transcript.region.contains_region(hit.region) and hit.region.area > 0)
        body = hit.query_one(".body", Static).content
        assert [(span.start, span.end) for span in body.spans] == [(4, 12)]  # type: ignore[union-attr]
        assert "20 earlier" in str(chat.query_one(EarlierTurns).content)
        assert "60 later" in str(chat.query_one(LaterTurns).content)
        for _ in range(30):
            await pilot.press("pagedown")
        await wait_until(pilot, lambda: not chat.query(LaterTurns))
        assert [view.text for view in chat.query(TurnView)][-1] == "turn 99\nwith\nlines"


async def test_what_is_said_in_a_chat_that_was_found_comes_at_its_end(app: RnnchatApp) -> None:
    number = None
    for turn in range(50):
        number = app.chats.add_turn(number, "user", f"turn {turn} x", "base")[0]
    async with app.run_test(size=SIZE) as pilot:
        chat = await open_found(app, pilot, "turn 3 x")
        await pilot.press("a", "enter")
        await wait_until(pilot, lambda: len(chat.turns) >= 51 and not chat.is_replying)
        shown = [view.text for view in chat.query(TurnView)]
        assert "turn 49 x" in shown and "a" in shown
        assert not chat.query(LaterTurns)
