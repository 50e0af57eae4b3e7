"""Whatever ends work beside a screen is logged, shown with a hint, and leaves the screen usable."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, OptionList, Static

import rnnchat.app
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.dialogs import AskPath
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.app.widgets.turn_view import TurnView
from rnnchat.errors import RnnchatError
from rnnchat.library.shipped import shipped_names
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, news, open_draft, status, wait_until, write
from tests.helpers.places import NOTES

pytestmark = pytest.mark.slow

ERRORS: list[BaseException] = [
    RnnchatError("It is foreseen.", "Do this."),
    ValueError("a secret"),
    UnicodeEncodeError("utf-8", "\udce9", 0, 1, "surrogates not allowed"),
    RecursionError(),
    MemoryError(),
    PermissionError(13, "Permission denied", "/x"),
    sqlite3.OperationalError("database is locked"),
    StopIteration(),
    SystemExit(3),
    KeyboardInterrupt(),
]


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    app = RnnchatApp(paths)
    app.settings.model = tiny_model
    return app


def failing(error: BaseException) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


def heard(app: RnnchatApp, error: BaseException) -> bool:
    """Tell whether an error is shown, with a hint and without what it says."""
    notes = [note for note in app._notifications if note.severity == "error"]
    assert "a secret" not in news(app)
    return bool(notes) and all(note.title and note.message for note in notes)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_a_file_that_cannot_be_opened_costs_nothing_that_is_typed(
    paths: Paths, tiny_model: str, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnchat.app.screens.draft.find_draft", failing(error))
    app = RnnchatApp(paths, file=Path("x.md"))
    app.settings.model = tiny_model
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: heard(app, error))
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        await write(pilot, "Hello")
        await wait_until(pilot, lambda: [one.title for one in app.drafts.find()] == ["Hello"])
        await wait_until(pilot, lambda: "autosaved, no file" in status(app))
    assert paths.log.exists() == (not isinstance(error, RnnchatError))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_notes_that_cannot_be_read_say_why_in_their_place(
    app: RnnchatApp, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnchat.text.notes.scan", failing(error))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f3")
        await wait_until(pilot, lambda: bool(app.screen.query("#path")))
        app.screen.query_one("#path", Input).value = str(NOTES)
        await pilot.press("enter")
        shown = app.screen.query_one("#scan", Static)
        await wait_until(pilot, lambda: bool(str(shown.content)) and "Reading" not in str(shown.content))
        assert "a secret" not in str(shown.content)
        assert app.screen.query_one("#start").disabled


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_a_reply_that_does_not_come_leaves_the_composer_free(
    app: RnnchatApp, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        monkeypatch.setattr(app.chat_engine, "reply", failing(error))
        await write(pilot, "Hello")
        await pilot.press("enter")
        await wait_until(pilot, lambda: heard(app, error))
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        await wait_until(pilot, lambda: not screen.is_replying)
        await wait_until(pilot, lambda: [view.text for view in screen.query(TurnView)] == ["Hello"])
        monkeypatch.undo()
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: len(screen.turns) == 2)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_a_list_that_cannot_be_read_can_be_left(
    app: RnnchatApp, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        monkeypatch.setattr(app.chats, "find", failing(error))
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: heard(app, error))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen))


async def test_models_that_cannot_be_changed_stay_listed(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f4")
        await wait_until(pilot, lambda: app.screen.query_one(DataTable).row_count == 1 + len(shipped_names()))
        monkeypatch.setattr(app.library, "roll_back", failing(ValueError("a secret")))
        await pilot.press("b")
        await wait_until(pilot, lambda: heard(app, ValueError()))
        await pilot.press("u")
        await wait_until(pilot, lambda: "no deleted model" in news(app))


async def test_a_coroutine_that_fails_is_heard_of_too(app: RnnchatApp) -> None:
    async def fails() -> None:
        raise ValueError("a secret")

    failed: list[str] = []
    async with app.run_test(size=SIZE) as pilot:
        app.screen.work_failed = lambda name, error: failed.append(name)  # type: ignore[attr-defined]
        app.screen.run_worker(fails(), name="own", exit_on_error=False)
        app.screen.query_one("#transcript").run_worker(fails(), name="of a widget")
        await wait_until(pilot, lambda: failed == ["own", "of a widget"])
        assert app.return_code is None


async def test_a_handler_that_the_disk_fails_leaves_the_screen(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        monkeypatch.setattr(ChatScreen, "action_sampling", failing(OSError(5, "Input/output error")))
        await pilot.press("ctrl+g")
        await wait_until(pilot, lambda: heard(app, OSError()))
        app.set_timer(0.01, failing(RnnchatError("The timer failed.", "So be it.")))  # type: ignore[arg-type]
        await wait_until(pilot, lambda: "The timer failed" in news(app))
        await write(pilot, "on")
        assert app.return_code is None


async def test_what_cannot_be_kept_for_any_reason_is_tried_again(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnchat.app.autosave.RETRY_SECONDS", 0.1)
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        with monkeypatch.context() as patched:
            patched.setattr(app.drafts, "keep", failing(sqlite3.InterfaceError("odd")))
            await write(pilot, "Hello")
            await wait_until(pilot, lambda: "not autosaved" in status(app))
        await wait_until(pilot, lambda: [one.title for one in app.drafts.find()] == ["Hello"])


def test_no_work_is_begun_that_would_end_unheard() -> None:
    folder = Path(next(iter(rnnchat.app.__path__)))
    for path in folder.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if path.name not in ("app.py", "worker_errors.py", "app_screen.py"):
            screens = re.findall(r"^class (\w+)\((?:Modal)?Screen\b", source, re.M)
            assert not screens, (
                f"{path.name}: {screens} do not hear of their work: derive them from app_screen.py"
            )


async def test_the_same_error_is_shown_once_at_a_time(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(3):
            app.report(RnnchatError("The disk is full.", "Free some space."))
        for _ in range(3):
            app.inform("Press Ctrl+Q to quit.")
            await pilot.pause(0.15)
        app.report(RnnchatError("The disk is full.", "Or so."))
        await pilot.pause()
        assert len(list(app._notifications)) == 3


# Files of odd names and places, in the draft


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 300 + ".md", "too long"),
        ("~nouser/x.md", "no user called nouser"),
        ("folder", "a folder"),
        ("pipe", "not a regular file"),
        ("loop", "leads to itself"),
        ("nowhere/x.md", "There is no folder"),
        ("file/x.md", "There is no folder"),
        ("binary", "binary"),
    ],
)
async def test_a_name_that_cannot_be_opened(
    paths: Paths, tiny_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("file").write_text("")
    Path("binary").write_bytes(b"a\0b")
    app = RnnchatApp(paths, file=Path(name))
    app.settings.model = tiny_model
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: said in news(app))
        await write(pilot, "Hello")
        await wait_until(pilot, lambda: [one.title for one in app.drafts.find()] == ["Hello"])
        await wait_until(pilot, lambda: said in status(app) or "not opened" in status(app))
    assert not paths.log.exists()


async def test_a_file_whose_name_is_not_utf8(paths: Paths, tiny_model: str, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.md")
    path.write_text("Bonjour.\n")
    app = RnnchatApp(paths, file=path)
    app.settings.model = tiny_model
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        await write(pilot, "Oui. ")
        await wait_until(pilot, lambda: [one.characters for one in app.drafts.find()] == [14])
        await wait_until(pilot, lambda: "caf\\xe9.md" in status(app))
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: path.read_text() == "Oui. Bonjour.\n")


# Where paths are typed


async def ask(pilot: Pilot[None], app: RnnchatApp, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Input:
    monkeypatch.chdir(folder)
    await open_draft(pilot, app)
    await write(pilot, "Hello")
    await pilot.press("f12")
    await wait_until(pilot, lambda: isinstance(app.screen, AskPath) and app.focused is not None)
    return app.screen.query_one(Input)


async def test_save_as_begins_afresh_or_goes_on(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        field = await ask(pilot, app, tmp_path, monkeypatch)
        assert field.value == f"{tmp_path}/"
        assert field.selected_text == field.value
        await pilot.press("a")
        assert field.value == "a", "what is typed replaces what stood there"
        field.value = f"{tmp_path}/"
        field.select_all()
        await pilot.press("end", "b")
        assert field.value == f"{tmp_path}/b", "after End it is gone on with"
        await pilot.press("enter")
        await wait_until(pilot, (tmp_path / "b").exists)


@pytest.mark.parametrize("typed", ["/", "~"])
async def test_a_whole_path_after_the_prefill_begins_afresh(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        field = await ask(pilot, app, tmp_path, monkeypatch)
        await pilot.press("end", typed)
        await wait_until(pilot, lambda: field.value == typed)
        await pilot.press("x", "/")
        assert field.value == typed + "x/"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("~nouser/x", "no user called nouser"),
        ("x" * 300, "too long"),
        ("nowhere/x.md", "no folder"),
        ("folder", "is a folder"),
        ("pipe", "not a regular file"),
        ("http://x/y", "address"),
    ],
)
async def test_a_path_that_is_refused_stays_to_be_mended(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    async with app.run_test(size=SIZE) as pilot:
        field = await ask(pilot, app, tmp_path, monkeypatch)
        for character in typed[:12]:
            await pilot.press(character)
        field.value = typed
        await pilot.press("enter")
        refused = app.screen.query_one("#refused", Static)
        await wait_until(pilot, lambda: said in str(refused.content) and refused.display)
        assert field.value == typed
        assert app.focused is field
        field.value = "'my letter.md' "
        await pilot.press("enter")
        await wait_until(pilot, (tmp_path / "my letter.md").exists)


async def test_a_path_to_open_that_is_refused_stays_too(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftsScreen))
        for character in "~nouser/x":
            await pilot.press(character)
        await pilot.press("enter")
        told = app.screen.query_one("#nothing", Static)
        await wait_until(pilot, lambda: "no user called nouser" in str(told.content))
        assert app.screen.query_one(Input).value == "~nouser/x"


async def test_a_path_to_learn_that_is_refused_stays_too(app: RnnchatApp, tmp_path: Path) -> None:
    folder = tmp_path / "My Notes"
    folder.mkdir()
    (folder / "a.md").write_text("A note that is long enough to be one.\n" * 99)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f3")
        await wait_until(pilot, lambda: bool(app.screen.query("#path")))
        field = app.screen.query_one("#path", Input)
        for typed, said in (("~nouser/n", "no user"), ("x" * 300, "too long"), ("/nowhere", "nothing at")):
            field.value = typed
            await pilot.press("enter")
            await wait_until(pilot, lambda said=said: said in news(app))
            assert field.value == typed
        for dropped in (
            f"'{folder}'",
            str(folder).replace(" ", "\\ "),
            f"file://{folder}".replace(" ", "%20"),
        ):
            field.focus()
            field.value = dropped
            await pilot.press("enter")
            await wait_until(pilot, lambda: field.value == "")
        assert app.screen.query_one("#chosen", OptionList).option_count == 1, "it is one and the same"
