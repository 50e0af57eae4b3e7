"""Dialogs in the smallest terminal, and a training that has failed."""

from __future__ import annotations

import pytest
from textual.widgets import Button, Input, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.app_screen import MINIMUM_SIZE
from rnnchat.app.screens.dialogs import AskPath, Confirm
from rnnchat.app.training_monitor import TrainingState
from rnnchat.app.widgets.curve import Curve
from rnnchat.errors import TrainingError
from rnnchat.storage.files import new_file
from rnnchat.storage.paths import Paths
from tests.app.helpers import SIZE, wait_until


@pytest.mark.parametrize("size", [MINIMUM_SIZE, (60, 14), SIZE])
async def test_both_answers_can_be_clicked_and_the_question_read(paths: Paths, size: tuple[int, int]) -> None:
    app, answers = RnnchatApp(paths), []
    question = "Your draft and the last messages of a chat could not be saved."
    more = (
        "The chats could not be read or kept: the disk is full. Free some space. Leave now, and it is lost."
    )
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for answer in ("yes", "no"):
            app.push_screen(Confirm(question, more, yes="Leave", no="Stay"), answers.append)
            await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.pause()
            button = app.screen.query_one(f"#{answer}", Button)
            dialog = app.screen.query_one("#dialog").region
            assert dialog.contains_region(button.region)
            await pilot.click(button)
            await wait_until(pilot, lambda: not isinstance(app.screen, Confirm))
    assert answers == [True, False]


async def test_why_a_path_is_refused_can_be_read_in_the_smallest_terminal(paths: Paths) -> None:
    app = RnnchatApp(paths)
    async with app.run_test(size=MINIMUM_SIZE) as pilot:
        await pilot.pause()
        app.push_screen(AskPath("Save this draft as", "/tmp/", new_file))
        await wait_until(pilot, lambda: isinstance(app.screen, AskPath))
        await pilot.pause()
        app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        refused = app.screen.query_one("#refused", Static)
        await wait_until(pilot, lambda: bool(refused.display))
        dialog = app.screen.query_one("#dialog")
        await wait_until(
            pilot, lambda: refused.region.height > 0 and dialog.region.contains_region(refused.region)
        )


async def test_a_training_that_failed_promises_nothing(paths: Paths) -> None:
    app = RnnchatApp(paths)
    async with app.run_test(size=SIZE) as pilot:
        state = TrainingState("me", 5.0)
        state.apply({"event": "phase", "phase": "learning", "share": 0.0, "remaining": 300.0})
        state.status, state.error = "failed", TrainingError("There is nothing there.", "Check the path.")
        app.training.state = state
        await pilot.press("f3")
        await pilot.pause()
        shown = [str(one.content) for one in app.screen.query(Static) if one.display]
        assert any("There is nothing there." in text for text in shown)
        assert not any("left" in text or "in a moment" in text for text in shown)
        assert not app.screen.query_one(Curve).display
