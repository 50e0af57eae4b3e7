"""A folder of odd files and names, added on the Train screen and learned at once."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Button, Input, Select, Static

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.train import TrainScreen
from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.text.notes import scan
from tests.app.helpers import wait_until
from tests.helpers.torture import make_torture_tree

pytestmark = pytest.mark.slow


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "torture"
    folder.mkdir()
    make_torture_tree(folder)
    yield folder
    for path in (folder / "unreadable").rglob("*"):
        path.chmod(0o700)
    # Python's own way of removing folders calls itself for each, which so many are too deep for.
    subprocess.run(["rm", "-rf", folder], check=True)


async def test_it_is_scanned_and_learned_to_the_end(paths: Paths, tree: Path) -> None:
    expected = scan([tree])
    app = RnnchatApp(paths)
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        await pilot.press("f3")
        await wait_until(pilot, lambda: isinstance(app.screen, TrainScreen))
        screen = app.screen
        screen.query_one("#path", Input).value = str(tree)
        screen.query_one("#path", Input).focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: not screen.query_one("#start", Button).disabled)
        shown = str(screen.query_one("#scan", Static).content)
        assert f"{len(expected.notes):,} notes" in shown
        assert f"{len(expected.skipped):,} skipped" in shown
        reasons = Counter(item.reason for item in expected.skipped)
        told = [line for line in shown.split("\n") if " × " in line]
        assert sum(int(line.split("×")[0].replace(",", "")) for line in told) == len(expected.skipped)
        for reason, count in reasons.items():
            assert f"  {count:>5,} × {reason}" in told

        screen.query_one("#name", Input).value = "torture"
        screen.query_one("#budget", Select).value = 0.0
        await pilot.press("ctrl+t")
        await wait_until(pilot, lambda: app.training.state is not None)
        await wait_until(pilot, lambda: not app.training.is_running, 60)
        state = app.training.state
        assert state is not None
        assert state.status == "done", state
        await wait_until(pilot, lambda: "is ready" in str(screen.query_one("#headline", Static).render()))
        assert not app.screen.query("Toast.-error")
        assert app.return_code is None
    assert not paths.log.exists(), "nothing unforeseen happened"
    assert "torture" in [entry.name for entry in Library(paths).entries() if entry.card]
