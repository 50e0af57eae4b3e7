"""How the screens look; a changed picture fails (accept it with --snapshot-update)."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, DataTable, Input, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.app.conversation import ChatTurn
from rnnchat.app.screens.chat import ChatScreen
from rnnchat.app.screens.compare import CompareScreen
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.screens.train import TrainScreen
from rnnchat.app.suggestion_worker import Alternative
from rnnchat.app.training_monitor import TrainingChanged, TrainingState
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.draft_status import DraftStatus
from rnnchat.app.widgets.phrase_editor import PhraseEditor
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths
from tests.app.helpers import wait_until
from tests.app.translate_helpers import publish_translator
from tests.helpers.places import NOTES

pytestmark = pytest.mark.slow

Snapshot = Callable[..., bool]
LOOKS = [("rnnchat-dark", (80, 24)), ("rnnchat-light", (80, 24)), ("rnnchat-dark", (140, 40))]
SAID = [
    ChatTurn("user", "Do you like the rain?", "tiny", 1),
    ChatTurn("model", "Yes, I love it, and [b]everything[/b] about it. 雨が好きです 🙂", "tiny", 2),
    ChatTurn("user", "A longer message that has to go on to a second line, " * 3, "tiny", 3),
    ChatTurn("model", "Two\n\nparagraphs.", "tiny", 4),
]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1][0]}x{look[1][1]}")
def look(request: pytest.FixtureRequest, paths: Paths, tiny_model: str) -> tuple[RnnchatApp, tuple[int, int]]:
    theme, size = request.param
    with change_settings(paths) as settings:
        settings.theme, settings.model = theme, tiny_model
    return RnnchatApp(paths), size


def still(app: RnnchatApp) -> None:
    """Stop what blinks."""
    for composer in app.screen.query(Composer):
        composer.cursor_blink = False
    for field in app.screen.query(Input):
        field.cursor_blink = False


class StoppedClock(TrainingState):
    """A training whose remaining time does not count down while the picture is taken."""

    @property
    def seconds_since_event(self) -> float:
        return 0.0


async def training(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, RnnchatApp)
    await pilot.press("f3")
    await wait_until(pilot, lambda: bool(app.screen.query("#start")))
    state = StoppedClock("me", 5.0)
    for second in range(0, 200, 10):
        state.apply(
            {
                "event": "progress",
                "seconds": 10 + second,
                "remaining": 290 - second,
                "share": second / 300,
                "epoch": second / 60,
                "bits_per_byte": 1.7 + 2 * math.exp(-second / 40),
                "tokens_per_second": 11_234.0,
                "bytes_per_second": 33_702.0,
                "memory_mb": 1_100,
            }
        )
    state.apply({"event": "sample", "text": "The river rose and\n\nwe stayed in to read."})
    app.training.state = state
    assert isinstance(app.screen, TrainScreen)
    app.screen.post_message(TrainingChanged())
    app.show_status()
    await pilot.pause()


async def chat(pilot: Pilot[Any]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, ChatScreen)
    screen.show_chat(1, list(SAID))
    await pilot.pause()
    still(pilot.app)  # type: ignore[arg-type]


async def empty(pilot: Pilot[Any]) -> None:
    await pilot.pause()
    still(pilot.app)  # type: ignore[arg-type]


async def sampling(pilot: Pilot[Any]) -> None:
    still(pilot.app)  # type: ignore[arg-type]
    await pilot.press("ctrl+g")
    await pilot.pause()


async def help_page(pilot: Pilot[Any]) -> None:
    still(pilot.app)  # type: ignore[arg-type]
    await pilot.press("f1")
    await pilot.pause()


COMPARED = {
    "GRU": 1.93,
    "n-gram": 2.0,
    "mixture": 1.54,
    "mixture, adaptive": 1.47,
    "unigram": 3.3,
    "HMM": 2.6,
}


async def comparison(pilot: Pilot[Any]) -> None:
    still(pilot.app)  # type: ignore[arg-type]
    screen = CompareScreen([NOTES], 2.0)
    screen._compare = lambda: None  # type: ignore[method-assign, return-value, assignment]
    await pilot.app.push_screen(screen)
    for family, bits in COMPARED.items():
        screen.show_event({"family": family, "bits_per_byte": bits})
    screen.show_event({"event": "progress", "text": "Training the RNN for 2 minutes."})
    await pilot.pause()


async def draft(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, RnnchatApp)
    await pilot.press("f5")
    await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
    screen = app.screen
    assert isinstance(screen, DraftScreen)
    screen.suggestion_worker.ask = lambda question: None  # type: ignore[method-assign]
    screen.editor.cursor_blink = False
    for key in "[b]Rain[/b] 雨🙂, and the ri":
        await pilot.press({" ": "space"}.get(key, key))
    line = screen.query_one(DraftStatus)
    await wait_until(pilot, lambda: bool(str(line.render())) and not screen.autosave.is_waiting)
    await pilot.pause(0.2)
    ways = (Alternative("ver", "river"), Alternative("ver runs", "river runs"), Alternative("se", "rise"))
    screen.editor.suggest("ver runs", ways)
    await pilot.pause()


async def first_draft(pilot: Pilot[Any]) -> None:
    await pilot.press("f5")
    await wait_until(pilot, lambda: getattr(pilot.app.screen, "is_loaded", False))
    assert isinstance(pilot.app.screen, DraftScreen)
    pilot.app.screen.editor.cursor_blink = False
    await pilot.pause()


async def translation(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, RnnchatApp)
    publish_translator(app.library, "fr")
    await pilot.press("ctrl+l")
    await wait_until(pilot, lambda: bool(getattr(app.focused, "border_title", "")))
    app.screen.query_one(PhraseEditor).text = "the dog sees two eggs. The cat sees a boat."
    still(app)
    await pilot.press("enter")
    await wait_until(pilot, lambda: "line 1 of" in str(app.screen.query_one("#origin", Static).visual))
    await pilot.pause()


@pytest.mark.parametrize(
    "place",
    [empty, chat, draft, first_draft, training, sampling, help_page, comparison, translation],
    ids=lambda place: place.__name__,
)
def test_the_look(
    snap_compare: Snapshot, look: tuple[RnnchatApp, tuple[int, int]], place: Callable[..., Any]
) -> None:
    app, size = look
    assert snap_compare(app, terminal_size=size, run_before=place)


def test_the_models_are_listed(snap_compare: Snapshot, look: tuple[RnnchatApp, tuple[int, int]]) -> None:
    app, size = look

    async def only_own(pilot: Pilot[Any]) -> None:
        await wait_until(pilot, lambda: app.chat_engine.is_loaded)
        entries = [entry for entry in app.library.entries() if not entry.shipped]
        app.library.entries = lambda: entries  # type: ignore[method-assign]
        for entry in entries:
            object.__setattr__(entry, "folder", Path("/home/me/rnnchat/models") / entry.name)
        await pilot.press("f4")
        await wait_until(pilot, lambda: bool(app.screen.query(DataTable)))
        await wait_until(pilot, lambda: app.screen.query_one(DataTable).row_count == len(entries))
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=only_own)


def test_the_notes_to_learn(snap_compare: Snapshot, look: tuple[RnnchatApp, tuple[int, int]]) -> None:
    app, size = look

    async def chosen(pilot: Pilot[Any]) -> None:
        await pilot.press("f3")
        await wait_until(pilot, lambda: bool(app.screen.query("#start")))
        app.screen.query_one("#path", Input).value = str(NOTES.relative_to(Path.cwd()))
        await pilot.press("enter")
        await wait_until(pilot, lambda: not app.screen.query_one("#start", Button).disabled)
        still(app)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=chosen)
