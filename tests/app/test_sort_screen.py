"""The Sort screen: suggestions arrive, keys move notes, undo puts them back, and errors are said."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.app.command_process import CommandProcess
from rnnchat.app.screens.browse import BrowseScreen, NotesTree
from rnnchat.app.screens.sort import SortScreen
from rnnchat.errors import RnnchatError
from rnnchat.library.settings import load_settings
from rnnchat.tasks.sorting.moving import read_undo_file
from tests.app.helpers import news, wait_until
from tests.helpers.waiting import patience

SIZES = [(80, 24), (140, 40), (44, 12)]


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("inbox", "notes/garden", "notes/kitchen"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("beans.md", "onions.md", "odd.md"):
        (tmp_path / "inbox" / name).write_text(f"text of {name}")
    return tmp_path


def suggestions(root: Path, by: str = "folders") -> list[dict[str, Any]]:
    """Return what the command prints for the notes of `folders`."""
    rows = [
        {
            "path": str(root / "inbox" / name),
            "labels": [{"name": first, "probability": share}, {"name": second, "probability": 1 - share}],
            "unsure": share < 0.6,
            "because": ["bean", "[bold]soil"],
            "nearest": [str(root / "notes" / first / "old.md")],
        }
        for name, first, second, share in (
            ("beans.md", "garden", "kitchen", 0.97),
            ("odd.md", "kitchen", "garden", 0.55),
            ("onions.md", "kitchen", "garden", 0.8),
        )
    ]
    figures = {"by": by, "accuracy": 0.9, "macro_f1": 0.8, "texts": 40, "labels": 2}
    return [
        {"event": "progress", "done": 1, "total": 8},
        {"measured": figures, "left_out": [], "skipped": [{"path": "x", "reason": "empty"}]},
        *rows,
    ]


def answer_with(monkeypatch: pytest.MonkeyPatch, events: list[dict[str, Any]] | RnnchatError) -> None:
    def found(self: CommandProcess) -> Iterator[dict[str, Any]]:
        if isinstance(events, RnnchatError):
            raise events
        yield from events

    monkeypatch.setattr(CommandProcess, "events", found)


async def sort(pilot: Pilot[None], app: RnnchatApp, root: Path) -> SortScreen:
    """Open the screen, and name both folders."""
    await pilot.press("f10")
    await wait_until(pilot, lambda: isinstance(app.screen, SortScreen) and app.focused is not None)
    screen = app.screen
    assert isinstance(screen, SortScreen)
    for name, folder in (("inbox", "inbox"), ("like", "notes")):
        screen.query_one(f"#{name}", Input).value = str(root / folder)
    screen.query_one("#inbox").focus()
    await pilot.press("enter", "enter")
    return screen


def cells(screen: SortScreen) -> list[list[str]]:
    return [[str(cell) for cell in screen.table.get_row_at(row)] for row in range(screen.table.row_count)]


def content(screen: SortScreen, name: str) -> str:
    return str(screen.query_one(f"#{name}", Static).visual)


@pytest.mark.parametrize("size", SIZES)
async def test_notes_are_listed_with_their_folders(
    app: RnnchatApp, folders: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    answer_with(monkeypatch, suggestions(folders))
    async with app.run_test(size=size) as pilot:
        screen = await sort(pilot, app, folders)
        await wait_until(pilot, lambda: screen.table.row_count == 3 and screen.table.has_focus)
        assert [row[:4] for row in cells(screen)] == [
            [" ", "beans.md", "garden", " 97%"],
            ["?", "odd.md", "kitchen", " 55%"],
            [" ", "onions.md", "kitchen", " 80%"],
        ]
        assert cells(screen)[0][4] == "2 kitchen"
        assert "Right for 90% of 40 sorted notes" in content(screen, "sort-status")
        assert "1 skipped" in content(screen, "sort-status")
        others = screen.table.ordered_columns[4]
        assert (others.width == 0) == (size[0] == 44), "a column is shown whole or not at all"
        await pilot.pause()
        for widget in (screen.table, screen.query_one("#details"), screen.query_one("#sort-status")):
            assert widget.region.height >= 2 or widget.id == "sort-status"
            assert screen.region.contains_region(widget.region)


async def test_keys_move_notes_and_undo_puts_them_back(
    app: RnnchatApp, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, suggestions(folders))
    inbox, notes = folders / "inbox", folders / "notes"
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sort(pilot, app, folders)
        await wait_until(pilot, lambda: screen.table.has_focus)
        await pilot.press("enter")
        await wait_until(pilot, lambda: cells(screen)[0][2] == "moved to garden")
        assert (notes / "garden" / "beans.md").read_text() == "text of beans.md"
        assert screen.table.cursor_row == 1
        await pilot.press("2")
        await wait_until(pilot, lambda: cells(screen)[1][2] == "moved to garden")
        assert sorted(path.name for path in inbox.iterdir()) == ["onions.md"]
        (undo_file,) = (app.paths.state / "sorting").iterdir()
        assert len(read_undo_file(undo_file)) == 2
        await pilot.press("u")
        await wait_until(pilot, lambda: cells(screen)[1][:3] == ["?", "odd.md", "kitchen"])
        assert (inbox / "odd.md").is_file()
        assert screen.table.cursor_row == 1
        await pilot.press("up", "enter")
        await wait_until(pilot, lambda: "has been moved" in news(app))
        await pilot.press("u")
        await wait_until(pilot, lambda: cells(screen)[0][2] == "garden")
        await pilot.press("u")
        await wait_until(pilot, lambda: "nothing to undo" in news(app))
        assert len(list(inbox.iterdir())) == 3


async def test_the_name_of_a_folder_is_shown_in_one_line(
    app: RnnchatApp, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = suggestions(folders)
    (folders / "notes" / "a\n\x1b[31m[b]").mkdir()
    events[2]["labels"][0]["name"] = events[3]["labels"][1]["name"] = "a\n\x1b[31m[b]"
    answer_with(monkeypatch, events)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sort(pilot, app, folders)
        await wait_until(pilot, lambda: screen.table.has_focus)
        assert cells(screen)[0][2] == "a\\n\\x1b[31m[b]"
        assert cells(screen)[1][4] == "2 a\\n\\x1b[31m[b]"
        await pilot.press("enter")
        await wait_until(pilot, lambda: cells(screen)[0][2] == "moved to a\\n\\x1b[31m[b]")


async def test_what_is_gone_or_taken_is_said_and_nothing_is_overwritten(
    app: RnnchatApp, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, suggestions(folders))
    (folders / "notes/garden/beans.md").write_text("older")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sort(pilot, app, folders)
        await wait_until(pilot, lambda: screen.table.has_focus)
        (folders / "inbox/odd.md").unlink()
        await pilot.press("enter")
        await wait_until(pilot, lambda: cells(screen)[0][0] == "✓")
        assert (folders / "notes/garden/beans.md").read_text() == "older"
        assert (folders / "notes/garden/beans 2.md").read_text() == "text of beans.md"
        await pilot.press("enter")
        await wait_until(pilot, lambda: cells(screen)[1][0] == "!")
        assert "odd.md was not moved" in news(app)


async def test_what_speaks_for_a_folder_is_shown(
    app: RnnchatApp, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, suggestions(folders))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sort(pilot, app, folders)
        await wait_until(pilot, lambda: screen.table.has_focus)
        await pilot.press("down")
        await pilot.pause()
        text = "\n".join(
            str(strip.text)
            for strip in screen.query_one("#why").render_lines(screen.query_one("#why").size.region)
        )
        assert "none of your folders" in text
        assert "bean, [bold]soil" in text
        assert "old.md" in text


async def test_errors_and_empty_inboxes_leave_the_screen_usable(
    app: RnnchatApp, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, RnnchatError("There are too few folders.", "Name another."))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f10")
        await wait_until(pilot, lambda: isinstance(app.screen, SortScreen) and app.focused is not None)
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: "A folder is missing" in news(app))
        screen = await sort(pilot, app, folders)
        await wait_until(pilot, lambda: "too few folders" in news(app))
        assert screen.query_one("#inbox").has_focus
        nothing = {"measured": None, "left_out": [], "skipped": []}
        answer_with(monkeypatch, [nothing])
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: content(screen, "sort-status") == "There is nothing to sort.")
        assert screen.query_one("#like").has_focus
        answer_with(monkeypatch, suggestions(folders, by="tags"))
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.table.row_count == 3 and screen.table.has_focus)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "only suggested" in news(app))
        await pilot.press("escape")
        assert screen.query_one("#inbox").has_focus
        await pilot.press("escape")
        assert screen.table.has_focus
        assert load_settings(app.paths).sort_inbox == str(folders / "inbox")


async def test_the_folders_of_the_last_time_are_offered_again_and_can_be_browsed(
    app: RnnchatApp, folders: Path
) -> None:
    app.update_settings(sort_inbox=str(folders / "inbox"), sort_notes=str(folders / "notes"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f10")
        await wait_until(pilot, lambda: isinstance(app.screen, SortScreen) and app.focused is not None)
        screen = app.screen
        assert screen.query_one("#inbox", Input).value == str(folders / "inbox")
        assert screen.query_one("#like", Input).value == str(folders / "notes")
        await pilot.press("tab", "ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        tree = app.screen.query_one(NotesTree)
        await wait_until(pilot, lambda: len(tree.root.children) == 2)
        await pilot.press("down", "space")
        await wait_until(pilot, lambda: app.screen is screen)
        assert screen.query_one("#like", Input).value == str(folders / "notes" / "garden")


async def test_learning_can_be_stopped(
    app: RnnchatApp, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait_for_stop(self: CommandProcess) -> Iterator[dict[str, Any]]:
        yield {"event": "progress", "done": 3, "total": 8}
        stopped.wait(patience(10))
        yield from suggestions(folders)

    def stop(self: CommandProcess) -> None:
        self.is_stopped = True
        stopped.set()

    stopped = threading.Event()
    monkeypatch.setattr(CommandProcess, "events", wait_for_stop)
    monkeypatch.setattr(CommandProcess, "stop", stop)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sort(pilot, app, folders)
        await wait_until(pilot, lambda: "step 3 of 8" in content(screen, "sort-status"))
        before = [field.value for field in screen.query(Input)]
        await pilot.press("x", "tab", "y", "enter")
        assert [field.value for field in screen.query(Input)] == before, "the form is locked"
        assert not stopped.is_set()
        await pilot.press("escape")
        assert screen.query_one("#inbox").has_focus
        await wait_until(pilot, lambda: content(screen, "sort-status") == "")
        await wait_until(pilot, lambda: not screen.is_working("sort"))
        assert screen.table.row_count == 0


async def test_the_tree_of_folders_shows_odd_names_in_one_line(app: RnnchatApp, tmp_path: Path) -> None:
    names = [b"new\nline.md", b"esc\x1b[31m.md", b"caf\xe9.md", b"[bold]x.md"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_text("text")
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(BrowseScreen(tmp_path))
        tree = app.screen.query_one(NotesTree)
        await wait_until(pilot, lambda: len(tree.root.children) >= len(names))
        shown = {str(node.label) for node in tree.root.children}
        assert {"new\\nline.md", "esc\\x1b[31m.md", "caf\\xe9.md", "[bold]x.md"} <= shown


@pytest.mark.parametrize(
    "resized", [[(80, 24)], [(140, 40)], [(140, 40), (80, 24)], [(80, 24), (140, 40)], [(44, 12)]]
)
@pytest.mark.parametrize("copies", [1, 20])
async def test_the_columns_fit_beside_the_bar_of_a_long_table(
    app: RnnchatApp,
    folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    resized: list[tuple[int, int]],
    copies: int,
) -> None:
    head, measured, *rows = suggestions(folders)
    answer_with(monkeypatch, [head, measured, *(rows * copies)])
    async with app.run_test(size=resized[0]) as pilot:
        screen = await sort(pilot, app, folders)
        table = screen.table
        await wait_until(pilot, lambda: table.row_count == 3 * copies)
        for size in resized[1:]:
            await pilot.resize_terminal(*size)
        await wait_until(pilot, lambda: screen.size.width == resized[-1][0])
        await pilot.pause()
        assert not table.show_horizontal_scrollbar
        assert table.show_vertical_scrollbar == (copies > 1)
        assert table.virtual_size.width <= table.scrollable_content_region.width
