"""The app as a person uses it, driven by its keys."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.widgets import Button, Input, Static

import rnnchat.app
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.compare import CompareScreen
from rnnchat.app.screens.help import HelpScreen
from rnnchat.app.screens.models import ModelsScreen
from rnnchat.app.training_monitor import TrainingState
from rnnchat.app.training_summary import headline
from rnnchat.app.widgets.curve import draw
from rnnchat.app.widgets.number_stepper import NumberStepper
from rnnchat.app.widgets.path_suggester import complete_path
from rnnchat.app.worker_groups import CHANGE_LIBRARY
from rnnchat.library.models import Library, ModelEntry
from rnnchat.library.settings import load_settings
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, wait_until, written
from tests.helpers.places import NOTES


async def test_a_model_that_is_gone_is_replaced_by_the_shipped_one(app: RnnchatApp, library: Library) -> None:
    library.delete("tiny")
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.settings.model == "base")


async def test_models_use_rename_copy_delete_undo(app: RnnchatApp, library: Library) -> None:
    def highlighted() -> str:
        entry = app.screen._highlighted() if isinstance(app.screen, ModelsScreen) else None
        return entry.name if entry is not None else ""

    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f4")
        await wait_until(pilot, lambda: highlighted() == "tiny")
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press("enter")
        await wait_until(pilot, lambda: highlighted() == "tiny copy")
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        app.screen.query_one(Input).value = "second"
        await pilot.press("enter")
        await wait_until(pilot, lambda: highlighted() == "second")
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.settings.model == "second" and highlighted() == "second")
        await pilot.press("d")
        await wait_until(pilot, lambda: highlighted() not in ("second", ""))
        assert "second" not in [entry.name for entry in library.entries()]
        assert app.settings.model == "base"
        await pilot.press("u")
        await wait_until(pilot, lambda: highlighted() == "second")


async def test_an_older_reading_of_the_library_is_not_shown_last(
    app: RnnchatApp, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f4")
        screen = app.screen
        assert isinstance(screen, ModelsScreen)
        await wait_until(pilot, lambda: bool(screen._entries))
        read, let_go = Library.entries, threading.Event()

        def slow_once(library: Library) -> list[ModelEntry]:
            entries = read(library)
            monkeypatch.setattr(Library, "entries", read)
            let_go.wait(10)
            return entries

        monkeypatch.setattr(Library, "entries", slow_once)
        screen.refresh_models()
        await wait_until(pilot, lambda: Library.entries is read)
        screen._change(lambda: library.copy("tiny", "newer"))
        await wait_until(pilot, lambda: screen.is_working(CHANGE_LIBRARY))
        let_go.set()
        await wait_until(pilot, lambda: "newer" in [entry.name for entry in screen._entries])
        await app.workers.wait_for_complete()
        assert "newer" in [entry.name for entry in screen._entries]


async def test_the_notes_are_scanned_before_anything_is_learned(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f3")
        await wait_until(pilot, lambda: bool(app.screen.query("#start")))
        start = app.screen.query_one("#start", Button)
        assert start.disabled
        app.screen.query_one("#path", Input).value = str(NOTES)
        await pilot.press("enter")
        await wait_until(pilot, lambda: not start.disabled)
        assert "9 notes" in str(app.screen.query_one("#scan", Static).render())
        assert app.focused is start


async def test_a_folder_with_nothing_to_learn_says_why(app: RnnchatApp, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f3")
        await wait_until(pilot, lambda: bool(app.screen.query("#start")))
        app.screen.query_one("#path", Input).value = str(tmp_path / "empty")
        await pilot.press("enter")
        scan = app.screen.query_one("#scan", Static)
        await wait_until(pilot, lambda: "no notes" in str(scan.render()))
        assert app.screen.query_one("#start", Button).disabled
        app.screen.query_one("#path", Input).value = str(tmp_path / "nowhere")
        app.screen.query_one("#path", Input).focus()
        await pilot.press("enter")
        await pilot.pause()
        assert any("nothing at" in note.title for note in app._notifications)


async def test_a_comparison_follows_its_process_and_ends_it(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        """print('{"event": "progress", "text": "Training the GRU."}', flush=True)\n"""
        """print('{"family": "GRU", "bits_per_byte": 1.9}', flush=True)\n"""
        "time.sleep(600)\n"
    )
    started: list[subprocess.Popen[str]] = []

    class Program(subprocess.Popen[str]):
        def __init__(self, command: list[str], **options: object) -> None:
            assert command[1:4] == ["-m", "rnnchat", "compare"]
            super().__init__([sys.executable, str(program)], **options)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Program)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(CompareScreen([NOTES], 1.0))
        await wait_until(pilot, lambda: "1.90" in written(app))
        assert "Training the GRU." in written(app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: started[0].poll() is not None)


async def test_a_comparison_of_nothing_says_why(app: RnnchatApp, tmp_path: Path) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(CompareScreen([tmp_path], 1.0))
        await wait_until(pilot, lambda: any("no notes" in note.title for note in app._notifications), 60)
        await wait_until(pilot, lambda: "could not be finished" in written(app))


async def test_ctrl_c_says_how_to_leave(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert any("Ctrl+Q" in note.message for note in app._notifications)


async def test_help_palette_and_themes(app: RnnchatApp, paths: Paths) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f1")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        commands = [command.title for command in app.get_system_commands(app.screen)]
        assert {"Chat", "Train", "Models", "Retry", "Sampling", "Chats", "Quit", "Help"} <= set(commands)
        app.action_switch_theme()
        await pilot.pause()
        assert load_settings(paths).theme == "rnnchat-light"


def test_every_binding_has_an_id_of_its_own() -> None:
    seen: dict[str, str] = {}
    for module in pkgutil.walk_packages(rnnchat.app.__path__, "rnnchat.app."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if isinstance(kind, type) and kind.__module__ == module.name:
                for binding in vars(kind).get("BINDINGS", ()):
                    assert isinstance(binding, Binding), f"{name}: {binding}"
                    assert binding.id, f"{name}: {binding.key}"
                    assert seen.setdefault(binding.id, name) == name, binding.id
    assert len(seen) > 30


@pytest.mark.slow
@pytest.mark.parametrize("size", [(20, 5), (44, 12), (60, 16), (200, 60)])
async def test_any_size(app: RnnchatApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        for key in ("f2", "f3", "f4"):
            await pilot.press(key)
            await pilot.pause()
            small = size == (20, 5)
            assert app.screen.has_class("small") is small
            assert app.screen.query_one("#too-small").display is small


@pytest.mark.slow
@pytest.mark.parametrize("key", ["f2", "f3", "f4", "f5", "f10"])
async def test_who_enlarges_the_terminal_again_can_go_on(app: RnnchatApp, key: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        await wait_until(pilot, lambda: app.focused is not None)
        await pilot.pause()
        focused = app.focused
        await pilot.resize_terminal(30, 8)
        await wait_until(pilot, lambda: app.screen.has_class("small"))
        await pilot.resize_terminal(*SIZE)
        await wait_until(pilot, lambda: app.focused is focused)


async def test_a_dialog_in_a_terminal_that_gets_too_small(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+g")
        await wait_until(pilot, lambda: isinstance(app.focused, NumberStepper))
        for size, small in (((30, 8), True), (SIZE, False)):
            await pilot.resize_terminal(*size)
            await wait_until(pilot, lambda small=small: ("44×12" in app.export_screenshot()) is small)
            assert app.screen.has_class("small") is small
            assert app.screen.query_one("#dialog").display is not small
        await wait_until(pilot, lambda: isinstance(app.focused, NumberStepper))


async def test_an_unforeseen_error_shows_no_values(
    app: RnnchatApp, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "a line of my diary"

    def fails() -> None:
        private = secret
        raise ValueError(private)

    with pytest.raises(ValueError, match="diary"):
        async with app.run_test(size=SIZE):
            app.call_later(fails)
            for _ in range(500):
                if not app.is_running:
                    break
                await asyncio.sleep(0.02)
    told = "".join(str(part) for part in app._exit_renderables) + "".join(capsys.readouterr())
    assert secret not in told
    assert "Unexpected error" in told
    assert secret not in paths.log.read_text()
    assert "in fails" in paths.log.read_text()


def test_a_training_says_that_it_mixes_at_its_end() -> None:
    state = TrainingState("me", 5.0, status="training")
    assert str(headline(state)) == "me: training the network …"
    state.apply({"event": "mixing", "pieces": 9})
    assert "combining network and memory" in str(headline(state))


def test_paths_are_completed(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "novel.md").write_text("x")
    assert complete_path(f"{tmp_path}/no") == f"{tmp_path}/notes/"
    assert complete_path(f"{tmp_path}/nov") == f"{tmp_path}/novel.md"
    assert complete_path(f"{tmp_path}/x") is None
    assert complete_path("") is None


def test_a_curve_falls_from_left_to_right() -> None:
    lines = draw([(0, 4.0), (5, 2.0), (10, 1.0)], 10, 1.0, 4.0, 10, 4)
    assert len(lines) == 4
    assert all(len(line) == 10 for line in lines)
    assert lines[0][0] != "\u2800"
    assert lines[-1][-1] != "\u2800"
    assert lines[0][-1] == "\u2800"
    assert draw([(0, 1.0)], 1, 1.0, 1.0, 4, 2), "one point is no division by nothing"
