"""Text that comes as thousands of keys at once, as some terminals paste, freezes nothing and is kept."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest
from textual import events

from rnnchat.app import app as app_module
from rnnchat.app.app import RnnchatApp
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.draft_editor import DraftEditor
from rnnchat.app.widgets.waiting_keys import BURST
from tests.app.helpers import SIZE, open_draft, send, wait_until

pytestmark = pytest.mark.slow

LINES = [f"line {number} of what was copied" for number in range(100)]


def send_lines(app: RnnchatApp, lines: list[str]) -> None:
    for line in lines:
        send(app, line, "<enter>")


async def test_many_keys_are_few_changes_and_the_cursor_is_shown(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        changes = []
        edit = DraftEditor.edit
        monkeypatch.setattr(DraftEditor, "edit", lambda self, one: (changes.append(one), edit(self, one))[1])
        send_lines(app, LINES)
        await wait_until(pilot, lambda: editor.text == "\n".join([*LINES, ""]))
        await pilot.pause()
        assert len(changes) < len(editor.text) / 10
        assert editor.scroll_offset.y > 50
        assert screen.open_draft.draft.keys == len(editor.text)


async def test_all_else_works_while_keys_keep_coming(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "KEYS_SECONDS", 0.005)
    slow = RnnchatApp.on_event

    async def slowly(self: RnnchatApp, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            time.sleep(0.0005)
        await slow(self, event)

    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        monkeypatch.setattr(RnnchatApp, "on_event", slowly)
        send_lines(app, LINES)
        lengths = set()
        deadline = time.monotonic() + 15
        while not lengths or (max(lengths) < len("\n".join(LINES)) and time.monotonic() < deadline):
            await asyncio.sleep(0)
            lengths.add(len(editor.text))
        assert len(lengths) > 10, "the text grows in steps, each of which can be saved and shown"


async def test_many_keys_are_undone_together(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await pilot.press(*"abc")
        for key in "x" * BURST * 2:
            editor._forward_event(events.Key(key, key))
        await wait_until(pilot, lambda: editor.text == "abc" + "x" * BURST * 2)
        editor.undo()
        assert editor.text in ("abc", "abcx"), "the first key may be handled before the others come"
        editor.redo()
        assert editor.text == "abc" + "x" * BURST * 2
        editor.undo()
        editor.undo()
        assert editor.text == ""


async def test_bursts_that_follow_at_once_are_undone_together(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await pilot.press("a")

        def is_inserted(letter: str) -> bool:
            return editor.text.endswith(f"{letter}\n")

        for letter in "xyz":
            for _ in range(BURST + 1):
                editor._forward_event(events.Key(letter, letter))
            editor._forward_event(events.Key("enter", None))
            await wait_until(pilot, partial(is_inserted, letter))
        pasted = "".join(letter * (BURST + 1) + "\n" for letter in "xyz")
        await wait_until(pilot, lambda: editor.text == f"a{pasted}")
        editor.undo()
        assert editor.text == "a"
        editor.redo()
        assert editor.text == f"a{pasted}"
        assert editor.cursor_location == (3, 0)
        await pilot.press("!")
        editor.undo()
        assert editor.text == f"a{pasted}"
        assert editor.wrapped_document.height == 4


async def test_a_few_quick_keys_are_undone_as_keys_one_by_one(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await pilot.press("a")
        for key in "bcd":
            editor._forward_event(events.Key(key, key))
        await wait_until(pilot, lambda: editor.text == "abcd")
        editor.undo()
        assert editor.text == ""


async def test_other_keys_stay_in_their_place_among_many(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        send(app, "a" * 20, "<backspace>", "b" * 20, "<home>", "c" * 20, "<tab>", "!")
        await wait_until(pilot, lambda: "!" in editor.text)
        assert editor.text == "c" * 20 + "    !" + "a" * 19 + "b" * 20


async def test_a_paste_that_is_higher_than_the_screen_can_be_undone(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await pilot.press("a")
        app.post_message(events.Paste("\n".join(LINES)))
        await wait_until(pilot, lambda: editor.text == "a" + "\n".join(LINES))
        await wait_until(pilot, lambda: editor.show_vertical_scrollbar)
        await pilot.press("ctrl+z")
        await wait_until(pilot, lambda: editor.text == "a")
        assert editor.cursor_location == (0, 1)
        await pilot.press("alt+z")
        await wait_until(pilot, lambda: editor.text == "a" + "\n".join(LINES))


async def test_a_long_message_that_was_pasted_can_be_undone(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        composer = app.screen.query_one(Composer)
        composer.focus()
        app.post_message(events.Paste("\n".join(LINES)))
        await wait_until(pilot, lambda: composer.text == "\n".join(LINES))
        await pilot.press("ctrl+z")
        await wait_until(pilot, lambda: composer.text == "")
