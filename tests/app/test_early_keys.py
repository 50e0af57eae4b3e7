"""Keys that come while a screen opens are lost to no screen, and stay in order."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widgets import Input

from rnnchat.app import early_keys
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens import draft as draft_module
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.chats import ChatsScreen
from rnnchat.app.screens.dialogs import AskPath
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.app.screens.models import ModelsScreen
from rnnchat.app.screens.train import TrainScreen
from rnnchat.app.widgets.draft_status import DraftStatus
from rnnchat.errors import StorageError
from rnnchat.library.drafts import Draft
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, composer_of, draft_of, send, status, wait_until


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A draft is read only once the event is set."""
    ready, find = threading.Event(), draft_module.find_draft

    def slowly(*args: object) -> object:
        ready.wait(10)
        return find(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(draft_module, "find_draft", slowly)
    yield ready
    ready.set()


async def test_text_right_after_f5_is_in_the_draft(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, "to chat", "<f5>", "to draft", "<f2>", " again", "<f5>", " and back")
        await wait_until(pilot, lambda: composer_of(app).text == "to chat again")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))
        await wait_until(pilot, lambda: draft_of(app).editor.text == "to draft and back")
        assert composer_of(app).text == "to chat again"


async def test_text_that_comes_before_the_first_picture_is_in_the_message(app: RnnchatApp) -> None:
    async def early() -> None:
        while not app._running:
            await asyncio.sleep(0)
        send(app, "hello")

    typing = asyncio.create_task(early())
    async with app.run_test(size=SIZE) as pilot:
        await typing
        await wait_until(pilot, lambda: composer_of(app).text == "hello")


async def test_text_waits_for_a_draft_that_is_slow_to_open(
    app: RnnchatApp,
    paths: Paths,
    slow: threading.Event,
) -> None:
    app.drafts.keep(Draft(text="kept before.", cursor=12))
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", " And more")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))
        await wait_until(pilot, lambda: "Opening" in status(app))
        assert draft_of(app).editor.text == ""
        send(app, "!")
        slow.set()
        await wait_until(pilot, lambda: draft_of(app).editor.text == "kept before. And more!")


async def test_text_typed_at_once_is_in_the_file_that_was_named(
    paths: Paths, tiny_model: str, tmp_path: Path, slow: threading.Event
) -> None:
    path = tmp_path / "note.md"
    path.write_text("second line")
    app = RnnchatApp(paths, path)
    async with app.run_test(size=SIZE) as pilot:
        send(app, "first line ")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and "Opening" in status(app))
        slow.set()
        await wait_until(
            pilot,
            lambda: (
                isinstance(app.screen, DraftScreen) and app.screen.editor.text == "first line second line"
            ),
        )


async def test_text_stays_where_the_draft_cannot_be_opened(
    app: RnnchatApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> object:
        time.sleep(0.2)
        raise StorageError("The drafts could not be read.", "Try again.")

    monkeypatch.setattr(draft_module, "find_draft", fails)
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", "not lost")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))
        await wait_until(pilot, lambda: draft_of(app).editor.text == "not lost")
        await wait_until(pilot, lambda: [one.title for one in app.drafts.find()] == ["not lost"])


async def test_what_was_typed_into_a_draft_that_took_too_long_is_in_it(
    app: RnnchatApp,
    monkeypatch: pytest.MonkeyPatch,
    slow: threading.Event,
) -> None:
    monkeypatch.setattr(early_keys, "PATIENCE", 0.05)
    monkeypatch.setattr(early_keys, "LOADING_PATIENCE", 0.1)
    app.drafts.keep(Draft(text="kept", cursor=4))
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", " typed")
        await wait_until(
            pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.editor.text == " typed"
        )
        slow.set()
        await wait_until(pilot, lambda: draft_of(app).editor.text == "kept typed")


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (("<f5>", "text", "<f12>"), AskPath),
        (("<f5>", "<ctrl+o>"), DraftsScreen),
        (("<ctrl+o>",), ChatsScreen),
        (("<f5>", "text", "<ctrl+f>"), DraftScreen),
        (("<f3>",), TrainScreen),
    ],
)
async def test_text_right_after_a_dialog_is_asked_for(
    app: RnnchatApp, keys: tuple[str, ...], screen: type[Screen[object]]
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, *keys, "/tmp/typed")

        def is_typed() -> bool:
            return isinstance(app.focused, Input) and app.focused.value.endswith("/tmp/typed")

        await wait_until(pilot, lambda: isinstance(app.screen, screen) and is_typed())


async def test_keys_for_a_list_reach_it(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f4>", "<f2>", "a", "<f4>")
        await wait_until(pilot, lambda: composer_of(app).text == "a")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))


async def test_a_message_and_the_beginning_of_the_next(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, "first", "<enter>", "second")
        await wait_until(pilot, lambda: composer_of(app).text == "second")
        chat = app.screen
        assert isinstance(chat, ChatScreen)
        assert chat.turns[0].text == "first"
        await wait_until(pilot, lambda: not chat.is_replying)


async def test_what_is_typed_right_before_leaving_is_kept(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", "last words", "<ctrl+q>")
        await wait_until(pilot, lambda: not app.is_running)
    assert [one.title for one in app.drafts.find()] == ["last words"]


async def test_no_key_waits_for_ever(app: RnnchatApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early_keys, "PATIENCE", 0.1)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        stuck = asyncio.Event()
        composer_of(app).parent.call_later(stuck.wait)  # type: ignore[union-attr]
        send(app, "<f9>", "text")
        for _ in range(500):
            if composer_of(app).text == "text":
                break
            await asyncio.sleep(0.02)  # the pilot would wait for what is stuck
        assert composer_of(app).text == "text"
        stuck.set()


async def test_many_lines_typed_without_brackets_are_one_burst(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        began = time.monotonic()
        for _ in range(100):
            send(app, "a line", "<enter>")
        await wait_until(pilot, lambda: draft_of(app).editor.text == "a line\n" * 100)
        assert time.monotonic() - began < 10


async def test_what_waits_for_a_draft_is_kept_where_a_signal_ends_the_app(
    app: RnnchatApp, slow: threading.Event
) -> None:
    app.drafts.keep(Draft(text="kept before", cursor=11))
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", "typed meanwhile")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))
        await wait_until(pilot, lambda: "Opening" in str(app.screen.query_one(DraftStatus).render()))
        app.shutdown.begin(143)
        await wait_until(pilot, lambda: not app.is_running)
        slow.set()
    assert "typed meanwhile" in [one.title for one in app.drafts.find()]
