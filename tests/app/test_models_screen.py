"""The Models screen with models that are damaged, hidden, deleted and brought back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Select
from textual.widgets.select import InvalidSelectValueError

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.models import ModelsScreen
from rnnchat.app.screens.train import TrainScreen
from rnnchat.library.models import CARD, NETWORK, Library, read_safetensors, to_safetensors
from rnnchat.library.settings import change_settings, load_settings
from rnnchat.library.shipped import shipped_names
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.app.draft_helpers import toast_text, toasts
from tests.app.helpers import wait_until
from tests.helpers.models import publish_tiny
from tests.helpers.mutations import files_of, put, rehash

SIZE = (100, 30)


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    return RnnchatApp(paths)


async def models(pilot: Pilot[None], app: RnnchatApp, own: int) -> ModelsScreen:
    """Open the screen, and wait until it lists as many of the person's own models."""
    await pilot.press("f4")
    screen = app.screen
    assert isinstance(screen, ModelsScreen)
    await wait_until(pilot, lambda: own_rows(screen) == own)
    return screen


def rows(screen: ModelsScreen) -> list[list[str]]:
    table = screen.table
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def own_rows(screen: ModelsScreen) -> int:
    return screen.table.row_count - len(shipped_names())


def marked(screen: ModelsScreen) -> list[str]:
    return [row[1] for row in rows(screen) if row[0] == "●"]


async def point_at(pilot: Pilot[None], screen: ModelsScreen, row: int) -> None:
    screen.table.move_cursor(row=row)
    await pilot.pause()


async def test_undoing_a_delete_brings_in_use_back(app: RnnchatApp, paths: Paths) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await models(pilot, app, 1)
        assert marked(screen) == ["tiny"]
        await pilot.press("d")
        await wait_until(pilot, lambda: own_rows(screen) == 0)
        assert marked(screen) == ["base"]
        assert app.settings.model == load_settings(paths).model == "base"
        await pilot.press("u")
        await wait_until(pilot, lambda: own_rows(screen) == 1)
        await wait_until(pilot, lambda: marked(screen) == ["tiny"])
        assert app.settings.model == load_settings(paths).model == "tiny"
        await wait_until(pilot, lambda: toasts(app) == ["Restored tiny, which is in use again."])


async def test_a_model_chosen_since_stays_in_use(app: RnnchatApp, paths: Paths, library: Library) -> None:
    library.copy("tiny", "other")
    async with app.run_test(size=SIZE) as pilot:
        screen = await models(pilot, app, 2)
        await point_at(pilot, screen, 1)
        await pilot.press("d")
        await wait_until(pilot, lambda: own_rows(screen) == 1)
        await point_at(pilot, screen, 0)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.settings.model == "other")
        await pilot.press("u")
        await wait_until(pilot, lambda: own_rows(screen) == 2)
        assert marked(screen) == ["other"]
        assert app.settings.model == load_settings(paths).model == "other"


async def test_damaged_models_are_rows_among_the_others(
    app: RnnchatApp, paths: Paths, library: Library
) -> None:
    sound = files_of(library.version_folders(library.find("tiny"))[-1])
    bad_card = sound[CARD].replace(b"12345", b"null")
    put(paths.models / "a-card" / "v0001", {**sound, CARD: bad_card})
    weights = {name: np.array(own) for name, own in read_safetensors(sound[NETWORK]).items()}
    weights["embedding"][0, 0] = np.nan
    with_nan = {**sound, NETWORK: to_safetensors(weights)}
    rehash(with_nan)
    put(paths.models / "b-nan" / "v0001", with_nan)
    put(paths.models / "base" / "v0001", sound)
    (paths.models / "c-link").symlink_to(Path("/nowhere"))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await models(pilot, app, 5)
        shown = {(row[1], number): row[2] for number, row in enumerate(rows(screen))}
        assert "damaged" in shown["a-card", 0]
        assert "damaged" in shown["base", 2]
        assert "damaged" in shown["c-link", 3]
        assert marked(screen) == ["tiny"]
        problems: list[str] = []
        for row in (0, 1, 2, 3):
            await point_at(pilot, screen, row)
            app.clear_notifications()
            await wait_until(pilot, lambda: not toasts(app))
            await pilot.press("enter")
            await wait_until(pilot, lambda: bool(toasts(app)))
            problems += toasts(app)
            assert app.settings.model == "tiny"
        assert any("not finite numbers" in problem for problem in problems)
        await point_at(pilot, screen, 5)
        await pilot.press("d")
        await wait_until(pilot, lambda: "cannot be changed" in toast_text(app))
        assert own_rows(screen) == 5, "the folder that has the name of the base is not meant"
        await point_at(pilot, screen, 5)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.settings.model == "base")
        await wait_until(pilot, lambda: marked(screen) == ["base"])
        assert rows(screen)[5][0] == "●"
        await point_at(pilot, screen, 2)
        await pilot.press("d")
        await wait_until(pilot, lambda: own_rows(screen) == 4)
        assert app.settings.model == "base"
        await pilot.press("f3")
        train = app.screen
        assert isinstance(train, TrainScreen)
        base = train.query_one("#base", Select)
        base.value = "tiny"
        base.value = "base"
        for damaged in ("a-card", "c-link"):
            with pytest.raises(InvalidSelectValueError):
                base.value = damaged


async def test_going_back_says_what_is_in_use(
    app: RnnchatApp, library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish_tiny(library, "tiny", tokenizer, tiny_shape, seed=2)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await models(pilot, app, 1)
        await pilot.press("b")
        await wait_until(pilot, lambda: "tiny is now the version of 2026-01-02 03:04:05" in toast_text(app))


async def test_an_unreadable_folder_of_models_is_told(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    paths.models.write_text("x")
    app = RnnchatApp(paths)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await models(pilot, app, 0)
        await wait_until(pilot, lambda: "folder of models" in toast_text(app))
        assert marked(screen) == ["base"]
