"""What is said in a chat and cannot be kept: it is tried again, said so, and not lost without a question."""

from __future__ import annotations

import os
import threading

import pytest
from textual.pilot import Pilot
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey
from textual.widgets._toast import Toast

from rnnchat.app.app import RnnchatApp
from rnnchat.app.conversation import ChatTurn, Conversation, ConversationSaver
from rnnchat.app.screens import chat as chat_module
from rnnchat.app.screens.attribution import summary
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.dialogs import Confirm
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.training_monitor import TrainingState
from rnnchat.app.widgets.chat_welcome import ChatWelcome
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.turn_view import NOT_SAVED, TurnView
from rnnchat.errors import StorageError
from rnnchat.library.chats import Chats
from rnnchat.library.drafts import Draft
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, hear_a_long_reply, wait_until


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
        settings.reply_pieces = 5
        settings.seed = 1
    return RnnchatApp(paths)


class FullDisk:
    """Chats on a disk that is full until there is `room`."""

    def __init__(self, chats: Chats, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room = False
        self.tried = 0
        self._add = chats.add_turn
        monkeypatch.setattr(chats, "add_turn", self.add_turn)

    def add_turn(self, chat: int | None, role: str, text: str, model: str) -> tuple[int, int]:
        self.tried += 1
        if not self.room:
            raise StorageError("The chats could not be read or kept: the disk is full.", "Free some space.")
        return self._add(chat, role, text, model)


@pytest.fixture
def disk(app: RnnchatApp, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    monkeypatch.setattr(chat_module, "RETRY_SECONDS", 0.1)
    return FullDisk(app.chats, monkeypatch)


def chat_of(app: RnnchatApp) -> ChatScreen:
    (screen, *_) = app.get_screen_stack("chat")
    assert isinstance(screen, ChatScreen)
    return screen


async def say(pilot: Pilot[None], app: RnnchatApp, text: str) -> None:
    chat_of(app).query_one(Composer).text = text
    before = len(chat_of(app).turns)
    await pilot.press("enter")
    await wait_until(pilot, lambda: len(chat_of(app).turns) > before and not chat_of(app).is_replying)


def notes(app: RnnchatApp) -> list[bool]:
    """Return for each turn that is shown whether it says that it is not kept."""
    return [
        NOT_SAVED in str(view.query_one(".note", Static).content) for view in chat_of(app).query(TurnView)
    ]


async def test_a_turn_that_cannot_be_kept_says_so_and_is_tried_again(app: RnnchatApp, disk: FullDisk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, app, "hello")
        await wait_until(pilot, lambda: bool(notes(app)) and all(notes(app)))
        tried = disk.tried
        await wait_until(pilot, lambda: disk.tried > tried + 1)
        disk.room = True
        await wait_until(pilot, lambda: not any(notes(app)))
        (found,) = app.chats.find("hello")
        assert found.turns == len(chat_of(app).turns)
        tried = disk.tried
        await say(pilot, app, "more")
        added = len(chat_of(app).turns) - found.turns
        await wait_until(pilot, lambda: app.chats.find("hello")[0].turns == found.turns + added)
        assert disk.tried == tried + added, "nothing was left to try"


async def test_leaving_asks_first_and_stays_if_that_is_wanted(app: RnnchatApp, disk: FullDisk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, app, "hello")
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        shown = " ".join(str(one.content) for one in app.screen.query(Static))
        assert "could not be saved" in shown and "Free some space" in shown
        await pilot.press("escape")
        disk.room = True
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert len(app.chats.find("hello")) == 1


def test_what_is_being_tried_again_counts_as_not_kept_yet(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats, begun, ended = Chats(paths.chats), threading.Event(), threading.Event()

    def fails(*_: object) -> tuple[int, int]:
        begun.set()
        ended.wait(10)
        raise StorageError("The chats could not be kept: the file is in use.", "Close the other program.")

    monkeypatch.setattr(chats, "add_turn", fails)
    saver = ConversationSaver(chats)
    conversation = Conversation(None, [ChatTurn("user", "hello", "base")])

    def try_again() -> None:
        with pytest.raises(StorageError):
            saver.save(conversation)

    trying = threading.Thread(target=try_again)
    trying.start()
    begun.wait(10)
    assert saver.has_unsaved
    threading.Timer(0.1, ended.set).start()
    assert saver.retry() is not None, "who leaves at this moment is asked"
    trying.join()


async def test_the_question_before_leaving_is_not_covered_by_what_it_says(
    app: RnnchatApp, disk: FullDisk
) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await say(pilot, app, "hello")
        await wait_until(pilot, lambda: len(app.screen.query(Toast)) > 0)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and app.focused is not None)
        await pilot.pause()  # until every message is handled
        assert not app.screen.query(Toast)


async def test_a_chat_that_is_no_longer_shown_is_kept_as_well(app: RnnchatApp, disk: FullDisk) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, app, "first")
        await pilot.press("ctrl+n")
        await say(pilot, app, "second")
        disk.room = True
        await wait_until(pilot, lambda: len(app.chats.find()) == 2)
        assert {chat.title for chat in app.chats.find()} == {"first", "second"}


async def test_a_chat_is_kept_in_a_new_file_where_its_own_was_emptied(app: RnnchatApp, paths: Paths) -> None:
    app.chats.add_turn(None, "user", "before", "base")
    os.truncate(paths.chats, 0)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await say(pilot, app, "after")
        await wait_until(pilot, lambda: len(app.chats.find("after")) == 1)
        assert any("is empty" in str(toast._notification.title) for toast in app.screen.query(Toast))


def test_what_is_asked_for_again_is_dropped_once_it_can_be(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = Chats(paths.chats)
    saver, conversation = ConversationSaver(chats), Conversation()
    conversation.turns += [ChatTurn("user", "a", "base"), ChatTurn("model", "b", "base")]
    saver.save(conversation)
    conversation.removed_ids.append(conversation.turns.pop().id)
    conversation.turns.append(ChatTurn("model", "c", "base"))

    def locked(*_: object) -> None:
        raise StorageError("in use", "wait")

    with monkeypatch.context() as patched:
        patched.setattr(chats, "remove_turn", locked)
        with pytest.raises(StorageError):
            saver.save(conversation)
        assert saver.is_unsaved(conversation) and saver.retry() is not None
    assert saver.retry() is None and not saver.has_unsaved
    assert conversation.chat is not None
    assert [turn.text for turn in chats.turns(conversation.chat)] == ["a", "c"]


# What a new user saw


async def test_the_chat_says_whether_the_model_answers_or_continues(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        welcome = chat_of(app).query_one(ChatWelcome)
        await wait_until(pilot, lambda: "continues it" in str(welcome.content))
        welcome.set_style("tiny", "chat")
        assert "tiny replies" in str(welcome.content) and "continu" not in str(welcome.content)


async def test_chat_with_it_begins_a_new_chat(app: RnnchatApp, tiny_model: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await say(pilot, app, "to the old model")
        await pilot.press("f3")
        await pilot.pause()
        app.training.state = TrainingState(tiny_model, 5.0)
        app.training.state.done = {"model": tiny_model}
        app.screen.action_chat()  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen))
        await wait_until(pilot, lambda: not chat_of(app).turns and not chat_of(app).query(TurnView))
    assert len(app.chats.find("old")) == 1


def test_no_passage_of_the_notes_is_said_so() -> None:
    assert "No passage of this reply" in summary("me", "text", [])


async def test_the_same_news_is_shown_once(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+c", "ctrl+c", "ctrl+c")
        await wait_until(pilot, lambda: len(app.screen.query(Toast)) == 1)
        app.inform("something else")
        await wait_until(pilot, lambda: len(app.screen.query(Toast)) == 2)
        await pilot.pause()
        composer = chat_of(app).query_one(Composer).region
        assert not any(toast.region.overlaps(composer) for toast in app.screen.query(Toast))


async def test_esc_is_offered_only_while_a_reply_comes_in(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keys() -> list[str]:
        return [key.description for key in app.screen.query_one(Footer).query(FooterKey)]

    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: "New" in keys())
        assert "Stop" not in keys()
        await hear_a_long_reply(pilot, app, monkeypatch)
        await wait_until(pilot, lambda: "Stop" in keys())
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Stop" not in keys())


# The space that comes with a word


@pytest.mark.parametrize(
    ("typed", "text"),
    [((" ", "n"), "river n"), (("n",), "river n"), (("full_stop",), "river."), ((" ", " "), "river  ")],
)
async def test_a_space_that_came_with_a_word_is_not_doubled_after_a_restart(
    paths: Paths, tiny_model: str, typed: tuple[str, ...], text: str
) -> None:
    with change_settings(paths) as settings:
        settings.model = tiny_model

    async def draft(pilot: Pilot[None], app: RnnchatApp) -> DraftScreen:
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        assert isinstance(app.screen, DraftScreen)
        return app.screen

    app = RnnchatApp(paths)
    async with app.run_test(size=SIZE) as pilot:
        screen = await draft(pilot, app)
        await pilot.press(*"ri")
        screen.editor.suggest("ver", ())
        await pilot.press("tab")
        await wait_until(pilot, lambda: screen.editor.text == "river ")
        await pilot.press("f2", "f5", "ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    app = RnnchatApp(paths)
    async with app.run_test(size=SIZE) as pilot:
        screen = await draft(pilot, app)
        assert screen.editor.text == "river "
        await pilot.press(*("space" if key == " " else key for key in typed))
        await wait_until(pilot, lambda: screen.editor.text == text)


async def test_a_space_that_was_typed_stays(app: RnnchatApp) -> None:
    app.drafts.keep(Draft(text="word ", cursor=5))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        await pilot.press("space")
        assert isinstance(app.screen, DraftScreen)
        assert app.screen.editor.text == "word  "
