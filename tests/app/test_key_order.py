"""Keys that come in one burst do what they would one by one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens import drafts as drafts_module
from rnnchat.app.screens.dialogs import AskPath
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.library.drafts import Draft
from tests.app.helpers import SIZE, composer_of, draft_of, send, wait_until
from tests.helpers.places import NOTES

BURSTS = [
    (("abc", "<backspace>", "X"), "abX"),
    (("abc", "<left>", "<left>", "X"), "aXbc"),
    (("one two", "<ctrl+w>", "2"), "one 2"),
    (("wrong", "<ctrl+u>", "right"), "right"),
    (("bc", "<home>", "a", "<end>", "d"), "abcd"),
    (("abc", "<home>", "<delete>", "<delete>", "x"), "xc"),
]


@pytest.mark.parametrize(("keys", "text"), BURSTS)
async def test_in_a_message(app: RnnchatApp, keys: Sequence[str], text: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, *keys, "!", "<backspace>")
        await wait_until(pilot, lambda: composer_of(app).text == text)


@pytest.mark.parametrize(("keys", "text"), [*BURSTS, (("a", "<enter>", "b", "<up>", "c"), "ac\nb")])
async def test_in_a_draft(app: RnnchatApp, keys: Sequence[str], text: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", *keys, "!", "<backspace>")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))
        await wait_until(pilot, lambda: draft_of(app).editor.text == text)


@pytest.mark.parametrize(("keys", "text"), BURSTS)
async def test_in_a_field(app: RnnchatApp, keys: Sequence[str], text: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f3>", *keys, "!", "<backspace>")
        await wait_until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == text)


async def test_another_path_and_enter_right_after_save_as(app: RnnchatApp, tmp_path: Path) -> None:
    path = tmp_path / "here.md"
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", "words", "<f12>", "<ctrl+u>", str(path), "<enter>")
        await wait_until(pilot, path.exists)
    assert path.read_text() == "words"


async def test_enter_opens_what_was_searched_for_and_not_what_was_listed_before(
    app: RnnchatApp,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    ready, find = threading.Event(), DraftsScreen.find
    app.drafts.keep(Draft(text="about apples", cursor=0))
    app.drafts.keep(Draft(text="about pears", cursor=0))

    def slowly(screen: DraftsScreen, words: str) -> Sequence[drafts_module.Row]:
        if words:
            ready.wait(10)
        return find(screen, words)

    monkeypatch.setattr(DraftsScreen, "find", slowly)
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", "<ctrl+o>", "apples", "<enter>")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftsScreen))
        await wait_until(pilot, lambda: isinstance(app.focused, Input) and app.focused.value == "apples")
        await pilot.pause()  # until Enter is handled
        ready.set()
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))
        await wait_until(pilot, lambda: draft_of(app).editor.text == "about apples")


async def test_start_while_notes_are_read_says_so(
    app: RnnchatApp,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    import rnnchat.text.notes

    ready, scan = threading.Event(), rnnchat.text.notes.scan

    def slowly(*args: object) -> object:
        ready.wait(10)
        return scan(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rnnchat.text.notes, "scan", slowly)
    notes = tmp_path / "my notes"
    notes.mkdir()
    shutil.copy(next(NOTES.rglob("*.md")), notes / "a.md")
    with (notes / "a.md").open("a") as file:
        file.writelines(f"We walked {number} miles to the mill.\n" for number in range(500))
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f3>", str(notes), "<enter>", "<ctrl+t>")
        await wait_until(pilot, lambda: bool(app._notifications))
        assert "still being read" in next(iter(app._notifications)).message
        ready.set()
        await wait_until(pilot, lambda: "1 note," in str(app.screen.query_one("#scan", Static).content))


async def test_why_a_path_is_refused_stands_in_the_dialog(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        send(app, "<f5>", "words", "<f12>", "<ctrl+u>", "<enter>")
        await wait_until(pilot, lambda: isinstance(app.screen, AskPath))
        await wait_until(pilot, lambda: app.screen.query_one("#refused").display)
        dialog, refused = app.screen.query_one("#dialog"), app.screen.query_one("#refused")
        await wait_until(pilot, lambda: refused.region.height > 0)
        await wait_until(pilot, lambda: dialog.region.contains_region(refused.region))
