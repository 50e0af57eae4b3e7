"""The Train screen: its buttons by pressing them, and a training as its events tell it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from textual.widgets import Button, Input, ProgressBar, Static

import rnnchat.app.training_monitor
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.compare import CompareScreen
from rnnchat.app.screens.dialogs import Confirm
from rnnchat.app.training_monitor import TrainingState
from rnnchat.app.widgets.curve import Curve
from rnnchat.app.widgets.training_view import EARLY_SAMPLE_TITLE, SAMPLE_TITLE
from rnnchat.storage.paths import Paths
from rnnchat.training.runs.run import Run, unfinished_runs
from tests.app.draft_helpers import toast_text
from tests.app.helpers import wait_until
from tests.app.train_helpers import (
    DONE,
    SIZE,
    Event,
    FakeJob,
    click,
    interrupted,
    phase,
    progress,
    shown,
    started,
    train_screen,
    until,
    visible,
)
from tests.helpers.places import NOTES

pytestmark = pytest.mark.slow


@pytest.fixture
def app(paths: Paths, tiny_model: str, monkeypatch: pytest.MonkeyPatch) -> RnnchatApp:
    monkeypatch.setattr("rnnchat.training.runs.job.TrainingJob", FakeJob)
    return RnnchatApp(paths)


async def test_pause_go_on_and_finish_do_what_they_say(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        job = await started(app, pilot)
        job.emit(phase("learning"), progress(30, 2.0))
        await until(pilot, app, "#headline", "training the network")
        await click(app, pilot, "#pause")
        await until(pilot, app, "#headline", "paused")
        assert not isinstance(app.screen, CompareScreen)
        assert str(app.screen.query_one("#pause", Button).label) == "Resume"
        await click(app, pilot, "#pause")
        await until(pilot, app, "#headline", "training the network")
        await click(app, pilot, "#finish")
        assert job.calls == ["start", "pause", "resume", "finish"]


async def test_train_another_and_chat_with_it(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        job = await started(app, pilot)
        job.run.finish({})
        job.emit(phase("learning"), progress(30, 2.0), {**DONE, "ended": "budget"}, None)
        await until(pilot, app, "#headline", "is ready")
        assert visible(app) == {"chat-with-it", "another"}
        await click(app, pilot, "#another")
        assert app.training.state is None
        assert app.screen.query_one("#choose").display
        job = await started(app, pilot)
        job.emit({**DONE, "ended": "budget"}, None)
        await until(pilot, app, "#headline", "is ready")
        await click(app, pilot, "#chat-with-it")
        await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen))
        assert app.settings.model == "tiny"


async def test_a_comparison_says_how_long_it_takes_in_all(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CompareScreen, "_compare", lambda self: None)
    async with app.run_test(size=SIZE) as pilot:
        await app.push_screen(CompareScreen([NOTES], 5.0))
        await wait_until(pilot, lambda: isinstance(app.screen, CompareScreen))
        shown = " ".join(str(line.content) for line in app.screen.query(Static))
        assert "for up to 5 minutes" in shown
        assert "up to about 20 minutes" in shown


async def test_an_interrupted_training_is_resumed_or_discarded(app: RnnchatApp, paths: Paths) -> None:
    run = interrupted(paths)
    async with app.run_test(size=SIZE) as pilot:
        await train_screen(app, pilot)
        assert "2 minutes learned" in shown(app, "#interrupted-text")
        await click(app, pilot, "#discard")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await click(app, pilot, "#no")
        assert [one.folder for one in unfinished_runs(paths)] == [run.folder]
        await click(app, pilot, "#resume")
        assert FakeJob.latest.run.folder == run.folder
        FakeJob.latest.emit({"event": "stopped"}, None)
        await until(pilot, app, "#headline", "stopped. You can resume it")
        await click(app, pilot, "#another")
        await click(app, pilot, "#discard")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await click(app, pilot, "#yes")
        assert not unfinished_runs(paths)
        assert not app.screen.query_one("#interrupted").display


async def test_starting_anew_beside_an_interrupted_training_asks(app: RnnchatApp, paths: Paths) -> None:
    interrupted(paths)
    async with app.run_test(size=SIZE) as pilot:
        await train_screen(app, pilot)
        app.screen.query_one("#path", Input).value = str(NOTES)
        app.screen.query_one("#path", Input).focus()
        await pilot.press("enter")
        await click(app, pilot, "#start")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await click(app, pilot, "#no")
        assert app.training.state is None
        assert unfinished_runs(paths)
        await click(app, pilot, "#start")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await click(app, pilot, "#yes")
        assert app.training.state is not None
        assert not list(Run(paths.runs / "me").checkpoints.glob("*"))


async def test_the_curve_of_an_interrupted_training_is_there_from_the_start(
    app: RnnchatApp, paths: Paths
) -> None:
    interrupted(paths)
    async with app.run_test(size=SIZE) as pilot:
        await train_screen(app, pilot)
        await click(app, pilot, "#resume")
        curve = app.screen.query_one(Curve)
        before = [(20.0, 2.4), (60.0, 2.0), (118.0, 1.8)]
        assert curve.points == before
        assert curve.end == 300
        job = FakeJob.latest
        job.emit({"event": "curve", "points": [[x, y] for x, y in before], "seconds": 120.0})
        job.emit(phase("starting", remaining=185.0), phase("learning", remaining=180.0))
        job.emit(progress(121, 1.8), progress(140, 1.7))
        await wait_until(pilot, lambda: len(curve.points) == 4)
        assert curve.points == [*before, (140, 1.7)]
        job.pause()
        job.resume()
        job.emit(progress(150, 1.6))
        await wait_until(pilot, lambda: len(curve.points) == 5)
        assert curve.points[:3] == before
        assert curve.end == 300


async def test_every_phase_has_a_name_a_moving_figure_and_its_own_buttons(app: RnnchatApp) -> None:
    course: list[tuple[Event, str, str, set[str]]] = [
        (phase("reading", 1200, remaining=299), "reading the notes", "1,200 files", set()),
        (phase("preparing", 1, 4, remaining=290), "splitting the notes into tokens", "25%", set()),
        (phase("starting", remaining=280), "starting TensorFlow", "2 s", set()),
        (phase("learning", remaining=270), "training the network", "4:30 left", {"pause", "finish"}),
        (progress(120, 2.0), "training the network", "3:00 left", {"pause", "finish"}),
        (
            phase("mixing", 500, 2000, remaining=28),
            "combining network and memory",
            "500 of 2,000 tokens",
            set(),
        ),
        (phase("mixing", 1000, 2000, remaining=40), "combining network and memory", "0:40 left", set()),
        (phase("measuring", remaining=9), "measuring on notes", "0:09 left", set()),
        (phase("saving", remaining=3), "saving the model", "0:03 left", set()),
    ]
    async with app.run_test(size=SIZE) as pilot:
        job = await started(app, pilot)
        last = 0.0
        for event, headline, facts, buttons in course:
            job.emit(event)
            await until(pilot, app, "#headline", headline)
            await until(pilot, app, "#facts", facts)
            assert visible(app) == buttons | {"cancel"}, event
            share = app.screen.query_one(ProgressBar).percentage or 0.0
            assert share >= last, "the line over the whole budget never goes back"
            last = share
            can_pause = bool(buttons)
            keys = (("pause", can_pause), ("finish", can_pause), ("cancel", True), ("another", False))
            for key, works in keys:
                assert bool(app.screen.check_action(key, ())) is works
        assert last > 0.9
        job.pause()  # too late: nobody is asked to hold on
        await pilot.press("ctrl+e", "ctrl+f")
        assert "finish" not in job.calls


async def test_an_early_sample_is_shown_even_where_nothing_is_trained(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        job = await started(app, pilot)
        assert app.training.state is not None
        app.training.state.minutes = 0.0
        job.emit(phase("mixing"), {"event": "sample", "text": "The river", "step": 0, "early": True})
        await until(pilot, app, "#sample", "The river")
        sample = app.screen.query_one("#sample", Static)
        assert sample.display and sample.border_title == EARLY_SAMPLE_TITLE
        assert not app.screen.query_one(Curve).display
        job.emit({"event": "sample", "text": "rose and fell.", "step": 9})
        await until(pilot, app, "#sample", "rose and fell.")
        assert sample.border_title == SAMPLE_TITLE


async def test_what_is_left_counts_down_between_what_is_told(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        job = await started(app, pilot)
        job.emit(phase("mixing", 500, 2000, remaining=28))
        await until(pilot, app, "#facts", "0:28 left")
        await until(pilot, app, "#facts", "0:26 left")


async def test_a_paused_training_does_not_count_down(monkeypatch: pytest.MonkeyPatch) -> None:
    state = TrainingState("me", 5.0)
    state.apply(progress(100, 2.0))
    now = time.monotonic()
    monkeypatch.setattr(rnnchat.app.training_monitor.time, "monotonic", lambda: now + 50)
    assert state.remaining == pytest.approx(150, abs=1)
    state.apply({"event": "paused"})
    assert state.remaining == 200
    monkeypatch.setattr(rnnchat.app.training_monitor.time, "monotonic", lambda: now + 900)
    assert state.remaining == 200


async def test_a_training_is_cancelled_and_discarded(app: RnnchatApp, paths: Paths) -> None:
    async with app.run_test(size=SIZE) as pilot:
        job = await started(app, pilot)
        job.emit(phase("learning"), progress(30, 2.0))
        await until(pilot, app, "#headline", "training the network")
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        assert "close" not in job.calls, "Esc keeps the training"
        await click(app, pilot, "#cancel")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await click(app, pilot, "#yes")
        await wait_until(pilot, lambda: app.training.state is None)
        assert "close" in job.calls
        await wait_until(pilot, lambda: app.screen.query_one("#choose").display)
        assert not unfinished_runs(paths)
        assert not app.screen.query_one("#interrupted").display


async def test_a_training_that_ends_while_it_is_cancelled_stays(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        job = await started(app, pilot)
        job.emit(phase("saving", remaining=3))
        await until(pilot, app, "#headline", "saving the model")
        await click(app, pilot, "#cancel")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        job.run.finish({})
        await click(app, pilot, "#yes")
        await wait_until(pilot, lambda: "close" in job.calls)
        job.emit({**DONE, "ended": "budget"}, None)
        await until(pilot, app, "#headline", "is ready")
        assert job.run.folder.is_dir()


@pytest.mark.parametrize("key", ["ctrl+q", "escape"])
async def test_a_question_about_a_training_closes_when_it_ends(app: RnnchatApp, key: str) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        job = await started(app, pilot)
        job.emit(phase("saving", remaining=3))
        await until(pilot, app, "#headline", "saving the model")
        await pilot.press(key)
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        job.emit({**DONE, "ended": "budget"}, None)
        await wait_until(pilot, lambda: not isinstance(app.screen, Confirm))
        await until(pilot, app, "#headline", "is ready")
        await wait_until(pilot, lambda: "The training has ended" in toast_text(app))
        assert app.is_running


async def test_leaving_shows_at_once_that_it_leaves(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        job = await started(app, pilot)
        job.emit(phase("mixing", 500, 2000, remaining=28))
        await until(pilot, app, "#headline", "combining network")
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        asked = time.monotonic()
        app.screen.query_one("#yes", Button).press()
        await wait_until(pilot, lambda: "Leaving" in toast_text(app))
        assert time.monotonic() - asked < 0.9, "while the training still ends"
        assert "close" in job.calls
        await wait_until(pilot, lambda: not app.is_running)


@pytest.mark.parametrize(
    "damage", ["run.json is no JSON", "other kinds", "a lock that is a folder", "no folder"]
)
async def test_a_damaged_run_can_be_discarded(app: RnnchatApp, paths: Paths, damage: str) -> None:
    run = interrupted(paths)
    settings = run.folder / "run.json"
    acts: dict[str, Callable[[], object]] = {
        "run.json is no JSON": lambda: settings.write_bytes(b"\xff{"),
        "other kinds": lambda: settings.write_text('{"name": 5, "paths": "abc", "minutes": "many"}'),
        "a lock that is a folder": (run.folder / "lock").mkdir,
        "no folder": lambda: (paths.runs / "other").symlink_to("nowhere"),
    }
    acts[damage]()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await train_screen(app, pilot)
        if damage in ("run.json is no JSON", "other kinds"):
            await click(app, pilot, "#resume")
            await wait_until(pilot, lambda: "damaged" in toast_text(app))
            assert app.training.state is None
        await click(app, pilot, "#discard")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await click(app, pilot, "#yes")
        assert not unfinished_runs(paths)
